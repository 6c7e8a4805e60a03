import type { CompiledPack } from '../../decide/packs.ts'
import { parseAddress } from '../../intake/address.ts'
import type { TaskCompletion, TaskOutcome } from '../../intake/bodies.ts'
import { DecorumError } from '../../model/errors.ts'
import { countryOf } from '../../model/places/jurisdiction.ts'
import type { Instant } from '../../model/time.ts'
import type { ContactOutcome } from '../../model/vocabulary.ts'
import { type Effect, effectOf, type Fact } from '../../plan/effect-of.ts'
import { type KnownAccount, knownAccounts } from '../../record/accounts.ts'
import { addContact } from '../../record/contacts.ts'
import { type HoldRow, openHolds } from '../../record/holds.ts'
import { isId, newId } from '../../record/id.ts'
import { lockNewAddresses, type Locked } from '../../record/locks.ts'
import { holdsOfTask } from '../../record/replies.ts'
import { findTask, finishTask, type TaskRow } from '../../record/tasks.ts'
import { type AddressHash, taskNote } from '../../record/vault/vault.ts'
import type { TaskAnswer } from '../../report/views/operations.ts'
import { markExceeded } from '../contacts.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { AccountDraft } from './account-draft.ts'
import { minorOf } from './merge-account.ts'
import { withAddressNames } from './address-names.ts'
import { addressHash, type RecipientDraft } from './merge-recipient.ts'
import { invalidField, refuseFuture } from './resolve-creditor.ts'
import { openHoldsOf, draftEffect, draftSuppressions } from './draft-effect.ts'
import { type Drafts, noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockRecipientDraft } from './write-transaction.ts'

/** The contact that each outcome counts as; null: none. */
const CONTACTS: Record<TaskOutcome, { outcome: ContactOutcome; party: string } | null> = {
  contacted: { outcome: 'conversation', party: 'recipient' },
  promise: { outcome: 'conversation', party: 'recipient' },
  dispute: { outcome: 'conversation', party: 'recipient' },
  hardship: { outcome: 'conversation', party: 'recipient' },
  complaint: { outcome: 'conversation', party: 'recipient' },
  'wrong-number': { outcome: 'conversation', party: 'third-party' },
  'third-party': { outcome: 'conversation', party: 'third-party' },
  'no-answer': { outcome: 'no-answer', party: 'unknown' },
  voicemail: { outcome: 'voicemail', party: 'unknown' },
  'not-done': null,
  'handed-off': null,
  kept: null,
  read: null,
}

/** Outcomes that mean a call was made. */
const CALLED: ReadonlySet<TaskOutcome> = new Set<TaskOutcome>(['contacted', 'third-party', 'no-answer', 'voicemail'])

/** Outcomes of a proposed hand-off only. */
const HAND_OFF_OUTCOMES: ReadonlySet<TaskOutcome> = new Set<TaskOutcome>(['handed-off', 'kept'])

/**
 * Records the outcome of an agent's task: the contact it was, and the facts learnt in it.
 *
 * A contact that exceeded rules is recorded all the same, marked with those rules, and the answer lists them; so is a
 * contact made for a task that a suppression withdrew meanwhile.
 *
 * @param packs  the packs in force; none: judged by the built-in invariants alone
 * @throws DECORUM_STATE_CONFLICT when the task is no longer open
 */
export async function completeTask(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: TaskCompletion,
  packs: readonly CompiledPack[] = [],
): Promise<TaskAnswer> {
  const found = isId(id) ? await findTask(runtime.ledger.db, id, actor.creditor) : null
  if (found === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such task')
  if (body.outcome !== 'not-done' && HAND_OFF_OUTCOMES.has(body.outcome) !== (found.kind === 'hand-off')) {
    throw invalidField('outcome', `does not answer a task of kind ${found.kind}`)
  }
  if (
    (body.outcome === 'read' || body.outcome === 'not-done') &&
    (body.outcome === 'read') !== (found.kind === 'reply')
  )
    throw invalidField('outcome', `does not answer a task of kind ${found.kind}`)
  refuseFuture(runtime, [['at', body.at]], runtime.clock.now())
  return inWriteTransaction(runtime, actor, async (opened) => {
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, found.recipient_id)
    const accounts = await knownAccounts(trx, found.account_ids)
    const now = runtime.clock.now()
    const done = {
      outcome: body.outcome,
      note: sealedNote(runtime, recipient, id, body),
      by: actor.name,
      at: new Date(now),
    }
    if (!(await finishTask(trx, id, done, CONTACTS[body.outcome] !== null)))
      throw new DecorumError('DECORUM_STATE_CONFLICT', 'this task is not open any more')
    const drafts: Drafts = { ...noDrafts(), recipients: [recipient], replan: new Set([recipient.row.id]) }
    const holds = await openHolds(trx, [recipient.row.id])
    if (found.kind === 'reply')
      drafts.endedHolds.push(...holdsOfTask(holds, id).map((hold) => ({ id: hold, reason: 'the reply was read' })))
    const anchor = await addressOf(runtime, trx, body, recipient)
    if (anchor !== null) await lockNewAddresses(trx, [{ creditor: found.creditor, ...anchor }], new Date(now))
    const contact = CONTACTS[body.outcome]
    // A reply was counted as a contact when it arrived; only calling about it makes another.
    const contacted = { id: newId(), recipientId: recipient.row.id, at: Math.min(body.at ?? now, now) }
    const effects: string[] = []
    const fact = factIn(body, accounts, anchor !== null)
    if (fact !== null) {
      const effect = effectOfTask(fact, runtime, found, accounts, holds, contacted.at, now)
      draftEffect(drafts, recipient, effect, { by: actor.name, now, marks: { task: id }, contactId: contacted.id })
      draftSuppressions(drafts, effect, {
        creditor: found.creditor,
        recipientId: recipient.row.id,
        hash: anchor?.hash ?? null,
        source: 'task',
        by: actor.name,
        owners: [recipient.row.id],
        notice: {},
      })
      effects.push(effect.words)
    }
    if (body.outcome === 'handed-off') effects.push(handOff(runtime, accounts, drafts, now))
    const counts = contact !== null && (found.kind !== 'reply' || CALLED.has(body.outcome))
    if (counts) {
      await addContact(trx, {
        recipient_id: recipient.row.id,
        at: new Date(contacted.at),
        id: contacted.id,
        creditor: found.creditor,
        channel: body.channel,
        direction: 'outbound',
        mode: 'agent',
        outcome: contact.outcome,
        party: contact.party,
        made_by: 'agent',
        address_hash: anchor?.hash ?? null,
        account_ids: found.account_ids,
        excess: null,
        recorded_at: new Date(now),
      })
      effects.push(`a contact was recorded: ${contact.outcome}`)
    }
    const step = { kind: found.step_kind, tone: found.tone ?? 'neutral', ladder: found.ladder, rung: found.rung }
    const exceeded = !counts ? [] : await markExceeded(runtime, trx, packs, { ...contacted, step })
    await writeDrafts(runtime, trx, drafts, actor.name, now)
    return { id, status: 'done', effects, exceeded }
  })
}

/** The fact that this outcome reports; null: none. */
function factIn(
  { outcome, promise }: TaskCompletion,
  accounts: readonly KnownAccount[],
  hasAddress: boolean,
): Fact | null {
  if (outcome === 'promise' && promise !== undefined) {
    const { date, amount } = promise
    const amountsMinor =
      amount === undefined
        ? {}
        : Object.fromEntries(
            accounts.map(({ row }) => [row.id, minorOf(amount, row.currency, 'promise.amount', { zero: false })]),
          )
    return { type: outcome, date, amountsMinor }
  }
  if (outcome === 'dispute' || outcome === 'complaint') return { type: outcome, reference: null }
  if (outcome === 'hardship') return { type: outcome, until: null }
  return outcome === 'wrong-number' && hasAddress
    ? { type: 'stop', scope: 'address', channel: null, reason: outcome }
    : null
}

/** @throws DECORUM_BAD_INPUT for a promised day that has passed: the agent completing the task can correct it */
function effectOfTask(
  fact: Fact,
  runtime: Runtime,
  task: TaskRow,
  accounts: readonly KnownAccount[],
  holds: readonly HoldRow[],
  effectiveAt: Instant,
  now: Instant,
): Effect {
  const effect = effectOf(fact, {
    now,
    effectiveAt,
    bookZone: runtime.config.creditors.get(task.creditor)?.bookZone ?? 'UTC',
    holds: openHoldsOf(holds),
    heardBy: 'person',
    accounts: accounts.map(({ row }) => ({ id: row.id, overdueMinor: row.overdue_minor })),
  })
  if (effect.isPast)
    throw invalidField(
      'promise.date',
      'has passed',
      'State the agreed day, today or later; if it has passed already, complete the task as contacted.',
    )
  return effect
}

function handOff(runtime: Runtime, accounts: readonly KnownAccount[], drafts: Drafts, now: Instant): string {
  for (const known of accounts) {
    const draft = new AccountDraft({ ...known.row, state: 'handed-off' }, known)
    draft.wake()
    draft.updateSpell(runtime, now)
    drafts.accounts.push(draft)
  }
  return 'handed off'
}

function sealedNote(runtime: Runtime, recipient: RecipientDraft, id: string, body: TaskCompletion): Buffer | null {
  if (body.note == null) return null
  return runtime.vault.seal(
    runtime.vault.unwrap(recipient.row.data_key, recipient.row.data_key_id),
    taskNote(id),
    body.note,
  )
}

async function addressOf(
  runtime: Runtime,
  trx: Locked,
  body: TaskCompletion,
  recipient: RecipientDraft,
): Promise<AddressHash | null> {
  if (body.address == null) return null
  const { jurisdiction } = recipient.row
  const parsed = parseAddress(body.channel, body.address, jurisdiction === null ? null : countryOf(jurisdiction))
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  const stated = { channel: body.channel, value: parsed.value }
  const vault = await withAddressNames(trx, runtime.vault, [stated])
  return addressHash(vault, stated.channel, stated.value, recipient.row.live)
}
