import { createHash, randomBytes } from 'node:crypto'
import { DecorumError } from '../model/errors.ts'
import { failureForLog } from '../model/log-events.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import {
  type ApiKeyRow,
  hasAdminKey,
  insertKey,
  keyByHash,
  listKeys,
  noteKeysUsed,
  revokeKey,
  revokeOtherBootstrapKeys,
} from '../record/api-keys.ts'
import { isId, newId } from '../record/id.ts'
import { apiKeyLabel } from '../record/vault/vault.ts'

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
  'people:read',
  'people:export',
  'people:erase',
  'access-log:read',
  'metrics:read',
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
  /** `key:<id>`, `user:<name>`; null: made before this was recorded. */
  createdBy: string | null
  /** Null: it holds until it is revoked. */
  expiresAt: string | null
  revokedAt: string | null
  revokedBy: string | null
  /** To the minute, by the clock of the ledger's host; null: never. */
  lastUsedAt: string | null
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
  /** Null or absent: it holds until it is revoked. */
  expiresAt?: Instant | null | undefined
}

/** API keys: a secret is shown once and stored as SHA-256. */
export interface KeyService {
  /** Null: no such key, revoked, or expired. */
  authenticate(bearer: string): Promise<Caller | null>
  createKey(actor: Actor, wanted: NewKey): Promise<{ key: ApiKey; secret: string }>
  /** Those of the actor's creditor; to a test key, test keys only. */
  listKeys(actor: Actor): Promise<ApiKey[]>
  /** Null: no such key. Revoking twice changes nothing. */
  revokeKey(actor: Actor, id: string): Promise<ApiKey | null>
  /**
   * Stores `configured` as an admin key, or makes one when an embedded ledger has none (several processes on a server
   * would print several). A configured one that is new revokes the bootstrap keys before it, and says so in the log.
   * Returns the new secret, to be printed once; null when none was made.
   */
  ensureBootstrapKey(configured: string | null): Promise<string | null>
}

export function keyService(runtime: Pick<Runtime, 'ledger' | 'vault' | 'clock' | 'config' | 'log'>): KeyService {
  const { db } = runtime.ledger
  const { vault } = runtime
  const apiKeyOf = (row: ApiKeyRow): ApiKey =>
    viewOf(row, vault.openText(() => null, apiKeyLabel(row.id), row.label) ?? '')
  const now = (): Date => new Date(runtime.clock.now())
  const noteUse = usesByMinute(runtime)
  const store = (by: string, secret: string, wanted: NewKey, bootstrap = false): Promise<ApiKeyRow | null> => {
    const id = newId()
    return insertKey(db, {
      id,
      hash: secretHash(secret),
      label: bootstrap ? wanted.label : vault.sealText(null, apiKeyLabel(id), wanted.label),
      creditor: wanted.creditor,
      kind: wanted.kind,
      scopes: wanted.scopes,
      created_at: now(),
      created_by: by,
      expires_at: wanted.expiresAt == null ? null : new Date(wanted.expiresAt),
      bootstrap,
    })
  }

  return {
    async authenticate(bearer) {
      const row = await keyByHash(db, secretHash(bearer))
      if (row === null || (row.expires_at !== null && row.expires_at <= now())) return null
      noteUse(row.id)
      return {
        keyId: row.id,
        actor: { name: `key:${row.id}`, creditor: row.creditor, live: row.kind === 'live' },
        scopes: new Set(row.scopes as KeyScope[]),
      }
    },

    async createKey(actor, wanted) {
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
      if (wanted.expiresAt != null && wanted.expiresAt <= runtime.clock.now())
        throw new DecorumError('DECORUM_BAD_INPUT', 'the key would have expired already', {
          faults: [{ path: 'expiresAt', problem: 'is not ahead', cure: 'State a time to come, or leave it out.' }],
        })
      const secret = newSecret(wanted.kind)
      const row = await store(actor.name, secret, wanted)
      if (row === null) throw new DecorumError('DECORUM_INTERNAL', 'two random keys were the same')
      return { key: apiKeyOf(row), secret }
    },

    listKeys: async (actor) => (await listKeys(db, actor)).map(apiKeyOf),

    async revokeKey(actor, id) {
      const row = isId(id) ? await revokeKey(db, id, actor, { at: now(), by: actor.name }) : null
      return row === null ? null : apiKeyOf(row)
    },

    async ensureBootstrapKey(configured) {
      const admin: NewKey = { label: 'bootstrap', creditor: null, kind: 'live', scopes: ['admin'] }
      if (configured !== null) {
        // A key that is known is left as it is: a restart must not undo its revocation, nor revoke what came after it.
        const added = await store('bootstrap', configured, admin, true)
        const revoked = added === null ? [] : await revokeOtherBootstrapKeys(db, secretHash(configured), now())
        if (revoked.length > 0)
          runtime.log.warn(
            { event: 'key.bootstrap_replaced', key: added?.id, revoked },
            'DECORUM_BOOTSTRAP_KEY is another one than before: the one before is revoked',
          )
        return null
      }
      if (!runtime.ledger.embedded || (await hasAdminKey(db, now()))) return null
      const secret = newSecret('live')
      await store('bootstrap', secret, admin, true)
      return secret
    },
  }
}

const viewOf = (row: ApiKeyRow, label: string): ApiKey => ({
  id: row.id,
  label,
  creditor: row.creditor,
  kind: row.kind,
  scopes: row.scopes as KeyScope[],
  createdAt: formatInstant(row.created_at.getTime()),
  createdBy: row.created_by,
  expiresAt: instantOrNull(row.expires_at),
  revokedAt: instantOrNull(row.revoked_at),
  revokedBy: row.revoked_by,
  lastUsedAt: instantOrNull(row.last_used_at),
})

const instantOrNull = (at: Date | null): string | null => (at === null ? null : formatInstant(at.getTime()))

/** How often this process writes down that a key is in use: once a minute, whatever the load. */
const NOTE_USE_EVERY_MS = 60_000

/** Notes uses of keys beside the requests, none of which waits for it. One that cannot be written is noted with a later use. */
function usesByMinute({ ledger, log }: Pick<Runtime, 'ledger' | 'log'>): (keyId: string) => void {
  const noted = new Map<string, number>()
  return (keyId) => {
    const at = performance.now()
    if (at - (noted.get(keyId) ?? -Infinity) < NOTE_USE_EVERY_MS) return
    noted.set(keyId, at)
    noteKeysUsed(ledger.db, [keyId]).catch((error: unknown) => {
      noted.delete(keyId)
      log.debug({ event: 'keys.use_not_noted', ...failureForLog(error) }, 'the last use of a key was not written down')
    })
  }
}

/** A new secret: its kind, then 32 random bytes. */
const newSecret = (kind: 'test' | 'live'): string => `dk_${kind}_${randomBytes(32).toString('base64url')}`

/** Plain SHA-256, without salt or stretching: 256 random bits cannot be guessed. */
const secretHash = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()
