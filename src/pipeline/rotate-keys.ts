import { DecorumError } from '../model/errors.ts'
import { heldBy, takeLocks } from '../record/locks.ts'
import { processesAtWork } from '../record/processes.ts'
import { ledgerKeys, makeCurrent, retireKeys } from '../record/ring-keys.ts'
import {
  type AddressName,
  type HashedElsewhere,
  hashedElsewhere,
  leftToRotate,
  nameAddresses,
  wrappedElsewhere,
  writersElsewhere,
  writeRewrapped,
  writeWriterRewrapped,
} from '../record/rotation.ts'
import { addressValue } from '../record/vault/vault.ts'
import { addressHash } from './accept/merge-recipient.ts'
import { carryOver } from './carry-over.ts'
import type { Runtime } from './runtime.ts'

/** What a rotation is doing, and how much of it is done. */
export interface RotationProgress {
  /** `carry-over`: rows that an earlier build left in clear, or hashed without a key. */
  step: 'data-keys' | 'addresses' | 'carry-over'
  done: number
  /** When this run began; null: not counted. */
  of: number | null
  /** For `carry-over`. */
  table?: string
}

/** What a rotation came to. */
export interface Rotation {
  /** The key that wraps and hashes from now on. */
  current: string
  rewrapped: number
  rehashed: number
  /** Rows of an earlier build that were gone through. */
  carriedOver: number
  /** Addresses that nobody has in clear, mostly of suppressions: found by their old hash, whose secret the current key wraps. */
  keptHashes: number
  /** Keys that DECORUM_KEYS may lack from now on. */
  retired: string[]
}

/** Rows of one transaction: short, since dispatch waits for the people in it. */
const BATCH = 200
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/**
 * Makes the newest of DECORUM_KEYS the current key: every data key is wrapped by it, every address is found by its hash.
 *
 * In batches, each committed by itself; a run that was interrupted goes on where it ended, and one more changes nothing.
 * Everything else goes on meanwhile. No row that names an address changes: the hash that it is named by stays.
 *
 * @throws DECORUM_STATE_CONFLICT while a process at work lacks the new key
 */
export async function rotateKeys(
  runtime: Pick<Runtime, 'ledger' | 'vault'>,
  tell: (progress: RotationProgress) => void = () => undefined,
): Promise<Rotation> {
  const { vault } = runtime
  const { db } = runtime.ledger
  const current = vault.newestKeyId
  const lacking = (await processesAtWork(db)).filter(({ ring }) => !ring.includes(current))
  if (lacking.length > 0)
    throw new DecorumError(
      'DECORUM_STATE_CONFLICT',
      `${lacking.map(({ name }) => name).join(', ')} ${lacking.length === 1 ? 'has' : 'have'} no key ${current} in DECORUM_KEYS`,
      { hint: `Restart every process with ${current} in front of its DECORUM_KEYS, then rotate.` },
    )
  await makeCurrent(db, current, vault.keepSecrets(current))
  const known = await ledgerKeys(db)
  if (known !== null) vault.adopt(known)
  const left = await leftToRotate(db, current)
  const rewrapped = await rewrapAll(runtime, current, (done) => tell({ step: 'data-keys', done, of: left.people }))
  for (const { id, dataKey, dataKeyId } of await writersElsewhere(db, current)) {
    const fresh = vault.rewrap(dataKey, dataKeyId)
    if (fresh !== null) await writeWriterRewrapped(db, current, { id, was: dataKey, wrapped: fresh.wrapped })
  }
  const rehashed = await rehashAll(runtime, current, (done) => tell({ step: 'addresses', done, of: left.addresses }))
  const carriedOver = await carryOver(runtime, (table, done) => tell({ step: 'carry-over', table, done, of: null }))
  const retired = await retireKeys(db, current)
  const after = await ledgerKeys(db)
  if (after !== null) vault.adopt(after)
  return { current, rewrapped, rehashed, carriedOver, keptHashes: (await leftToRotate(db, current)).addresses, retired }
}

async function rewrapAll(
  { ledger: { db }, vault }: Pick<Runtime, 'ledger' | 'vault'>,
  current: string,
  tell: (done: number) => void,
): Promise<number> {
  let [after, done] = [FIRST_ID, 0]
  for (;;) {
    const people = await wrappedElsewhere(db, current, after, BATCH)
    const last = people.at(-1)
    if (last === undefined) return done
    after = last.id
    const rewrapped = people.flatMap(({ id, dataKey, dataKeyId }) => {
      const fresh = vault.rewrap(dataKey, dataKeyId)
      return fresh === null ? [] : [{ id, was: dataKey, wrapped: fresh.wrapped }]
    })
    done += await db.transaction().execute(async (opened) => {
      const trx = await takeLocks(opened, { recipients: rewrapped.map(({ id }) => id) }, 'wait')
      return writeRewrapped(
        trx,
        current,
        rewrapped.filter(({ id }) => heldBy(trx).recipients.has(id)),
      )
    })
    tell(done)
  }
}

async function rehashAll(
  { ledger: { db }, vault }: Pick<Runtime, 'ledger' | 'vault'>,
  current: string,
  tell: (done: number) => void,
): Promise<number> {
  let [after, done]: [Buffer, number] = [Buffer.alloc(0), 0]
  for (;;) {
    const addresses = await hashedElsewhere(db, current, after, BATCH)
    const last = addresses.at(-1)
    if (last === undefined) return done
    after = last.hash
    const named = addresses.flatMap((address) => nameOf({ vault }, address))
    await db.transaction().execute(async (opened) => {
      const anchors = addresses.flatMap(({ hash, creditors }) => creditors.map((creditor) => ({ creditor, hash })))
      const trx = await takeLocks(opened, { recipients: [], addresses: anchors }, 'wait')
      await nameAddresses(trx, named, current)
    })
    done += named.length
    tell(done)
  }
}

/** By what this address is found under the current key; none: nobody has it in clear. */
function nameOf({ vault }: Pick<Runtime, 'vault'>, { hash, holder }: HashedElsewhere): AddressName[] {
  if (holder === null) return []
  const key = vault.unwrap(holder.dataKey, holder.dataKeyId)
  const value = vault.open(key, addressValue(holder.addressId), holder.value)
  const found = addressHash(vault, holder.channel, value, holder.live)
  return [{ lookup: found.hash, lookup_key: found.keyId, hash }]
}
