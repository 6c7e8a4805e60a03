import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { parseAddress } from '../../intake/address-fields.ts'
import type { TaskCompletion, TaskOutcome } from '../../intake/task-body.ts'
import type { ContactOutcome } from '../../model/contact.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/instant.ts'
import { countryOf } from '../../model/jurisdiction.ts'
import { promiseEndsAt } from '../../plan/book-time.ts'
import { addContact } from '../../record/accepting/contacts.ts'
import { openHolds } from '../../record/accepting/holds.ts'
import { knownAccounts, type KnownAccount } from '../../record/accepting/known-accounts.ts'
import { findTask, finishTask, type TaskRow } from '../../record/accepting/tasks.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { ensureAnchors } from '../../record/accepting/write-people.ts'
import { isId, newId } from '../../record/id.ts'
import { lockAddresses } from '../../record/locks.ts'
import { taskNote } from '../../record/places.ts'
import { holdsOfTask } from '../../record/replies.ts'
import type { AddressHash } from '../../record/vault/vault.ts'
import { noteStop } from '../notify/note-stop.ts'
import { markExceeded } from '../contacts/exceeded.ts'
import type { Actor, Shell } from '../shell.ts'
import { AccountDraft } from './account-draft.ts'
import { addressHash } from './address-hash.ts'
import type { TaskAnswer } from './answers.ts'
import { lockPeople } from './lock-people.ts'
import { minorOf } from './merge-account.ts'
import { newHold } from './new-hold.ts'
import type { PersonDraft } from './person-draft.ts'
import { suppress } from './suppress.ts'
import { refuseFuture } from './refuse-future.ts'
import { badField } from './whose.ts'
import { noDrafts, writeDrafts, type Drafts } from './write-drafts.ts'
import { writing } from './writing.ts'

/** What each outcome means as a contact; null: nobody was contacted. */
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

const CALLED: ReadonlySet<TaskOutcome> = new Set<TaskOutcome>(['contacted', 'third-party', 'no-answer', 'voicemail'])

/** Of a proposed hand-off, and of nothing else. */
const HAND_OFF_OUTCOMES: ReadonlySet<TaskOutcome> = new Set<TaskOutcome>(['handed-off', 'kept'])

/**
 * Records what came of a step for a person: the contact it was, and what was learnt in it.
 *
 * A contact that rules forbade has happened all the same: it is recorded, marked with them, and the answer says so. So is one
 * that an agent made for a task which a stop withdrew meanwhile.
 *
 * @param packs  those in force; none: judged by the product's own promises alone
 * @throws DECORUM_STATE_CONFLICT when the task is not open any more
 */
export async function completeTask(shell: Shell, actor: Actor, id: string, body: TaskCompletion, packs: readonly CompiledPack[] = []): Promise<TaskAnswer> {
  const found = isId(id) ? await findTask(shell.ledger.db, id, actor.creditor) : null
  if (found === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such task')
  if (body.outcome !== 'not-done' && HAND_OFF_OUTCOMES.has(body.outcome) !== (found.kind === 'hand-off')) {
    throw badField('outcome', `does not answer a task of kind ${found.kind}`)
  }
  if ((body.outcome === 'read' || body.outcome === 'not-done') && (body.outcome === 'read') !== (found.kind === 'reply')) throw badField('outcome', `does not answer a task of kind ${found.kind}`)
  refuseFuture(shell, [['at', body.at]], shell.clock.now())
  return writing(shell, async (trx) => {
    const person = (await lockPeople(trx, shell.vault, [{ id: found.recipient_id }], new Date(shell.clock.now()))).get(found.recipient_id) as PersonDraft
    const accounts = await knownAccounts(trx, found.account_ids)
    const now = shell.clock.now()
    const done = { outcome: body.outcome, note: sealedNote(shell, person, id, body), by: actor.name, at: new Date(now) }
    if (!(await finishTask(trx, id, done, CONTACTS[body.outcome] !== null))) throw new DecorumError('DECORUM_STATE_CONFLICT', 'this task is not open any more')
    const drafts: Drafts = { ...noDrafts(), people: [person] }
    if (found.kind === 'reply') drafts.endedHolds.push(...holdsOfTask(await openHolds(trx, [person.row.id]), id).map((hold) => ({ id: hold, reason: 'the reply was read' })))
    const effects = learn(shell, actor, found, person, accounts, body, drafts, now)
    const anchor = addressOf(shell, body, person)
    if (anchor !== null) {
      await ensureAnchors(trx, [{ creditor: found.creditor, ...anchor }], new Date(now))
      await lockAddresses(trx, [{ creditor: found.creditor, hash: anchor.hash }], 'wait')
    }
    const contact = CONTACTS[body.outcome]
    // What a reply says was a contact when it came; only who called about it made another.
    const made = { id: newId(), recipientId: person.row.id, at: Math.min(body.at ?? now, now) }
    const counts = contact !== null && (found.kind !== 'reply' || CALLED.has(body.outcome))
    if (counts) {
      await addContact(trx, {
        recipient_id: person.row.id, at: new Date(made.at), id: made.id, creditor: found.creditor, channel: body.channel, direction: 'outbound', mode: 'agent',
        outcome: contact.outcome, party: contact.party, made_by: 'agent', address_hash: anchor?.hash ?? null, account_ids: found.account_ids,
        reminder_id: null, attempt_no: null, excess: null, recorded_at: new Date(now), seq: person.takeSeq(),
      })
      effects.push(`a contact was recorded: ${contact.outcome}`)
    }
    const step = { kind: found.step_kind, tone: found.tone ?? 'neutral', ladder: found.ladder, rung: found.rung }
    const exceeded = !counts ? [] : await markExceeded(shell, trx, packs, { ...made, step })
    let stopped = false
    if (body.outcome === 'wrong-number' && anchor !== null) {
      const stop = await suppress(shell, trx, {
        creditor: found.creditor, scope: 'address', recipientId: person.row.id, hash: anchor.hash, channel: null, reason: 'wrong-number', source: 'task', by: actor.name,
      }, { owners: [person.row.id], now, takeSeq: () => person.takeSeq(), tell: null, wake: false })
      stopped = !stop.standing
      effects.push('the address is not used any more')
    }
    await writeDrafts(shell, trx, drafts, actor.name, now)
    if (stopped) await noteStop(shell, trx, [person.row.id], { scope: 'address', reason: 'wrong-number', channel: null, by: actor.name }, now)
    await wakePerson(trx, person.row.id, new Date(now))
    return { id, status: 'done', effects, exceeded }
  })
}

/** Pauses and states that follow from what was said. */
function learn(
  shell: Shell, actor: Actor, task: TaskRow, person: PersonDraft, accounts: readonly KnownAccount[], body: TaskCompletion, drafts: Drafts, now: Instant,
): string[] {
  const common = { by: actor.name, now }
  if (body.outcome === 'promise' && body.promise !== undefined) {
    const { date, amount } = body.promise
    const until = promiseEndsAt(date, shell.config.creditors.get(task.creditor)?.bookZone ?? 'UTC')
    if (until <= now) throw badField('promise.date', 'has passed')
    for (const { row } of accounts) {
      const amountMinor = amount === undefined ? row.overdue_minor : minorOf(amount, row.currency, 'promise.amount', { zero: false })
      drafts.newHolds.push(newHold(person, { kind: 'promise', accountId: row.id, until, details: { date, amountMinor, task: task.id }, ...common }))
    }
    return ['a promise to pay; reminders wait for it']
  }
  if (body.outcome === 'dispute') {
    drafts.newHolds.push(...accounts.map(({ row }) => newHold(person, { kind: 'dispute', accountId: row.id, details: { task: task.id }, ...common })))
    return ['the debt is disputed; reminders wait']
  }
  if (body.outcome === 'hardship' || body.outcome === 'complaint') {
    drafts.newHolds.push(newHold(person, { kind: body.outcome, accountId: null, details: { account: accounts[0]?.row.id ?? null, task: task.id }, ...common }))
    return [`${body.outcome}; reminders of every account wait`]
  }
  if (body.outcome !== 'handed-off') return []
  for (const known of accounts) {
    const draft = new AccountDraft({ ...known.row, state: 'handed-off' }, known)
    draft.wake()
    draft.followSpell(shell, now)
    drafts.accounts.push(draft)
  }
  return ['handed off']
}

function sealedNote(shell: Shell, person: PersonDraft, id: string, body: TaskCompletion): Buffer | null {
  if (body.note == null) return null
  return shell.vault.seal(shell.vault.unwrap(person.row.data_key, person.row.data_key_id), taskNote(id), body.note)
}

function addressOf(shell: Shell, body: TaskCompletion, person: PersonDraft): AddressHash | null {
  if (body.address == null) return null
  const { jurisdiction } = person.row
  const parsed = parseAddress(body.channel, body.address, jurisdiction === null ? null : countryOf(jurisdiction))
  if (!parsed.ok) throw badField('address', parsed.problem, parsed.cure)
  return addressHash(shell.vault, body.channel, parsed.value)
}
