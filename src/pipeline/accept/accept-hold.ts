import type { HoldBody, HoldEndBody } from '../../intake/hold-body.ts'
import { DecorumError } from '../../model/errors.ts'
import { endHolds, findHold } from '../../record/accepting/holds.ts'
import { findAccounts } from '../../record/accepting/known-accounts.ts'
import { findPeople, keyText } from '../../record/accepting/known-people.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { isId } from '../../record/id.ts'
import { takeLocks } from '../../record/locks.ts'
import type { Actor, Shell } from '../shell.ts'
import type { EndAnswer, HoldAnswer } from './answers.ts'
import { lockPerson } from './lock-people.ts'
import { openHold } from './new-hold.ts'
import { creditorOwning } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction } from './write-transaction.ts'

/** Pauses one account, or everything of a person. */
export async function acceptHold(shell: Shell, actor: Actor, body: HoldBody): Promise<HoldAnswer> {
  const [what, externalId] = body.accountId === undefined ? ['recipient' as const, body.recipientId as string] : ['account' as const, body.accountId]
  const creditor = await creditorOwning(shell, actor, body.creditor, what, externalId)
  const key = { creditor: creditor.id, externalId }
  return inWriteTransaction(shell, async (opened) => {
    const account = what === 'account' ? (await findAccounts(opened, [key])).get(keyText(key)) : undefined
    const recipientId = account?.recipientId ?? (await findPeople(opened, what === 'recipient' ? [key] : [])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
    const { trx, person } = await lockPerson(shell, opened, recipientId)
    const now = shell.clock.now()
    const hold = openHold(person, {
      kind: body.kind, accountId: account?.id ?? null, from: body.from ?? now, until: body.until ?? null,
      details: body.reason == null ? {} : { reason: body.reason }, by: actor.name, now,
    })
    await writeDrafts(shell, trx, { ...noDrafts(), people: [person], newHolds: [hold] }, actor.name, now)
    await wakePerson(trx, recipientId, new Date(now))
    return { id: hold.id, creditor: creditor.id }
  })
}

/** Ends a pause before its time; what waited is decided again at once. */
export async function endHold(shell: Shell, actor: Actor, id: string, body: HoldEndBody): Promise<EndAnswer> {
  const known = isId(id) ? await findHold(shell.ledger.db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such hold')
  return inWriteTransaction(shell, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [known.recipientId] }, 'wait')
    const at = new Date(shell.clock.now())
    const changed = (await endHolds(trx, [id], { at, by: actor.name, reason: body.reason })) > 0
    if (changed) await wakePerson(trx, known.recipientId, at)
    return { id, changed }
  })
}
