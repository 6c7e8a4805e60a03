import { DecorumError } from '../model/errors.ts'
import { auditChain, type AskedChainAudit } from '../pipeline/audit/audit-chain.ts'
import { auditContacts, type AuditedContacts } from '../pipeline/audit/audit-contacts.ts'
import { replay } from '../pipeline/audit/replay.ts'
import { forecastByRoute } from '../pipeline/forecast.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import { retain } from '../pipeline/retention.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { sampleDecisions } from '../record/audit.ts'
import type { ChainAudit } from '../report/chain-audit.ts'
import type { ContactAudit, ReplayReport } from '../report/audit.ts'
import { forecastSentences, type ForecastView, type RouteForecastView } from '../report/forecast.ts'
import type { RetentionReport } from '../report/retention-report.ts'
import { policyOf } from './packs-in-force.ts'
import { text, textOrNull } from './paging.ts'

/** Retention of records. */
export interface RetentionService {
  /**
   * Drops the partitions past their retention period; without `apply` it only lists them.
   *
   * @throws DECORUM_STATE_CONFLICT while the clock is not certain
   */
  retain(actor: Actor, apply: boolean): Promise<RetentionReport>
}

export const retentionService = (runtime: Runtime, rules: PermitRules): RetentionService => ({
  async retain(actor, apply) {
    // Under a clock that was stepped into the future, partitions would be dropped too early.
    if (!(await rules.clockCertain())) {
      throw new DecorumError(
        'DECORUM_STATE_CONFLICT',
        'this host’s clock and the ledger’s do not agree, so the age of records is not known',
        {
          hint: 'Set the clock right and ask again; decorum doctor compares the two.',
        },
      )
    }
    return retain(runtime, actor, rules.packs, apply)
  },
})

/** How long the queues will take. */
export interface ForecastService {
  /**
   * When will each route's queue be empty, and how many reminders will not go out today? An actor bound to a creditor
   * gets that creditor's reminders.
   *
   * @param query.zone  the zone that defines today; absent: the creditor's book zone, or that of all creditors if they share one, otherwise UTC
   */
  forecast(actor: Actor, query: { zone?: string | undefined }): Promise<ForecastView>
}

export const forecastService = (runtime: Runtime, rules: Pick<PermitRules, 'packs'>): ForecastService => ({
  async forecast(actor, query) {
    const zone = query.zone ?? zoneOf(runtime, actor)
    const { at, until, routes } = await forecastByRoute(runtime, rules.packs, actor, { zone })
    const views = routes.map((one): RouteForecastView => ({
      ...one,
      emptyAt: textOrNull(one.emptyAt === null ? null : new Date(one.emptyAt)),
      ratePerSecond:
        (runtime.config.routes.find((route) => route.id === one.route)?.rate.perSecond ?? 0) * (one.share / 100),
      unitsEach: rounded(one.unitsEach),
      callSeconds: one.callSeconds === null ? null : rounded(one.callSeconds),
    }))
    return {
      at: text(new Date(at)),
      until: text(new Date(until)),
      zone,
      routes: views,
      words: forecastSentences(zone, views),
    }
  },
})

const rounded = (value: number): number => Math.round(value * 100) / 100

function zoneOf({ config }: Pick<Runtime, 'config'>, actor: Actor): string {
  const zones = new Set(
    [...config.creditors]
      .filter(([id]) => actor.creditor === null || id === actor.creditor)
      .map(([, creditor]) => creditor.bookZone),
  )
  const [only] = zones
  return zones.size === 1 && only !== undefined ? only : 'UTC'
}

/** Evidence for the compliance officer. */
export interface AuditService {
  /** Decides recorded decisions again: a random sample of this size of reminders, and one of permits. */
  auditDecisions(sample: number): Promise<ReplayReport>
  /** Judges every contact of a period by the rules in force on its day. */
  auditContacts(asked: AuditedContacts): Promise<ContactAudit>
  /** Is the evidence as Decorum wrote it? */
  auditChain(asked: AskedChainAudit): Promise<ChainAudit>
}

export const auditService = (runtime: Runtime): AuditService => ({
  async auditDecisions(sample) {
    const { db } = runtime.ledger
    return replay(runtime.config.packs, [
      ...(await sampleDecisions(db, 'reminder', sample)),
      ...(await sampleDecisions(db, 'permit', sample)),
    ])
  },
  auditChain: (asked) => auditChain(runtime, asked),
  auditContacts: (asked) => auditContacts(runtime, policyOf(runtime.config), asked),
})
