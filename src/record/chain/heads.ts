import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import {
  BEFORE_THE_FIRST,
  type Head,
  headHash,
  isSignedHead,
  keyName,
  linkHash,
  readHead,
  type SignedHead,
  signHead,
} from '../../model/chain.ts'
import type { Database, Db } from '../schema.ts'
import type { Vault } from '../vault/vault.ts'
import { readLinks } from './read-chain.ts'
import { chainEnds, isSealed, lockChain } from './seal.ts'

/** The last head of the ledger, as it was signed. */
async function lastHead(db: Db): Promise<{ no: number; ageMs: number; signed: string } | null> {
  const { rows } = await sql<{ no: number; ageMs: number; signed: string }>`
    SELECT no, floor(extract(epoch FROM clock_timestamp() - at) * 1000)::bigint AS "ageMs", signed
    FROM decorum.chain_head ORDER BY no DESC LIMIT 1`.execute(db)
  return rows[0] ?? null
}

/** A head that was signed now; `not-due`: there is a recent one, or nothing new; `broken`: the chain is not the one that was signed before. */
export type Signing = { head: SignedHead; line: string } | 'not-due' | 'broken'

/** The private key that signs, and the public ones that may have signed, the key's own included. */
export interface SigningKeys {
  readonly key: KeyObject
  readonly keys: readonly KeyObject[]
}

/**
 * Signs where the chains end now, if the last head is this old.
 *
 * Not where a chain lacks a link that an earlier head has signed, since the new head would vouch for what replaced it.
 *
 * @param creditors  whose chains there may be
 * @param remembered  the last head that this process has signed or read elsewhere; the ledger's own may have been replaced
 */
export async function signHeads(
  db: Kysely<Database>,
  vault: Vault,
  { key, keys }: SigningKeys,
  creditors: readonly string[],
  everyMs: number,
  remembered: SignedHead | null,
): Promise<Signing> {
  return db.transaction().execute(async (trx) => {
    if (!(await lockChain(trx))) return 'not-due'
    const last = await lastHead(trx)
    if (last !== null && last.ageMs >= 0 && last.ageMs < everyMs) return 'not-due'
    const before = last === null ? null : readHead(last.signed)
    for (const head of [before, remembered])
      if (head !== null && (await unlinked(trx, [head])).length > 0) return 'broken'
    if (remembered !== null && (before === null || before.no < remembered.no)) return 'broken'
    const ends = await chainEnds(trx, creditors)
    const chains: Head['chains'] = {}
    for (const [creditor, { no, hash }] of ends) {
      const signed = await lastSigned(trx, keys, creditor)
      if (signed === no) continue
      if (signed === null || !(await allSealed(trx, vault, creditor, signed))) return 'broken'
      chains[creditor] = { no, hash: hash.toString('hex') }
    }
    if (Object.keys(chains).length === 0) return 'not-due'
    const { rows } = await sql<{ at: Date }>`SELECT date_trunc('milliseconds', clock_timestamp()) AS at`.execute(trx)
    const at = rows[0]?.at ?? new Date()
    const head = signHead(
      {
        no: (last?.no ?? 0) + 1,
        at: at.toISOString(),
        chains,
        previous: last === null ? null : headHash(last.signed),
        key: keyName(createPublicKey(key)),
      },
      key,
    )
    const line = JSON.stringify(head)
    await sql`INSERT INTO decorum.chain_head (no, at, signed) VALUES (${head.no}, ${at}, ${line})`.execute(trx)
    const grown = Object.entries(chains)
    await sql`
      INSERT INTO decorum.chain_signed (creditor, link_no, head_no)
      SELECT g.creditor, g.no, ${head.no} FROM unnest(${grown.map(([creditor]) => creditor)}::text[], ${grown.map(([, { no }]) => no)}::bigint[]) AS g (creditor, no)`.execute(
      trx,
    )
    return { head, line }
  })
}

/** The last link of this chain that a head has signed; 0: none; null: what is kept of it is no head of ours. */
async function lastSigned(db: Db, keys: readonly KeyObject[], creditor: string): Promise<number | null> {
  const { rows } = await sql<{ signed: string | null }>`
    SELECT h.signed FROM decorum.chain_signed s LEFT JOIN decorum.chain_head h ON h.no = s.head_no
    WHERE s.creditor = ${creditor} ORDER BY s.link_no DESC LIMIT 1`.execute(db)
  if (rows[0] === undefined) return 0
  const head = readHead(rows[0].signed ?? '')
  return head !== null && isSignedHead(head, keys) ? (head.chains[creditor]?.no ?? null) : null
}

/** Links read at once. */
const LINKS = 200

/** Does every link after this one follow from the one before it, and was it made by a process of ours? */
async function allSealed(db: Db, vault: Vault, creditor: string, after: number): Promise<boolean> {
  const [last] = after === 0 ? [] : await readLinks(db, creditor, after - 1, 1)
  let previous: Buffer = last?.hash ?? BEFORE_THE_FIRST
  for (let no = after; ;) {
    const links = await readLinks(db, creditor, no, LINKS)
    for (const link of links) {
      const hash = linkHash(link, previous)
      if (link.no !== no + 1 || !hash.equals(link.hash) || !isSealed(vault, link)) return false
      previous = hash
      no = link.no
    }
    if (links.length < LINKS) return true
  }
}

/** A link that was signed and is not in its chain any more, or another in its place. */
export interface Unlinked {
  creditor: string
  no: number
  /** When it was signed. */
  at: string
  fate: 'missing' | 'replaced'
}

/** Which links that these heads have signed are not in the ledger? */
export async function unlinked(db: Db, heads: readonly SignedHead[]): Promise<Unlinked[]> {
  const signed = heads.flatMap((head) =>
    Object.entries(head.chains).map(([creditor, { no, hash }]) => ({ creditor, no, hash, at: head.at })),
  )
  if (signed.length === 0) return []
  const { rows } = await sql<{ i: number; hash: string | null }>`
    SELECT s.i::int AS i, encode(l.hash, 'hex') AS hash
    FROM unnest(${signed.map((one) => one.creditor)}::text[], ${signed.map((one) => one.no)}::bigint[]) WITH ORDINALITY AS s (creditor, no, i)
    LEFT JOIN decorum.chain_link l ON l.creditor = s.creditor AND l.no = s.no`.execute(db)
  return rows.flatMap(({ i, hash }) => {
    const one = signed[i - 1]
    if (one === undefined || hash === one.hash) return []
    return [
      {
        creditor: one.creditor,
        no: one.no,
        at: one.at,
        fate: hash === null ? ('missing' as const) : ('replaced' as const),
      },
    ]
  })
}

/** The heads that the ledger has, in order, in pages. */
export const readHeads = async (db: Db, after: number, limit: number): Promise<{ no: number; signed: string }[]> =>
  (
    await sql<{ no: number; signed: string }>`
    SELECT no, signed FROM decorum.chain_head WHERE no > ${after} ORDER BY no LIMIT ${limit}`.execute(db)
  ).rows
