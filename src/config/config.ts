import type { ImportMapping } from '../model/import-mapping.ts'
import type { Creditor } from '../model/creditor.ts'
import type { Ladder } from '../model/ladder.ts'
import type { Locales } from '../model/locale.ts'
import type { Pack } from '../model/pack.ts'
import type { Route } from '../model/route.ts'
import type { Template } from '../model/template.ts'
import type { Webhook } from '../model/webhook.ts'

export type { Locales }

/** A key that wraps the recipients' data keys; `secret` is 32 bytes. Never logged. */
export interface MasterKey {
  id: string
  secret: Uint8Array
}

/** A ladder and the version that spells pin: a hash of its content. */
export interface VersionedLadder {
  ladder: Ladder
  /** First 16 hexadecimal digits of SHA-256 over its canonical JSON. */
  version: string
}

interface Limits {
  /** Bytes of one ordinary request body. */
  bodyBytes: number
  /** Bytes of one import, streamed. */
  importBytes: number
  /** Requests a minute for one API key. */
  requestsPerMinute: number
  /** Requests a minute from one address that fail before a key is known; more are refused unseen. */
  failuresPerMinute: number
  /** Imports over HTTP at once; each may hold three connections to the ledger. */
  importsAtOnce: number
  /** By how many minutes a fact may be dated ahead of now; it counts as of now then. Later ones are refused. */
  clockSkewMinutes: number
  /** Connections of one process to the ledger. */
  poolSize: number
  /** An attempt that is not settled so long after its reservation is in doubt. */
  leaseSeconds: number
  /** Total time of one call to a provider. Twilio may take 26 s to answer. */
  callSeconds: number
  /** Queued reminders not taken for this long are queued again. */
  ringAgainSeconds: number
  /** Of how many people one key or user may read personal data in an hour before it is reported as bulk reading. */
  peoplePerHour: number
}

/**
 * What production refuses unless it is allowed by name (`DECORUM_ALLOW`): each lets somebody on the way read or forge what Decorum sends
 * or stores.
 */
export const SAFEGUARDS = [
  'http-provider',
  'http-public-url',
  'http-webhook',
  'clear-database',
  'clear-redis',
  'weak-secret',
] as const
export type Safeguard = (typeof SAFEGUARDS)[number]

/**
 * Everything an operator decides, read once at start-up, validated and frozen.
 *
 * From environment variables and the files under `config/` and `templates/`. Beside it the environment says only what
 * must be known before: which directory (DECORUM_ROOT), how much is logged (LOG_LEVEL), whether stack traces are
 * printed (DECORUM_DEBUG). Later the policy files alone are read again (`PolicyFiles`).
 */
export interface Config {
  readonly production: boolean
  /** What production lets pass although it is unsafe. */
  readonly allowed: readonly Safeguard[]
  /** Directory that holds `config/` and `templates/`. */
  readonly root: string
  /** The address on which the HTTP interface listens; 0.0.0.0 is all of them. */
  readonly host: string
  readonly port: number
  /** Where this deployment is reached from outside, without a trailing slash: callbacks and opt-out links. Null: neither is offered. */
  readonly publicUrl: string | null
  /** Addresses and networks of the proxies before it, whose X-Forwarded-For is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[]
  /** Null: embedded ledger under `dataDir`. */
  readonly databaseUrl: string | null
  /** Null: BullMQ on the ledger's own PostgreSQL. */
  readonly redisUrl: string | null
  readonly dataDir: string
  /** The file that remembers, outside the ledger, who was erased; null: none, so that a restored ledger brings them back. */
  readonly erasureJournal: string | null
  /** The current key first, then older ones; null: one is made and kept in `dataDir`, never in production with a server. */
  readonly keys: readonly MasterKey[] | null
  /** Becomes the first admin key at start-up. */
  readonly bootstrapKey: string | null
  /** The Ed25519 private key that signs where the chains of evidence end; null: nobody does. Never logged. */
  readonly chainKey: string | null
  readonly creditors: ReadonlyMap<string, Creditor>
  readonly ladders: ReadonlyMap<string, VersionedLadder>
  /** Every pack under `config/policies/`, opt-in ones included. */
  readonly packs: readonly Pack[]
  /** Opt-in packs in force beside the ones that always apply, and house packs that are left out. */
  readonly policies: { readonly house: readonly string[]; readonly without?: readonly string[] }
  readonly templates: ReadonlyMap<string, Template>
  /** How creditors' own files of accounts are read, by id. */
  readonly imports: ReadonlyMap<string, ImportMapping>
  readonly routes: readonly Route[]
  readonly locales: Locales
  readonly delivery: {
    /** When not empty, only these are reached: E.164 numbers and mailboxes. */
    readonly onlyTo: readonly string[]
    /** Milliseconds within which the same text is not sent twice. */
    readonly sameWordsWithin: number
    /** ISO 3166-1 countries whose landlines take SMS; elsewhere an SMS step skips a landline. Absent: none. */
    readonly smsToLandlines?: readonly string[]
  }
  /** Webhook endpoints; empty: no notices are written. */
  readonly webhooks: readonly Webhook[]
  readonly queue: {
    /** Queues for each route on Redis, so that on a cluster no one node carries all of it; null: one, on a cluster four. */
    readonly shards: number | null
  }
  readonly retention: {
    /** Whole months for which attempts, decisions, receipts and contacts are kept, whatever the packs demand. */
    readonly keepMonths: number
    /** Days for which webhook notices are kept after an endpoint has taken them; given-up ones at least 90. */
    readonly keepNoticesDays: number
    /** Nothing may be dropped. */
    readonly legalHold: boolean
  }
  readonly chain: {
    /** Where the signed heads are written beside the ledger. */
    readonly heads: {
      /** Relative to the root; null: no file. */
      readonly file: string | null
      readonly webhook: { readonly url: string; readonly secret: string } | null
    }
    /** Ed25519 public keys that have signed heads, beside that of `chainKey`. */
    readonly publicKeys: readonly string[]
  }
  readonly limits: Limits
}

/** One mistake in the configuration: where, what, and its cure. Holds no secret. */
export interface ConfigProblem {
  code: ConfigProblemCode
  /** Relative to the root; `environment` for variables. */
  file: string
  /** 1-based; null when the whole file or the environment is meant. */
  line: number | null
  /** Dotted path of the value, empty for the whole file. */
  path: string
  problem: string
  cure: string
}

/** Stable; one for each kind of mistake. */
export type ConfigProblemCode =
  | 'unreadable'
  | 'not_yaml'
  | 'duplicate_key'
  | 'unknown_key'
  | 'wrong_value'
  | 'missing_variable'
  | 'bad_variable'
  | 'insecure'
  | 'duplicate_id'
  | 'unknown_provider'
  | 'missing_secret'
  | 'missing_ladder'
  | 'missing_pack'
  | 'missing_template'
  | 'missing_words'
  | 'bad_template'

/** Possibly intended, but worth checking before anything is sent. */
export interface ConfigWarning {
  code:
    | 'capture_instead'
    | 'live_without_only_to'
    | 'keys_missing'
    | 'public_url_missing'
    | 'no_route'
    | 'unregistered_china'
    | 'safeguard_off'
  message: string
}

export type LoadedConfig =
  { ok: true; config: Config; warnings: ConfigWarning[] } | { ok: false; problems: ConfigProblem[] }
