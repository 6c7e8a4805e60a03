import { Gauge, Registry } from 'prom-client'
import type { DoubtResolution, PermitBody, PermitSettlement, SwitchBody, SwitchLift } from '../intake/bodies.ts'
import { DecorumError } from '../model/errors.ts'
import { failureForLog } from '../model/log-events.ts'
import { auditContacts, type AuditedContacts } from '../pipeline/audit/audit-contacts.ts'
import { calendarAlarms } from '../pipeline/audit/due-for-review.ts'
import { replay } from '../pipeline/audit/replay.ts'
import { counters } from '../pipeline/counters.ts'
import { forecastByRoute } from '../pipeline/forecast.ts'
import { askPermit, type PermitRules, settlePermit } from '../pipeline/permits.ts'
import { retain } from '../pipeline/retention.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { resolveDoubt } from '../pipeline/sweep/doubts.ts'
import { endSwitch, pauseEverything, setSwitch } from '../pipeline/switches.ts'
import { writeCursor } from '../record/access.ts'
import { sampleDecisions } from '../record/audit.ts'
import { type DoubtRow, listDoubts } from '../record/doubts.ts'
import { isId } from '../record/id.ts'
import { permitById, type PermitRow, upstreamNames } from '../record/permits.ts'
import { processesAtWork } from '../record/processes.ts'
import { listSwitches, type SwitchRow } from '../record/switches.ts'
import { standingCounts } from '../record/timeline.ts'
import type { ContactAudit, ReplayReport } from '../report/audit.ts'
import { forecastSentences, type ForecastView, type RouteForecastView } from '../report/forecast.ts'
import type { RetentionReport } from '../report/retention-report.ts'
import type {
  DoubtAnswerView,
  DoubtView,
  PermitAnswer,
  PermitSettled,
  PermitView,
  SwitchView,
} from '../report/views/operations.ts'
import type { Page } from '../report/views/page.ts'
import { policyOf } from './packs-in-force.ts'
import { creditorScope, emptyPage, limitOf, pageFrom, type Paging, positionOf, text, textOrNull } from './paging.ts'

/** Permits: a dialler or an agency asks before it calls. */
export interface PermitService {
  /** `key`: the Idempotency-Key header; null when none was sent, and then every request is new. */
  askPermit(actor: Actor, key: string | null, body: PermitBody): Promise<PermitAnswer>
  settlePermit(actor: Actor, id: string, body: PermitSettlement): Promise<PermitSettled>
  /** Null: no such permit, or it was denied. */
  getPermit(actor: Actor, id: string): Promise<PermitView | null>
}

export const permitService = (runtime: Runtime, rules: PermitRules): PermitService => ({
  askPermit: (actor, key, body) => askPermit(runtime, rules, actor, key, body),
  settlePermit: (actor, id, body) => settlePermit(runtime, actor, id, body, rules.packs),
  async getPermit(actor, id) {
    const permit = isId(id) ? await permitById(runtime.ledger.db, id, actor.creditor) : null
    return permit === null || permit.status === 'denied'
      ? null
      : permitViewOf(permit, permit.status, await upstreamNames(runtime.ledger.db, permit))
  },
})

const permitViewOf = (
  permit: PermitRow,
  status: PermitView['status'],
  names: Pick<PermitView, 'recipientId' | 'accountIds'>,
): PermitView => ({
  id: permit.id,
  creditor: permit.creditor,
  ...names,
  mode: permit.mode,
  by: permit.made_by,
  status,
  askedAt: text(permit.asked_at),
  expiresAt: text(permit.expires_at ?? permit.asked_at),
  outcome: permit.outcome,
  calledAt: textOrNull(permit.called_at),
  settledAt: textOrNull(permit.settled_at),
  settledBy: permit.settled_by,
  candidateZones: permit.candidate_zones,
  packs: permit.packs,
  zoneData: (permit.facts as Partial<typeof permit.facts>).zoneData ?? null,
})

/** Metrics in the Prometheus text format. */
export interface MetricsService {
  /** This process's counters and the ledger's gauges; the gauges are left out while the ledger does not answer. */
  measurements(): Promise<string>
}

export function metricsService(
  runtime: Pick<Runtime, 'ledger' | 'clock' | 'config' | 'log'>,
  rules: Pick<PermitRules, 'packs'>,
): MetricsService {
  const routes = runtime.config.routes.map((route) => route.id)
  return {
    async measurements() {
      const standing = new Registry()
      const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
        new Gauge({ name, help, labelNames, registers: [standing] })
      const calendars = gauge(
        'decorum_calendar_days_left',
        'Days until the first that a calendar in use does not know, by calendar and year; negative: it has begun. Only from sixty days before.',
        ['calendar', 'year'],
      )
      for (const { calendar, year, daysLeft } of calendarAlarms(rules.packs, runtime.clock.now()))
        calendars.set({ calendar, year }, daysLeft)
      try {
        const counts = await standingCounts(runtime.ledger.db, routes, new Date(runtime.clock.now()))
        const queued = gauge('decorum_queued', 'Reminders rung and not yet taken, by route.', ['route'])
        for (const route of routes) queued.set({ route }, counts.queued.find((one) => one.route === route)?.count ?? 0)
        const lag = gauge(
          'decorum_lag_seconds',
          'How long the reminder that is most overdue has been waiting, by route.',
          ['route'],
        )
        for (const { route, seconds } of counts.lag) lag.set({ route }, seconds)
        gauge('decorum_sending', 'Attempts that are being handed over.').set(counts.sending)
        gauge(
          'decorum_words_versions',
          'Versions of words that the processes at work use; more than one: some have other templates or creditors than the rest.',
        ).set(new Set((await processesAtWork(runtime.ledger.db)).map((process) => process.words)).size)
        gauge('decorum_in_doubt', 'Attempts that may or may not have gone out and wait to be resolved.').set(
          counts.inDoubt,
        )
      } catch (error) {
        runtime.log.warn(
          { event: 'metrics.incomplete', ...failureForLog(error) },
          'metrics served without those of the ledger, which did not answer',
        )
      }
      return [await counters.metrics(), await standing.metrics()].filter((text) => text !== '').join('\n')
    },
  }
}

/** Switches stop, pause, slow or drain what goes out, by scope. */
export interface SwitchService {
  setSwitch(actor: Actor, body: SwitchBody): Promise<SwitchView>
  /** For `--paused`. `thrown` false: everything was paused already, by this switch. */
  pauseEverything(): Promise<{ id: string; thrown: boolean }>
  /** `changed` false: it was lifted already. */
  liftSwitch(actor: Actor, id: string, body: SwitchLift): Promise<{ id: string; changed: boolean }>
  /** Newest first. An actor bound to a creditor sees that creditor's switches and those for every creditor. */
  listSwitches(actor: Actor, query: Paging & { active?: boolean | undefined }): Promise<Page<SwitchView>>
}

export const switchService = (runtime: Runtime): SwitchService => ({
  setSwitch: async (actor, body) => switchViewOf(await setSwitch(runtime, actor, body)),
  pauseEverything: () => pauseEverything(runtime),
  liftSwitch: (actor, id, body) => endSwitch(runtime, actor, id, body),
  async listSwitches(actor, query) {
    const limit = limitOf(query.limit)
    const before = (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
    const rows = await listSwitches(runtime.ledger.db, {
      creditor: actor.creditor,
      active: query.active ?? null,
      before,
      limit: limit + 1,
    })
    return pageFrom(rows, limit, switchViewOf, (row) => writeCursor([row.id]))
  },
})

const switchViewOf = (row: SwitchRow): SwitchView => ({
  id: row.id,
  scope: row.scope,
  state: row.state,
  share: row.share,
  reason: row.reason,
  setBy: row.set_by,
  setAt: text(row.set_at),
  liftedAt: textOrNull(row.lifted_at),
  liftedBy: row.lifted_by,
  liftReason: row.lift_reason,
})

/** Attempts in doubt, and their resolution by an operator. */
export interface DoubtService {
  /** Oldest first. */
  listDoubts(actor: Actor, query: Paging & { creditor?: string | undefined }): Promise<Page<DoubtView>>
  resolveDoubt(actor: Actor, reminderId: string, attemptNo: number, body: DoubtResolution): Promise<DoubtAnswerView>
}

export const doubtService = (runtime: Runtime): DoubtService => ({
  async listDoubts(actor, query) {
    const scope = creditorScope(actor, query.creditor)
    if (scope.outside) return emptyPage()
    const limit = limitOf(query.limit)
    const position = positionOf(query.cursor, ['number', 'id'])
    const after = position === null ? null : { at: new Date(position[0] as number), reminderId: position[1] as string }
    const rows = await listDoubts(runtime.ledger.db, { creditor: scope.creditor, after, limit: limit + 1 })
    return pageFrom(rows, limit, doubtViewOf, (row) => writeCursor([row.reservedAt.getTime(), row.reminderId]))
  },
  resolveDoubt: (actor, reminderId, attemptNo, body) => resolveDoubt(runtime, actor, reminderId, attemptNo, body),
})

const doubtViewOf = (row: DoubtRow): DoubtView => ({
  ...row,
  reservedAt: text(row.reservedAt),
  goodUntil: text(row.goodUntil),
  lookedUpAt: textOrNull(row.lookedUpAt),
  looks: row.looks.map((look) => ({ ...look, at: text(new Date(look.at)) })),
})

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
   * @param query.zone  whose day is today; absent: the creditor's book zone, or that of all creditors if they share one, otherwise UTC
   */
  forecast(actor: Actor, query: { zone?: string | undefined }): Promise<ForecastView>
}

export const forecastService = (runtime: Runtime, rules: Pick<PermitRules, 'packs'>): ForecastService => ({
  async forecast(actor, query) {
    const zone = query.zone ?? zoneOf(runtime, actor)
    const { at, until, routes } = await forecastByRoute(runtime, rules.packs, { creditor: actor.creditor, zone })
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
}

export const auditService = (runtime: Runtime): AuditService => ({
  async auditDecisions(sample) {
    const { db } = runtime.ledger
    return replay(runtime.config.packs, [
      ...(await sampleDecisions(db, 'reminder', sample)),
      ...(await sampleDecisions(db, 'permit', sample)),
    ])
  },
  auditContacts: (asked) => auditContacts(runtime, policyOf(runtime.config), asked),
})
