import type { Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { parseAddress } from '../../intake/address-fields.ts'
import type { PermitBody } from '../../intake/permit-body.ts'
import { DecorumError } from '../../model/errors.ts'
import { formatInstant, MINUTE } from '../../model/instant.ts'
import { countryOf } from '../../model/jurisdiction.ts'
import { findUse, rememberUse } from '../../record/accepting/idempotency.ts'
import { findPeople, keyText } from '../../record/accepting/known-people.ts'
import { readPeople, type PersonAddress, type PersonRow } from '../../record/dispatch/decision-inputs.ts'
import { newId } from '../../record/id.ts'
import { lockAddresses, takeLocks, takeSequence } from '../../record/locks.ts'
import { accountsToCallAbout, numbersOf, type PermitAccount } from '../../record/permits/permit-subjects.ts'
import { addPermit, permitById, type PermitRow } from '../../record/permits/permits.ts'
import type { Database } from '../../record/schema.ts'
import type { PermitAnswer } from '../../report/permit-view.ts'
import { addressHash } from '../accept/address-hash.ts'
import { bodyHash } from '../accept/body-hash.ts'
import { invalidField, creditorOwning } from '../accept/resolve-creditor.ts'
import { inWriteTransaction } from '../accept/write-transaction.ts'
import { decideForCall } from '../dispatch/decide-for-call.ts'
import type { Actor, Shell } from '../shell.ts'
import { permitFacts } from './permit-facts.ts'

/** By which rules permits are given, and whether the time of day is to be trusted. */
export interface PermitRules {
  packs: readonly CompiledPack[]
  clockCertain: () => Promise<boolean>
}

/** A permit not used by then is in doubt: long enough to dial, ring and write down what came of it. */
const PERMIT_MS = 15 * MINUTE

/**
 * May this call be made now? If so, reserves it.
 *
 * The same decision over the same facts under the same locks as an attempt of our own: of many that
 * ask at once for the last call that a cap allows, one gets it. What is answered has been committed.
 *
 * @param key  the Idempotency-Key header; null: every request is new
 * @throws DECORUM_NOT_FOUND for an unknown person; DECORUM_BAD_INPUT for accounts or a number that are not the person's; DECORUM_CONFLICT for a key used with another body
 */
export async function askPermit(shell: Shell, rules: PermitRules, actor: Actor, key: string | null, body: PermitBody): Promise<PermitAnswer> {
  const creditor = await creditorOwning(shell, actor, body.creditor, 'recipient', body.recipientId)
  const clockCertain = await rules.clockCertain()
  const hash = bodyHash({ ...body, creditor: creditor.id })
  return inWriteTransaction(shell, async (opened) => {
    const upstream = { creditor: creditor.id, externalId: body.recipientId }
    const recipientId = (await findPeople(opened, [upstream])).get(keyText(upstream))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
    const trx = await takeLocks(opened, { recipients: [recipientId] }, 'wait')
    await lockAddresses(trx, await numbersOf(trx, recipientId), 'wait')
    const earlier = key === null ? null : await answerGiven(trx, creditor.id, key, hash)
    if (earlier !== null) return answerOf(earlier)
    const now = shell.clock.now()
    const person = (await readPeople(trx, [recipientId], now)).get(recipientId) as PersonRow
    const accounts = await accountsOf(trx, recipientId, body)
    const { address, to } = addressOf(shell, body, person)
    const facts = await permitFacts(shell, trx, body, { actor, creditor, person, accounts, address, to, clockCertain }, now)
    const { decision, decidedFor } = decideForCall(facts, rules.packs, now)
    const given = decision.verdict === 'send'
    const permit: PermitRow = {
      id: newId(), creditor: creditor.id, recipient_id: recipientId, account_ids: accounts.map((account) => account.id),
      address_hash: Buffer.from(address.hash, 'hex'), mode: body.mode, made_by: body.by, asked_by: actor.name, asked_at: new Date(now),
      decided_at: new Date(decidedFor), verdict: decision.verdict, until: decision.until === null ? null : new Date(decision.until),
      reasons: decision.reasons, packs: decision.packs, candidate_zones: decision.candidateZones, facts: { ...facts, zoneData: decision.zoneData },
      status: given ? 'open' : 'denied', expires_at: given ? new Date(Math.min(now + PERMIT_MS, decision.until ?? Infinity)) : null,
      outcome: null, called_at: null, settled_at: null, settled_by: null, seq: await takeSequence(trx, recipientId),
    }
    await addPermit(trx, permit)
    if (key !== null) await rememberUse(trx, { creditor: creditor.id, scope: 'permit', key, bodyHash: hash, resourceId: permit.id }, new Date(now))
    return answerOf(permit)
  })
}

async function answerGiven(trx: Transaction<Database>, creditor: string, key: string, hash: Buffer): Promise<PermitRow | null> {
  const use = await findUse(trx, creditor, 'permit', key)
  if (use === null) return null
  if (!use.bodyHash.equals(hash)) throw new DecorumError('DECORUM_CONFLICT', 'this Idempotency-Key was used before with another body')
  return permitById(trx, use.resourceId, creditor)
}

async function accountsOf(trx: Transaction<Database>, recipientId: string, body: PermitBody): Promise<PermitAccount[]> {
  const accounts = await accountsToCallAbout(trx, recipientId, body.accountIds)
  const missing = body.accountIds.findIndex((id) => !accounts.some((account) => account.externalId === id))
  if (missing >= 0) throw invalidField(`accountIds[${missing}]`, 'is not an account of this recipient')
  return accounts
}

/** The person's own record of the number; one they have for texts alone is the same number. */
function addressOf(shell: Shell, body: PermitBody, person: PersonRow): { address: PersonAddress; to: string } {
  const parsed = parseAddress('phone', body.address, person.jurisdiction === null ? null : countryOf(person.jurisdiction))
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  const hashes = (['phone', 'sms'] as const).map((channel) => ({ channel, hash: addressHash(shell.vault, channel, parsed.value).hash.toString('hex') }))
  const address = hashes.map(({ channel, hash }) => person.addresses.find((a) => a.channel === channel && a.hash === hash)).find((found) => found !== undefined)
  if (address === undefined) {
    throw invalidField('address', 'is not a number of this recipient', 'Call only numbers that are registered as the recipient\'s: PUT /v1/recipients/{id}.')
  }
  return { address, to: parsed.value }
}

const answerOf = (permit: PermitRow): PermitAnswer => ({
  verdict: permit.verdict,
  until: permit.until === null ? null : formatInstant(permit.until.getTime()),
  reasons: permit.reasons.map((reason) => ({ ...reason, until: reason.until === null ? null : formatInstant(reason.until) })),
  permitId: permit.status === 'denied' ? null : permit.id,
  expiresAt: permit.expires_at === null ? null : formatInstant(permit.expires_at.getTime()),
})
