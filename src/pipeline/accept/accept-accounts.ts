import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { AccountBody } from '../../intake/account-body.ts'
import { timesOfAccount } from '../../intake/times-of-facts.ts'
import type { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/time.ts'
import { findAccounts, knownAccounts, type StoredAccount, writeParties } from '../../record/accounts.ts'
import { balanceEvents } from '../../record/events.ts'
import { moveHolds, openHolds } from '../../record/holds.ts'
import { newId } from '../../record/id.ts'
import { outOfReach } from '../../record/reach.ts'
import { keyText, liveAmong, type UpstreamKey } from '../../record/recipients.ts'
import type { Database } from '../../record/schema.ts'
import type { AddressHash, Vault } from '../../record/vault/vault.ts'
import type { AccountAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { withAddressNames } from './address-names.ts'
import { type AccountPutResult, AccountPuts, refusal } from './account-puts.ts'
import { type AccountItem, recipientsOfAccounts } from './accept-recipient.ts'
import { mayHaveChanges, newAccount } from './merge-account.ts'
import { creditorOf, invalidField, refuseFuture } from './resolve-creditor.ts'
import { writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockRecipientDrafts } from './write-transaction.ts'

/** Accounts handled between two yields to the event loop, about a millisecond's worth. */
const YIELD_EVERY = 32

interface AccountPut {
  id: string
  body: AccountBody
}

/** Registers or updates one account: `PUT /v1/accounts/{id}`. */
export async function acceptAccount(
  runtime: Runtime,
  actor: Actor,
  id: string,
  body: AccountBody,
): Promise<AccountAnswer> {
  const [result] = await acceptAccounts(runtime, actor, [{ id, body }])
  if (result === undefined) throw new RangeError('no result for the account')
  if (!result.ok) throw result.error
  return result.answer
}

/**
 * Registers or updates several accounts in one transaction, with a fixed number of statements whatever their number.
 *
 * Each account may appear once. Facts older than the known ones are ignored; facts of the same instant are a
 * correction; facts that contradict each other hold the account until consistent ones arrive.
 */
export async function acceptAccounts(
  runtime: Runtime,
  actor: Actor,
  puts: readonly AccountPut[],
): Promise<AccountPutResult[]> {
  const refused = new Map<number, DecorumError>()
  const began = runtime.clock.now()
  const items = puts.flatMap((put, index): AccountItem[] => {
    try {
      const creditor = creditorOf(runtime, actor, put.body.creditor)
      refuseFuture(runtime, timesOfAccount(put.body), began)
      const recipient = put.body.recipient?.id ?? put.body.recipientId
      return [
        {
          index,
          creditor,
          body: put.body.asOf > began ? { ...put.body, asOf: began } : put.body,
          key: { creditor: creditor.id, externalId: put.id },
          recipientKey: recipient === undefined ? null : { creditor: creditor.id, externalId: recipient },
        },
      ]
    } catch (error) {
      refused.set(index, refusal(error))
      return []
    }
  })
  const answers =
    items.length === 0
      ? new Map<number, AccountPutResult>()
      : await inWriteTransaction(runtime, actor, (trx) => putAll(runtime, actor, trx, items))
  return puts.map((_, index) => {
    const error = refused.get(index)
    return error === undefined ? (answers.get(index) as AccountPutResult) : { ok: false, error }
  })
}

async function putAll(
  shell: Runtime,
  actor: Actor,
  opened: Transaction<Database>,
  stated: readonly AccountItem[],
): Promise<Map<number, AccountPutResult>> {
  const addresses = stated.flatMap(({ body }) => body.recipient?.addresses ?? [])
  const runtime = { ...shell, vault: cacheAddressHashes(await withAddressNames(opened, shell.vault, addresses)) }
  const began = runtime.clock.now()
  const found = await findAccounts(
    opened,
    stated.map((item) => item.key),
  )
  const results = new Map<number, AccountPutResult>()
  const added = new Map<AccountItem, StoredAccount>()
  const beyond = actor.live ? null : await beyondReach(opened, stated)
  const items = stated.filter((item) => {
    if (beyond?.has(item) === true) {
      results.set(item.index, { ok: false, error: outOfReach('account') })
      return false
    }
    if (found.has(keyText(item.key))) return true
    const built = newAccountRow(runtime, actor, item, began)
    if (built.ok) added.set(item, built.row)
    else results.set(item.index, built)
    return built.ok
  })
  const recipients = await recipientsOfAccounts(opened, runtime.vault, actor, items, (item) => !added.has(item), began)
  const { trx, recipients: drafts } = await lockRecipientDrafts(
    opened,
    runtime.vault,
    items.flatMap((item) => [
      ...idsOf(found.get(keyText(item.key))?.recipientId),
      ...idsOf(item.recipientKey === null ? undefined : recipients.ids.get(keyText(item.recipientKey))).map(
        ({ id }) => ({ id, addresses: item.body.recipient?.addresses }),
      ),
    ]),
    new Date(began),
    recipients.added,
  )
  const known = new Map(
    (
      await knownAccounts(
        trx,
        [...found.values()].map((account) => account.id),
      )
    ).map((account) => [account.row.id, account]),
  )
  const holds = await openHolds(
    trx,
    [...drafts.keys()].filter((id) => !recipients.added.has(id)),
  )
  const reported = await balanceEvents(
    trx,
    items.flatMap((item) => {
      const row = known.get(found.get(keyText(item.key))?.id ?? '')?.row
      return row === undefined ||
        item.body.overdue === undefined ||
        item.body.asOf > row.as_of.getTime() ||
        !mayHaveChanges(row)
        ? []
        : [row]
    }),
  )
  const now = runtime.clock.now()
  const puts = new AccountPuts(runtime, actor, now, { found, added, recipients, drafts, known, holds, reported })
  for (const [i, item] of items.entries()) {
    // Concurrent chunks of an import and other requests to this process wait for the event loop meanwhile.
    if (i % YIELD_EVERY === YIELD_EVERY - 1) await yieldToEventLoop()
    results.set(item.index, puts.put(item))
  }
  await writeDrafts(runtime, trx, puts.drafts, actor.name, now)
  for (const { accountId, recipientId } of puts.moved) await moveHolds(trx, accountId, recipientId)
  for (const { accountId, parties } of puts.parties) await writeParties(trx, accountId, parties)
  return results
}

/** Which of these name something that a live key registered? Found before anything is locked, so that each is refused alone. */
async function beyondReach(trx: Transaction<Database>, items: readonly AccountItem[]): Promise<Set<AccountItem>> {
  const people = (item: AccountItem): UpstreamKey[] => [
    ...(item.recipientKey === null ? [] : [item.recipientKey]),
    ...(item.body.parties ?? []).map((party) => ({ creditor: item.creditor.id, externalId: party.recipientId })),
  ]
  const accounts = await liveAmong(
    trx,
    'account',
    items.map((item) => item.key),
  )
  const recipients = await liveAmong(trx, 'recipient', items.flatMap(people))
  return new Set(
    items.filter((item) => accounts.has(keyText(item.key)) || people(item).some((key) => recipients.has(keyText(key)))),
  )
}

const idsOf = (id: string | undefined): { id: string }[] => (id === undefined ? [] : [{ id }])

/**
 * The row of a new account; its recipient is filled in later.
 *
 * Built before the recipient is added, so that a rejected account leaves no recipient behind.
 */
function newAccountRow(
  runtime: Runtime,
  actor: Actor,
  { body, creditor, recipientKey, key }: AccountItem,
  now: Instant,
): { ok: true; row: StoredAccount } | { ok: false; error: DecorumError } {
  try {
    if (recipientKey === null)
      throw invalidField(
        'recipient',
        'is missing',
        'A new account states its recipient, or recipientId of one that is known.',
      )
    return {
      ok: true,
      row: newAccount(
        { id: newId(), externalId: key.externalId, recipientId: '', live: actor.live },
        body,
        creditor,
        runtime.config.ladders,
        now,
      ),
    }
  } catch (error) {
    return { ok: false, error: refusal(error) }
  }
}

/** The same vault with address hashes cached: an import needs each to lock the address and again to store it. */
function cacheAddressHashes(vault: Vault): Vault {
  const known = new Map<string, AddressHash>()
  return {
    ...vault,
    addressHash: (channel, value) => {
      // A number has the same hash for phone and SMS, and only mailboxes contain an @, so the value (marked, of a test key's) is the key.
      const hash = known.get(value) ?? vault.addressHash(channel, value)
      known.set(value, hash)
      return hash
    },
  }
}
