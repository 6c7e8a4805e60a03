import type { RecipientBody } from '../../intake/recipient-body.ts'
import { timesOfRecipient } from '../../intake/times-of-facts.ts'
import { findPeople, keyText } from '../../record/accepting/known-people.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { addPeople } from '../../record/accepting/write-people.ts'
import { newId } from '../../record/id.ts'
import type { Actor, Shell } from '../shell.ts'
import type { RecipientAnswer } from './answers.ts'
import { lockPeople } from './lock-people.ts'
import { mergePerson } from './merge-person.ts'
import { newPerson } from './new-person.ts'
import type { PersonDraft } from './person-draft.ts'
import { refuseFuture } from './refuse-future.ts'
import { creditorOf } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { ConcurrentModification, inWriteTransaction } from './write-transaction.ts'

/** Puts a person by itself: `PUT /v1/recipients/{id}`. */
export async function acceptRecipient(shell: Shell, actor: Actor, id: string, body: RecipientBody): Promise<RecipientAnswer> {
  const creditor = creditorOf(shell, actor, body.creditor)
  refuseFuture(shell, timesOfRecipient(body), shell.clock.now())
  const key = { creditor: creditor.id, externalId: id }
  return inWriteTransaction(shell, async (opened) => {
    const began = shell.clock.now()
    const known = (await findPeople(opened, [key])).get(keyText(key))
    const added = known === undefined ? newPerson(newId(), key, shell.vault.newDataKey(), began) : null
    if (added !== null && (await addPeople(opened, [added.row])) === null) throw new ConcurrentModification('the person was added meanwhile')
    const recipientId = known ?? (added as PersonDraft).row.id
    const { trx, people: drafts } = await lockPeople(opened, shell.vault, [{ id: recipientId, addresses: body.addresses }], new Date(began), new Map(added === null ? [] : [[recipientId, added]]))
    const person = drafts.get(recipientId) as PersonDraft
    const now = shell.clock.now()
    const named = { id, creditor: creditor.id }
    const merged = mergePerson(person, body, body.asOf ?? now, now, shell.vault)
    if (merged === 'older') return { applied: false, reason: 'older_than_known', ...named }
    await writeDrafts(shell, trx, { ...noDrafts(), people: [person] }, actor.name, now)
    if (merged === 'changed') await wakePerson(trx, person.row.id, new Date(now))
    return { applied: true, changed: added !== null || merged === 'changed', ...named, ...(body.warnings === undefined ? {} : { warnings: body.warnings }) }
  })
}
