import { performance } from 'node:perf_hooks'
import type { CompiledPack } from '../decide/packs.ts'
import { retentionOf, type RetentionReason } from '../decide/retention.ts'
import type { Scope } from '../decide/condition.ts'
import { failureForLog } from '../model/log-events.ts'
import { DAY, formatInstant, HOUR, type Instant } from '../model/time.ts'
import { countOldNotices, deleteOldNotices, type NoticeCount, type OldNotices } from '../record/outbox.ts'
import { listPartitions, makeMonths, type Month, monthOf, type Partition } from '../record/partitions.ts'
import { deleteReplies as forget } from '../record/replies.ts'
import {
  countKept,
  debtsOnRecord,
  type KeptRecipients,
  sizeOf,
  trimPartition,
  unfinishedIn,
} from '../record/retention.ts'
import type { RetainedPartition, RetentionReport } from '../report/retention-report.ts'
import type { Actor, Runtime } from './runtime.ts'

/** Providers are asked about what they did not report for two days; a day more for clocks and delays. */
const RECEIPTS_FOR_MS = 3 * DAY

/**
 * Drops the monthly partitions of attempts, decisions, receipts and contacts past their retention period, or lists what would be dropped.
 *
 * The longest of the packs' minima and the configured months counts. Records of recipients in court, and of debts still
 * collected where a rule counts from the last activity, are kept. A month with anything unfinished in it is kept.
 * Settled webhook notices, which are no evidence, go by their own days.
 *
 * @param apply  false: nothing is changed
 */
export async function retain(
  runtime: Runtime,
  actor: Actor,
  packs: readonly CompiledPack[],
  apply: boolean,
): Promise<RetentionReport> {
  const {
    ledger: { db },
    clock,
    config: { retention: house },
  } = runtime
  const now = clock.now()
  const cutoff = cutoffOf(await debtsOnRecord(db), packs, house, now)
  const notices = await retainNotices(runtime, apply)
  const about = {
    applied: apply,
    house,
    notices,
    before: cutoff === null ? null : formatInstant(cutoff.before),
    reasons: (cutoff?.reasons ?? []).map(({ rule, citation }) => ({ rule, citation })),
  }
  if (cutoff === null) return { ...about, pieces: [] }
  const old = (await listPartitions(db)).filter(
    (partition) => partition.kind === 'default' || partition.to <= cutoff.before,
  )
  const partitions: RetainedPartition[] = []
  for (const partition of old) {
    const retained = await retainPartition(runtime, actor, partition, cutoff, apply)
    if (retained === null) continue
    partitions.push(retained)
    if (apply) runtime.log.info({ event: 'retention.applied', ...retained }, 'retention applied to a partition')
  }
  return { ...about, pieces: partitions }
}

/** Null: no row of it may be deleted. */
async function retainPartition(
  runtime: Runtime,
  actor: Actor,
  partition: Partition,
  { before, ongoingSince }: Cutoff,
  apply: boolean,
): Promise<RetainedPartition | null> {
  const {
    ledger: { db },
    clock,
  } = runtime
  const recipients: KeptRecipients = { ongoingSince: ongoingSince === null ? null : new Date(ongoingSince) }
  const receiptsSince = new Date(clock.now() - RECEIPTS_FOR_MS)
  const size = await sizeOf(db, partition)
  const unfinished = await unfinishedIn(db, partition, before, receiptsSince)
  const { kept, someGo } = await countKept(db, partition, before, recipients)
  const about = { piece: partition.name, ...size, kept }
  if (!someGo && (kept > 0 || partition.kind === 'default')) return null
  if (unfinished > 0) return { ...about, fate: 'unfinished', unfinished }
  if (!apply) return { ...about, fate: 'may-go', unfinished }
  const thinned = await trimPartition(db, {
    partition,
    before,
    recipients,
    receiptsSince,
    actor: actor.name,
    at: new Date(clock.now()),
  })
  if (typeof thinned === 'string') return { ...about, fate: thinned, unfinished }
  return { ...about, fate: 'dropped', unfinished, kept: thinned.kept }
}

/** The operator's own retention settings. */
interface HouseRetention {
  /** Whole months after the one in which something happened. */
  readonly keepMonths: number
  /** True: a legal hold forbids deleting anything. */
  readonly legalHold: boolean
}

/** From when on records are to be kept. */
interface Cutoff {
  /** Records older than this month may be deleted. */
  before: Month
  /** Unless the debt was collected since then; null: no rule counts from the last collection activity. */
  ongoingSince: Instant | null
  /** The packs' rules with the longest retention; empty: the configured months are longer than any. */
  reasons: RetentionReason[]
}

/** No known rule demands more. */
const FURTHEST_MONTHS = 1_200

/**
 * From which date on must records of contacts be kept? The longest retention of all rules that may apply counts.
 *
 * @param scope  the attributes of the ledger's debts; an unknown one matches every value
 * @returns      null: nothing may be deleted, because of a legal hold or a rule without a known end
 */
export function cutoffOf(
  scope: Scope,
  packs: readonly CompiledPack[],
  house: HouseRetention,
  now: Instant,
): Cutoff | null {
  if (house.legalHold) return null
  const askedOf = (before: Month, lastCollectionActivity: Instant) =>
    retentionOf(
      {
        record: 'contact',
        scope,
        contact: { first: monthOf(before, -1), last: before - 1 },
        lastCollectionActivity,
        legalHold: false,
      },
      packs,
      now,
    )
  const houses = monthOf(now, -house.keepMonths)
  let before = houses
  let reasons: RetentionReason[] = []
  for (let back = 0; ; back++) {
    const { verdict, reasons: asked } = askedOf(before, before - 1)
    if (verdict !== 'keep') break
    if (back === FURTHEST_MONTHS) return null
    reasons = asked.filter((reason) => reason.bound === 'minimum' && (reason.until === null || reason.until > now))
    before = monthOf(before, -1)
  }
  let ongoing: Month = before
  while (ongoing < now && askedOf(before, ongoing).verdict !== 'keep') ongoing = monthOf(ongoing, 1)
  return { before, ongoingSince: ongoing < now ? ongoing : null, reasons: before < houses ? reasons : [] }
}

/** Rows deleted in one statement, so that it holds its locks only briefly. */
const NOTICES_AT_ONCE = 1_000
/** Abandoned notices are kept for inquiries at least this long. */
const GIVEN_UP_DAYS = 90

/**
 * Which settled webhook notices are no longer kept?
 *
 * They repeat what the reminder's own records say, so no law requires them.
 *
 * @returns  null: a legal hold keeps even these
 */
function oldNotices(house: Runtime['config']['retention'], now: Instant): OldNotices | null {
  if (house.legalHold) return null
  return {
    taken: new Date(now - house.keepNoticesDays * DAY),
    givenUp: new Date(now - Math.max(house.keepNoticesDays, GIVEN_UP_DAYS) * DAY),
  }
}

/** One step of the sweep: removes the oldest of them; true when there are more. */
export async function purgeNotices({ ledger, clock, config }: Runtime): Promise<boolean> {
  const old = oldNotices(config.retention, clock.now())
  if (old === null) return false
  const { taken, givenUp } = await deleteOldNotices(ledger.db, old, NOTICES_AT_ONCE)
  return Math.max(taken, givenUp) === NOTICES_AT_ONCE
}

/** All of them: removed when it is to be applied, otherwise counted. Null under a legal hold. */
async function retainNotices({ ledger: { db }, clock, config }: Runtime, apply: boolean): Promise<NoticeCount | null> {
  const old = oldNotices(config.retention, clock.now())
  if (old === null) return null
  if (!apply) return countOldNotices(db, old)
  const all = { taken: 0, givenUp: 0 }
  for (let more = true; more;) {
    const { taken, givenUp } = await deleteOldNotices(db, old, NOTICES_AT_ONCE)
    all.taken += taken
    all.givenUp += givenUp
    more = Math.max(taken, givenUp) === NOTICES_AT_ONCE
  }
  return all
}

/** Other statements queue behind a pending exclusive lock, so it is not waited for long; the next round tries again. */
const LOCK_TIMEOUT_MS = 200

/** Creates the partitions of coming months ahead of time. One instance per sweeper. */
export class MonthlyPartitions {
  readonly #runtime: Runtime
  /** Machine time. */
  #nextLook = 0
  #seen = ''

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Runs hourly, and at once when either clock enters a new month. Failures are logged; rows then go to the default partition. */
  async pass(): Promise<void> {
    const { ledger, clock, log } = this.#runtime
    const now = { machine: Date.now(), business: clock.now() }
    const months = `${monthOf(now.machine)} ${monthOf(now.business)}`
    if (months === this.#seen && performance.now() < this.#nextLook) return
    try {
      const { made, moved, busy } = await makeMonths(ledger.db, now, LOCK_TIMEOUT_MS)
      if (made.length > 0) log.info({ event: 'partitions.created', made, moved }, 'monthly partitions created')
      if (busy) return
    } catch (error) {
      log.error(
        { event: 'partitions.failed', ...failureForLog(error) },
        'monthly partitions not created; rows go to the default partition meanwhile',
      )
    }
    this.#seen = months
    this.#nextLook = performance.now() + HOUR
  }
}

const REPLIES_AT_ONCE = 1_000
/** Replies from unknown senders are kept for inquiries for a while; they are no evidence. */
const UNRESOLVED_DAYS = 90
const DAYS_A_MONTH = 31

/** One step of the sweep: removes replies that were read and are older than the house keeps contacts; true when there are more. */
export async function purgeReplies({ ledger, clock, config: { retention: house } }: Runtime): Promise<boolean> {
  if (house.legalHold) return false
  const now = clock.now()
  const old = {
    known: new Date(now - house.keepMonths * DAYS_A_MONTH * DAY),
    unresolved: new Date(now - Math.min(UNRESOLVED_DAYS, house.keepMonths * DAYS_A_MONTH) * DAY),
  }
  return (await forget(ledger.db, old, REPLIES_AT_ONCE)) === REPLIES_AT_ONCE
}
