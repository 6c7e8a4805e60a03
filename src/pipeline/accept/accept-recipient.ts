import type { RecipientBody } from '../../intake/recipient-body.ts'
import { addPeople, findPeople, keyText } from '../../record/accepting/known-people.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { newId } from '../../record/id.ts'
import type { Actor, Shell } from '../shell.ts'
import type { RecipientAnswer } from './answers.ts'
import { lockPeople } from './lock-people.ts'
import { mergePerson } from './merge-person.ts'
import type { PersonDraft } from './person-draft.ts'
import { creditorOf } from './whose.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { writing } from './writing.ts'

/** Puts a person by itself: `PUT /v1/recipients/{id}`. */
export async function acceptRecipient(shell: Shell, actor: Actor, id: string, body: RecipientBody): Promise<RecipientAnswer> {
  const creditor = creditorOf(shell, actor, body.creditor)
  const key = { creditor: creditor.id, externalId: id }
  return writing(shell, async (trx) => {
    const began = new Date(shell.clock.now())
    let known = (await findPeople(trx, [key])).get(keyText(key))
    const isNew = known === undefined
    if (known === undefined) {
      const { wrapped, keyId } = shell.vault.newDataKey()
      await addPeople(trx, [{ ...key, id: newId(), dataKey: wrapped, dataKeyId: keyId }], began)
      known = (await findPeople(trx, [key])).get(keyText(key)) as string
    }
    const person = (await lockPeople(trx, shell.vault, [{ id: known, addresses: body.addresses }], began)).get(known) as PersonDraft
    const now = shell.clock.now()
    const named = { id, creditor: creditor.id }
    const merged = mergePerson(person, body, body.asOf ?? now, now, shell.vault)
    if (merged === 'older') return { applied: false, reason: 'older_than_known', ...named }
    await writeDrafts(shell, trx, { ...noDrafts(), people: [person] }, actor.name, now)
    if (merged === 'changed') await wakePerson(trx, person.row.id, new Date(now))
    return { applied: true, changed: isNew || merged === 'changed', ...named }
  })
}
