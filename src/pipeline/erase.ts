import type { CompiledPack } from '../decide/packs.ts'
import { retentionOf } from '../decide/retention.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import { formatInstant, type Instant, MINUTE } from '../model/time.ts'
import type { ErasureReport } from '../report/erasure.ts'
import {
  type Erasure,
  erasureOf,
  eraseRows,
  notErasedAmong,
  providersTold,
  rememberErasure,
  type Ties,
  tiesOf,
  waitingReminders,
} from '../record/erasure.ts'
import { ErasureJournal } from '../record/erasure-journal.ts'
import { type Locked, takeLocks } from '../record/locks.ts'
import { writeReminderCancelled } from '../record/reminders.ts'
import type { Db } from '../record/schema.ts'
import { inWriteTransaction } from './accept/write-transaction.ts'
import { addReminderNotices } from './notify.ts'
import type { Actor, Runtime } from './runtime.ts'

/** The person to erase, as found before locking. */
interface Named {
  /** Our own id. */
  id: string
  external_id: string
  creditor: string
}

/**
 * Erases a person for good: what tells of them is removed and their data key destroyed; proof of what was decided stays.
 *
 * @throws DECORUM_STATE_CONFLICT under a legal hold, or while evidence is owed; `faults` names every ground, with until when
 */
export async function eraseRecipient(
  runtime: Runtime,
  actor: Actor,
  packs: readonly CompiledPack[],
  row: Named,
): Promise<ErasureReport> {
  return inWriteTransaction(runtime, actor, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [row.id] }, 'wait')
    const now = runtime.clock.now()
    const earlier = await erasureOf(trx, row.id)
    const again = earlier !== null && (await notErasedAmong(trx, [row.id], 1)).length === 0
    if (again) return reportOf(runtime, trx, row, earlier, true)
    const faults = groundsAgainst(runtime, packs, await tiesOf(trx, row.id), now)
    if (faults.length > 0)
      throw new DecorumError(
        'DECORUM_STATE_CONFLICT',
        `this person cannot be erased: ${faults.map(({ path }) => path).join(', ')}`,
        {
          faults,
          hint: 'Erase the person when none of the grounds holds any more.',
        },
      )
    const erasure = await eraseLocked(
      runtime,
      trx,
      { recipientId: row.id, creditor: row.creditor, by: actor.name },
      now,
    )
    // Last, so that what cannot be journalled is not erased.
    await journalOf(runtime)?.add({
      recipientId: row.id,
      creditor: row.creditor,
      at: formatInstant(now),
      by: actor.name,
    })
    return reportOf(runtime, trx, row, erasure, false)
  })
}

/** Removes what tells of a locked person, and calls off what waits. */
async function eraseLocked(
  runtime: Runtime,
  trx: Locked,
  whom: Pick<Erasure, 'recipientId' | 'creditor' | 'by'>,
  now: Instant,
): Promise<Erasure> {
  const at = new Date(now)
  for (const reminderId of await waitingReminders(trx, whom.recipientId))
    if (await writeReminderCancelled(trx, reminderId, 'erased', at))
      await addReminderNotices(runtime, trx, [{ reminderId }], now)
  const erasure = { ...whom, at, removed: await eraseRows(trx, whom.recipientId, at) }
  await rememberErasure(trx, erasure)
  return erasure
}

/** Every ground against erasing, with what would end it; empty: none. */
function groundsAgainst({ config }: Runtime, packs: readonly CompiledPack[], ties: Ties, now: Instant): Fault[] {
  const faults: Fault[] = []
  if (config.retention.legalHold)
    faults.push({ path: 'legal-hold', problem: 'a legal hold is in force for everything (retention.legalHold)' })
  if (ties.inCourt > 0)
    faults.push({
      path: 'legal-action',
      problem: `holds for legal action that stand: ${ties.inCourt}`,
      cure: 'End them when the proceedings are over.',
    })
  if (ties.openAccounts > 0)
    faults.push({
      path: 'debt',
      problem: `accounts that are still collected: ${ties.openAccounts}`,
      cure: 'Report them as settled or withdrawn first.',
    })
  if (ties.underWay > 0)
    faults.push({
      path: 'under-way',
      problem: `attempts or permits that have not ended: ${ties.underWay}`,
      cure: 'Ask again when they have; one in doubt is resolved with decorum doubts.',
    })
  // Nobody was ever contacted: there is no contact to prove.
  if (ties.firstContact === null || ties.lastContact === null) return faults
  const { verdict, mayDeleteFrom, reasons } = retentionOf(
    {
      record: 'contact',
      scope: {
        roles: ties.roles.length === 0 ? null : ties.roles,
        products: ties.products.length === 0 ? null : ties.products,
        channels: ties.channels,
        jurisdictions: ties.places,
      },
      contact: { first: ties.firstContact.getTime(), last: ties.lastContact.getTime() },
      lastCollectionActivity: Math.max(ties.lastContact.getTime(), ties.lastActivity?.getTime() ?? 0),
      legalHold: false,
    },
    packs,
    now,
  )
  if (verdict !== 'keep') return faults
  const owed = reasons.filter(({ bound, until }) => bound === 'minimum' && (until === null || until > now))
  faults.push({
    path: 'evidence',
    problem: `evidence of the contacts is owed until ${mayDeleteFrom === null ? 'a day not known yet' : formatInstant(mayDeleteFrom)}: ${owed.map(({ rule, citation }) => `${rule} (${citation})`).join('; ')}`,
    cure: 'Ask again then.',
  })
  return faults
}

async function reportOf(
  runtime: Runtime,
  trx: Db,
  named: Named,
  erasure: Erasure,
  already: boolean,
): Promise<ErasureReport> {
  return {
    id: named.external_id,
    creditor: erasure.creditor,
    erasedAt: formatInstant(erasure.at.getTime()),
    by: erasure.by,
    already,
    removed: erasure.removed,
    providers: await providersTold(trx, erasure.recipientId),
    webhooks: runtime.config.webhooks.map(({ id }) => id),
    journal: runtime.config.erasureJournal !== null,
  }
}

/** Whoever was erased once is erased again, live or test. */
const FROM_JOURNAL: Pick<Actor, 'live'> = { live: true }

const journals = new WeakMap<Runtime['config'], ErasureJournal>()

/** Null: none is configured. */
function journalOf({ config }: Pick<Runtime, 'config'>): ErasureJournal | null {
  if (config.erasureJournal === null) return null
  const journal = journals.get(config) ?? new ErasureJournal(config.erasureJournal)
  journals.set(config, journal)
  return journal
}

/** Looked for once a minute: reading a file that has not grown is cheap, and so is asking the ledger. */
const LOOK_EVERY_MS = MINUTE
/** Erased again in one pass. */
const AT_ONCE = 100

/** Erases again, after a restore, whoever was erased since the backup. One instance per process that sweeps. */
export class RestoredErasures {
  readonly #runtime: Runtime
  /** Machine time. */
  #nextLook = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** @returns  true when there is more to do at once */
  async pass(): Promise<boolean> {
    if (performance.now() < this.#nextLook) return false
    const erased = await eraseAgain(this.#runtime)
    if (erased === AT_ONCE) return true
    this.#nextLook = performance.now() + LOOK_EVERY_MS
    return false
  }
}

/**
 * Erases again who the journal says was erased and the ledger does not; returns how many. The grounds were judged the first time.
 */
export async function eraseAgain(runtime: Runtime): Promise<number> {
  const journal = journalOf(runtime)
  if (journal === null) return 0
  const restored = await notErasedAmong(runtime.ledger.db, await journal.everErased(), AT_ONCE)
  for (const { id: recipientId, creditor } of restored) {
    await inWriteTransaction(runtime, FROM_JOURNAL, async (opened) => {
      const trx = await takeLocks(opened, { recipients: [recipientId] }, 'wait')
      await eraseLocked(runtime, trx, { recipientId, creditor, by: 'journal' }, runtime.clock.now())
    })
  }
  if (restored.length > 0)
    runtime.log.warn(
      { event: 'erasures.repeated', erased: restored.length },
      'people whom the journal names were erased again: the ledger was restored from before',
    )
  return restored.length
}
