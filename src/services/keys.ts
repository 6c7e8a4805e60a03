import { createHash, randomBytes } from 'node:crypto'
import { DecorumError } from '../model/errors.ts'
import { formatInstant } from '../model/time.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { type ApiKeyRow, hasAdminKey, insertKey, keyByHash, listKeys, revokeKey } from '../record/api-keys.ts'
import { isId } from '../record/id.ts'

/** What an API key may do. `admin` includes every other scope. */
export const SCOPES = [
  'accounts:write',
  'accounts:read',
  'events:write',
  'reminders:write',
  'reminders:read',
  'contacts:write',
  'suppressions:write',
  'holds:write',
  'tasks:write',
  'tasks:read',
  'permits:write',
  'switches:write',
  'doubts:write',
  'decide',
  'admin',
] as const
export type KeyScope = (typeof SCOPES)[number]

/** An API key without its secret. */
export interface ApiKey {
  id: string
  label: string
  /** Null: every creditor. */
  creditor: string | null
  kind: 'test' | 'live'
  scopes: KeyScope[]
  createdAt: string
  revokedAt: string | null
}

/** An authenticated caller. */
export interface Caller {
  actor: Actor
  keyId: string
  scopes: ReadonlySet<KeyScope>
}

interface NewKey {
  label: string
  creditor: string | null
  kind: 'test' | 'live'
  scopes: KeyScope[]
}

/** API keys: a secret is shown once and stored as SHA-256. */
export interface KeyService {
  /** Null: no such key, or revoked. */
  authenticate(bearer: string): Promise<Caller | null>
  createKey(wanted: NewKey): Promise<{ key: ApiKey; secret: string }>
  listKeys(creditor: string | null): Promise<ApiKey[]>
  /** Null: no such key. Revoking twice changes nothing. */
  revokeKey(id: string, creditor: string | null): Promise<ApiKey | null>
  /**
   * Stores `configured` as an admin key, or makes one when an embedded ledger has none (several processes on a server
   * would print several). Returns the new secret, to be printed once; null when none was made.
   */
  ensureBootstrapKey(configured: string | null): Promise<string | null>
}

export function keyService(runtime: Pick<Runtime, 'ledger' | 'clock' | 'config'>): KeyService {
  const { db } = runtime.ledger
  const now = (): Date => new Date(runtime.clock.now())
  const store = (secret: string, { label, creditor, kind, scopes }: NewKey): Promise<ApiKeyRow | null> =>
    insertKey(db, { hash: secretHash(secret), label, creditor, kind, scopes, created_at: now() })

  return {
    async authenticate(bearer) {
      const row = await keyByHash(db, secretHash(bearer))
      if (row === null) return null
      return {
        keyId: row.id,
        actor: { name: `key:${row.id}`, creditor: row.creditor, live: row.kind === 'live' },
        scopes: new Set(row.scopes as KeyScope[]),
      }
    },

    async createKey(wanted) {
      if (wanted.creditor !== null && !runtime.config.creditors.has(wanted.creditor)) {
        throw new DecorumError('DECORUM_BAD_INPUT', 'the creditor is not configured', {
          faults: [
            {
              path: 'creditor',
              problem: 'is not a creditor of this deployment',
              cure: `One of: ${[...runtime.config.creditors.keys()].join(', ')}.`,
            },
          ],
        })
      }
      const secret = newSecret(wanted.kind)
      const row = await store(secret, wanted)
      if (row === null) throw new DecorumError('DECORUM_INTERNAL', 'two random keys were the same')
      return { key: apiKeyOf(row), secret }
    },

    listKeys: async (creditor) => (await listKeys(db, creditor)).map(apiKeyOf),

    async revokeKey(id, creditor) {
      const row = isId(id) ? await revokeKey(db, id, creditor, now()) : null
      return row === null ? null : apiKeyOf(row)
    },

    async ensureBootstrapKey(configured) {
      const admin: NewKey = { label: 'bootstrap', creditor: null, kind: 'live', scopes: ['admin'] }
      if (configured !== null) {
        // A key that is known is left as it is: a restart must not undo its revocation.
        await store(configured, admin)
        return null
      }
      if (!runtime.ledger.embedded || (await hasAdminKey(db))) return null
      const secret = newSecret('live')
      await store(secret, admin)
      return secret
    },
  }
}

const apiKeyOf = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  label: row.label,
  creditor: row.creditor,
  kind: row.kind,
  scopes: row.scopes as KeyScope[],
  createdAt: formatInstant(row.created_at.getTime()),
  revokedAt: row.revoked_at === null ? null : formatInstant(row.revoked_at.getTime()),
})

/** A new secret: its kind, then 32 random bytes. */
const newSecret = (kind: 'test' | 'live'): string => `dk_${kind}_${randomBytes(32).toString('base64url')}`

/** Plain SHA-256, without salt or stretching: 256 random bits cannot be guessed. */
const secretHash = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()
