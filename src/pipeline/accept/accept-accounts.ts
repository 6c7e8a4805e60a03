import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { AccountBody } from '../../intake/account-body.ts'
import { timesOfAccount } from '../../intake/times-of-facts.ts'
import type { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/time.ts'
import { findAccounts, knownAccounts, type StoredAccount, writeParties } from '../../record/accounts.ts'
import { balanceEvents } from '../../record/events.ts'
import { moveHolds, openHolds } from '../../record/holds.ts'
import { newId } from '../../record/id.ts'
import { keyText } from '../../record/recipients.ts'
import type { Database } from '../../record/schema.ts'
import type { AddressHash, Vault } from '../../record/vault/vault.ts'
import type { AccountAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { type AccountPutResult, AccountPuts, refusal } from './account-puts.ts'
import { type AccountItem, recipientsOfAccounts } from './accept-recipient.ts'
import { mayHaveChanges, newAccount } from './merge-account.ts'
import { creditorOf, invalidField, refuseFuture } from './resolve-creditor.ts'
import { writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockAccountRecipients } from './write-transaction.ts'

/** One account to be put. */
interface AccountPut {
  id: string
  body: AccountBody
}

/** Puts one account: `PUT /v1/accounts/{id}`. */
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
 * Puts several accounts in one transaction, with a fixed number of statements however many they are.
 *
 * No account may stand in it twice. Older facts than those known change nothing; facts of the same
 * instant are taken as a correction; facts that contradict each other hold the account until
 * consistent ones come.
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
      : await inWriteTransaction(runtime, (trx) =>
          putAll({ ...runtime, vault: rememberHashes(runtime.vault) }, actor, trx, items),
        )
  return puts.map((_, index) => {
    const error = refused.get(index)
    return error === undefined ? (answers.get(index) as AccountPutResult) : { ok: false, error }
  })
}

async function putAll(
  runtime: Runtime,
  actor: Actor,
  opened: Transaction<Database>,
  stated: readonly AccountItem[],
): Promise<Map<number, AccountPutResult>> {
  const began = runtime.clock.now()
  const found = await findAccounts(
    opened,
    stated.map((item) => item.key),
  )
  const results = new Map<number, AccountPutResult>()
  const fresh = new Map<AccountItem, StoredAccount>()
  const items = stated.filter((item) => {
    if (found.has(keyText(item.key))) return true
    const first = firstRow(runtime, actor, item, began)
    if (first.ok) fresh.set(item, first.row)
    else results.set(item.index, first)
    return first.ok
  })
  const recipients = await recipientsOfAccounts(opened, runtime.vault, items, (item) => !fresh.has(item), began)
  const { trx, recipients: drafts } = await lockAccountRecipients(
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
  const put = new AccountPuts(runtime, actor, now, { found, fresh, recipients, drafts, known, holds, reported })
  for (const [i, item] of items.entries()) {
    // The chunk beside this one waits for its answers meanwhile, and so does whoever else asks this process.
    if (i % TURN === TURN - 1) await othersTurn()
    results.set(item.index, put.one(item))
  }
  await writeDrafts(runtime, trx, put.drafts, actor.name, now)
  for (const { accountId, recipientId } of put.moved) await moveHolds(trx, accountId, recipientId)
  for (const { accountId, parties } of put.parties) await writeParties(trx, accountId, parties)
  return results
}

/** Accounts that are gone through at a stretch, about a millisecond's worth. */
const TURN = 32

const idsOf = (id: string | undefined): { id: string }[] => (id === undefined ? [] : [{ id }])

/**
 * The account that is new, as it will be added; its person is not known yet.
 *
 * Asked before the person is added: what cannot be registered leaves nobody behind.
 */
function firstRow(
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

/** The same vault, computing each address's hash once: an import needs it to lock the address, and again to store it. */
function rememberHashes(vault: Vault): Vault {
  const known = new Map<string, AddressHash>()
  return {
    ...vault,
    addressHash: (channel, value) => {
      // A number has the same hash for phone and SMS; a mailbox is the only thing with an @.
      const hash = known.get(value) ?? vault.addressHash(channel, value)
      known.set(value, hash)
      return hash
    },
  }
}
