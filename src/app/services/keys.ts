import type { Actor } from '../../pipeline/shell.ts'

/** What a key may do. `admin` includes every other. */
export const SCOPES = [
  'accounts:write', 'accounts:read', 'events:write', 'reminders:write', 'reminders:read', 'contacts:write',
  'suppressions:write', 'holds:write', 'tasks:write', 'tasks:read', 'decide', 'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** A key as it may be shown: never its secret. */
export interface ApiKey {
  id: string
  label: string
  /** Null: every creditor. */
  creditor: string | null
  kind: 'test' | 'live'
  scopes: Scope[]
  createdAt: string
  revokedAt: string | null
}

/** Who calls, as their key says. */
export interface Caller {
  actor: Actor
  keyId: string
  scopes: ReadonlySet<Scope>
}

export interface NewKey {
  label: string
  creditor: string | null
  kind: 'test' | 'live'
  scopes: Scope[]
}

/** API keys: stored as SHA-256, shown once. */
export interface Keys {
  /** Null: no such key, or revoked. */
  authenticate(bearer: string): Promise<Caller | null>
  createKey(wanted: NewKey): Promise<{ key: ApiKey; secret: string }>
  listKeys(creditor: string | null): Promise<ApiKey[]>
  /** Null: no such key. Revoking twice changes nothing. */
  revokeKey(id: string, creditor: string | null): Promise<ApiKey | null>
  /**
   * Makes sure that somebody can come in: stores `configured` as an admin key, or makes one when the
   * ledger has none at all. Returns the new secret to print once; null when nothing had to be made.
   */
  ensureBootstrapKey(configured: string | null): Promise<string | null>
}
