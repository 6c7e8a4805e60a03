import type { Transaction } from 'kysely'
import type { CompiledPack } from '../decide/packs.ts'
import { parseAddress } from '../intake/address.ts'
import type { PermitBody, PermitSettlement } from '../intake/bodies.ts'
import type { Creditor } from '../model/creditor.ts'
import { DecorumError } from '../model/errors.ts'
import type { Facts, SystemFacts } from '../model/facts.ts'
import { countryOf } from '../model/places/jurisdiction.ts'
import { formatInstant, type Instant, MINUTE } from '../model/time.ts'
import { daysPastDue } from '../plan/book-time.ts'
import { type RecipientAddress, type RecipientForDecision, readRecipients } from '../record/dispatch/decision-inputs.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../record/idempotency.ts'
import { isId, newId } from '../record/id.ts'
import { lockAddresses, takeLocks } from '../record/locks.ts'
import {
  accountsToCallAbout,
  addPermit,
  numbersOf,
  type PermitAccount,
  permitById,
  type PermitRow,
  writePermitSettled as writeEnd,
} from '../record/permits.ts'
import { findRecipients, keyText } from '../record/recipients.ts'
import { wakeRecipient } from '../record/reminders.ts'
import type { Database } from '../record/schema.ts'
import { activeSwitches } from '../record/switches.ts'
import type { PermitAnswer, PermitSettled } from '../report/views/operations.ts'
import { withAddressNames } from './accept/address-names.ts'
import { addressHash } from './accept/merge-recipient.ts'
import { bodyHash, creditorOwning, invalidField } from './accept/resolve-creditor.ts'
import { inWriteTransaction } from './accept/write-transaction.ts'
import { markExceeded } from './contacts.ts'
import { callInFlight, composeFacts, decideForCall, outsideTestAddresses } from './dispatch/facts.ts'
import { closedBy } from './dispatch/switch-board.ts'
import { type PersonalData, personalDataOf } from './personal-data.ts'
import type { Actor, Runtime } from './runtime.ts'

/** The packs by which permits are decided, and whether the clock can be trusted. */
export interface PermitRules {
  packs: readonly CompiledPack[]
  clockCertain: () => Promise<boolean>
}

/** A permit whose outcome was not reported by then is in doubt: enough time to dial, ring and record the outcome. */
const PERMIT_MS = 15 * MINUTE

/**
 * May this call be made now? If so, reserves it.
 *
 * The same decision over the same facts under the same locks as an attempt of our own: of many concurrent requests for the
 * last call that a cap allows, one gets it. The permit is committed before it is answered.
 *
 * @param key  the Idempotency-Key header; null: every request is new
 * @throws DECORUM_NOT_FOUND for an unknown recipient; DECORUM_BAD_INPUT for accounts or a number that are not the recipient's; DECORUM_CONFLICT for a key used with another body
 */
export async function askPermit(
  runtime: Runtime,
  rules: PermitRules,
  actor: Actor,
  key: string | null,
  body: PermitBody,
): Promise<PermitAnswer> {
  const creditor = await creditorOwning(runtime, actor, body.creditor, 'recipient', body.recipientId)
  const clockCertain = await rules.clockCertain()
  const hash = bodyHash({ ...body, creditor: creditor.id })
  return inWriteTransaction(runtime, actor, async (opened) => {
    const upstream = { creditor: creditor.id, externalId: body.recipientId }
    const recipientId = (await findRecipients(opened, [upstream])).get(keyText(upstream))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such recipient')
    const trx = await takeLocks(opened, { recipients: [recipientId] }, 'wait')
    await lockAddresses(trx, await numbersOf(trx, recipientId), 'wait')
    const person = await personalDataOf(runtime, trx, recipientId)
    const earlier = key === null ? null : await answerGiven(trx, creditor.id, key, person, hash)
    if (earlier !== null) return answerOf(earlier)
    const now = runtime.clock.now()
    const recipient = (await readRecipients(trx, [recipientId], now)).get(recipientId) as RecipientForDecision
    if (recipient.dataKey === null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
    const accounts = await accountsOf(trx, recipientId, body)
    const { address, to } = await addressOf(runtime, trx, body, recipient)
    const facts = await permitFacts(
      runtime,
      trx,
      body,
      { actor, creditor, recipient, accounts, address, to, clockCertain },
      now,
    )
    const { decision, decidedFor } = decideForCall(facts, rules.packs, now)
    const given = decision.verdict === 'send'
    const permit: PermitRow = {
      id: newId(),
      creditor: creditor.id,
      recipient_id: recipientId,
      account_ids: accounts.map((account) => account.id),
      address_hash: Buffer.from(address.hash, 'hex'),
      mode: body.mode,
      made_by: body.by,
      asked_by: actor.name,
      asked_at: new Date(now),
      decided_at: new Date(decidedFor),
      verdict: decision.verdict,
      until: decision.until === null ? null : new Date(decision.until),
      reasons: decision.reasons,
      packs: decision.packs,
      candidate_zones: decision.candidateZones,
      facts: { ...facts, zoneData: decision.zoneData },
      status: given ? 'open' : 'denied',
      expires_at: given ? new Date(Math.min(now + PERMIT_MS, decision.until ?? Infinity)) : null,
      outcome: null,
      called_at: null,
      settled_at: null,
      settled_by: null,
    }
    await addPermit(trx, permit)
    if (key !== null)
      await rememberIdempotencyKey(
        trx,
        { creditor: creditor.id, scope: 'permit', key, bodyHash: person.digest('body', hash), resourceId: permit.id },
        new Date(now),
      )
    return answerOf(permit)
  })
}

async function answerGiven(
  trx: Transaction<Database>,
  creditor: string,
  key: string,
  person: PersonalData,
  hash: Buffer,
): Promise<PermitRow | null> {
  const use = await findIdempotencyKey(trx, creditor, 'permit', key)
  if (use === null) return null
  if (!person.isDigest('body', hash, use.bodyHash))
    throw new DecorumError('DECORUM_CONFLICT', 'this Idempotency-Key was used before with another body')
  return permitById(trx, use.resourceId, creditor)
}

async function accountsOf(trx: Transaction<Database>, recipientId: string, body: PermitBody): Promise<PermitAccount[]> {
  const accounts = await accountsToCallAbout(trx, recipientId, body.accountIds)
  const missing = body.accountIds.findIndex((id) => !accounts.some((account) => account.externalId === id))
  if (missing >= 0) throw invalidField(`accountIds[${missing}]`, 'is not an account of this recipient')
  return accounts
}

/** The recipient's own address record of the number, registered for calls or for SMS. */
async function addressOf(
  runtime: Runtime,
  trx: Transaction<Database>,
  body: PermitBody,
  recipient: RecipientForDecision,
): Promise<{ address: RecipientAddress; to: string }> {
  const parsed = parseAddress(
    'phone',
    body.address,
    recipient.jurisdiction === null ? null : countryOf(recipient.jurisdiction),
  )
  if (!parsed.ok) throw invalidField('address', parsed.problem, parsed.cure)
  const vault = await withAddressNames(trx, runtime.vault, [{ channel: 'phone', value: parsed.value }])
  const hashes = (['phone', 'sms'] as const).flatMap((channel) =>
    [true, false].map((live) => ({
      channel,
      hash: addressHash(vault, channel, parsed.value, live).hash.toString('hex'),
    })),
  )
  const address = hashes
    .map(({ channel, hash }) => recipient.addresses.find((a) => a.channel === channel && a.hash === hash))
    .find((found) => found !== undefined)
  if (address === undefined) {
    throw invalidField(
      'address',
      'is not a number of this recipient',
      "Call only numbers that are registered as the recipient's: PUT /v1/recipients/{id}.",
    )
  }
  return { address, to: parsed.value }
}

const answerOf = (permit: PermitRow): PermitAnswer => ({
  verdict: permit.verdict,
  until: permit.until === null ? null : formatInstant(permit.until.getTime()),
  reasons: permit.reasons.map((reason) => ({
    ...reason,
    until: reason.until === null ? null : formatInstant(reason.until),
  })),
  permitId: permit.status === 'denied' ? null : permit.id,
  expiresAt: permit.expires_at === null ? null : formatInstant(permit.expires_at.getTime()),
})

/** The subject of a call by others, read under the locks. */
interface PermitSubject {
  actor: Actor
  creditor: Creditor
  recipient: RecipientForDecision
  accounts: readonly PermitAccount[]
  address: RecipientAddress
  /** The number in clear; compared with `delivery.onlyTo` and kept nowhere. */
  to: string
  clockCertain: boolean
}

/**
 * The facts about a call that others want to make, in the form that dispatch decides on.
 *
 * The call has no route of ours, so the facts name none. With a test key, or for an account that a test key registered, the
 * permit is denied.
 */
async function permitFacts(
  runtime: Runtime,
  trx: Transaction<Database>,
  body: PermitBody,
  subject: PermitSubject,
  now: Instant,
): Promise<Facts> {
  const { actor, creditor, recipient, accounts, address, to } = subject
  const system: SystemFacts = {
    testMode: !actor.live || accounts.some((account) => !account.live) || outsideTestAddresses(runtime, to),
    switchedOff: closedBy(
      await activeSwitches(trx),
      {
        creditor: creditor.id,
        product: accounts[0]?.product ?? null,
        jurisdiction: recipient.jurisdiction,
        channel: 'phone',
        route: null,
        template: null,
        ladder: null,
        rung: null,
      },
      'new',
    ),
    clockUncertain: !subject.clockCertain,
    routeProblem: null,
    notRegistered: false,
    phoneInFlight: callInFlight(recipient),
  }
  return composeFacts({
    reminder: { channel: 'phone', tone: body.tone, kind: body.kind, mode: body.mode, expiresAt: null, dueAt: null },
    recipient,
    accounts,
    address,
    daysPastDue: accounts.map((account) => daysPastDue(account, creditor.bookZone, now)),
    freshForMs: creditor.freshFor,
    pending: [],
    system,
  })
}

/** Tolerance for diallers' clocks that run ahead of ours. */
const AHEAD_MS = MINUTE

/**
 * Records the outcome of a permitted call, reported in time, late or repeatedly.
 *
 * The recipient's waiting reminders are decided again: a conversation starts cooldowns at once, and a call that surely was
 * not placed no longer counts toward caps. A call made at another time than the permit allowed is marked with the rules that
 * it exceeded.
 *
 * @throws DECORUM_STATE_CONFLICT for one that was not given, or was settled otherwise before
 */
export async function settlePermit(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: PermitSettlement,
  packs: readonly CompiledPack[] = [],
): Promise<PermitSettled> {
  const known = isId(id) ? await permitById(runtime.ledger.db, id, actor.creditor) : null
  if (known === null || known.status === 'denied')
    throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such permit')
  return inWriteTransaction(runtime, actor, async (opened) => {
    const trx = await takeLocks(
      opened,
      { recipients: [known.recipient_id], addresses: [{ creditor: known.creditor, hash: known.address_hash }] },
      'wait',
    )
    const permit = (await permitById(trx, id, actor.creditor)) as PermitRow
    const now = runtime.clock.now()
    const calledAt = body.at ?? permit.asked_at.getTime()
    if (permit.status === 'settled') {
      if (permit.outcome === body.outcome && (body.at == null || permit.called_at?.getTime() === calledAt))
        return { id, outcome: body.outcome, repeated: true }
      throw new DecorumError('DECORUM_STATE_CONFLICT', `this permit was settled before, as ${permit.outcome}`)
    }
    if (calledAt < permit.asked_at.getTime()) throw invalidField('at', 'is before the permit was given')
    if (calledAt > now + AHEAD_MS) throw invalidField('at', 'lies ahead')
    const at = new Date(now)
    await writeEnd(trx, permit, {
      outcome: body.outcome,
      calledAt: new Date(calledAt),
      contact: body.outcome === 'not-placed' ? null : body.outcome,
      party: body.party ?? (body.outcome === 'conversation' ? 'recipient' : null),
      at,
      by: actor.name,
    })
    await wakeRecipient(trx, permit.recipient_id, at)
    const exceeded =
      body.outcome === 'not-placed'
        ? []
        : await markExceeded(runtime, trx, packs, { id, recipientId: permit.recipient_id, at: calledAt })
    return { id, outcome: body.outcome, repeated: false, ...(exceeded.length === 0 ? {} : { exceeded }) }
  })
}
