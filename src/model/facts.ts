import type { CarriedBlocks } from './template.ts'
import type { Instant, LocalDate } from './time.ts'
import type {
  AccountState,
  AddressKind,
  AddressOrigin,
  Channel,
  ContactOutcome,
  Direction,
  HoldKind,
  Kind,
  Mode,
  Relation,
  Role,
  SuppressionReason,
  SuppressionScope,
  Tone,
} from './vocabulary.ts'

/**
 * Everything `decide` may know about one reminder at one instant.
 *
 * Plain JSON, so that it can be stored with the decision and decided again. Addresses and recipients appear as opaque ids
 * with facts derived from them, never as a number, mailbox or name. `null` means "not stated": rules that depend on it do
 * not apply, unless the unknown is itself an objection.
 */
export interface Facts {
  reminder: ReminderFacts
  address: AddressFacts | null
  recipient: RecipientFacts
  /** One entry for each account the message is about; never empty. */
  accounts: AccountFacts[]
  contacts: ContactFacts[]
  /** Null: the history is not stated, and rules that look for an event do not apply; empty: nothing happened. */
  events: EventFacts[] | null
  holds: HoldFacts[]
  suppressions: SuppressionFacts[]
  consents: ConsentFacts[]
  /** What the running system adds; null in a decide case. */
  system: SystemFacts | null
  /** In recorded facts: the edition of the time zone data decided with; absent in older records. Informational. */
  zoneData?: string
}

export interface ReminderFacts {
  channel: Channel
  tone: Tone
  kind: Kind
  mode: Mode | null
  /** The reminder's deadline; `expired` from this instant on. */
  expiresAt: Instant | null
  /** When it fell due. Absent or null: not stated (an agent's call), and it is never late. */
  dueAt?: Instant | null
  /** The content blocks of its text. Absent or null: not stated (an agent speaks, or the text is not chosen yet). */
  carries?: CarriedBlocks | null
}

export interface AddressFacts {
  /** Opaque: matches `ContactFacts.address`, `SuppressionFacts.address`, `ConsentFacts.address`. */
  id: string
  kind: AddressKind | null
  relation: Relation | null
  /** ISO 3166-1 alpha-2 country of the phone prefix; null for mailboxes and unknown prefixes. */
  country: string | null
  /** IANA zones the phone prefix is consistent with (an area code's zones, not widened); empty when unknown. */
  zones: string[]
  /** Subdivisions the prefix is consistent with, as ISO 3166-2; empty when unknown. */
  subdivisions: string[]
  /** SMS: a landline by the numbering plan, regardless of `kind`. Absent: not known to be one. */
  line?: 'landline'
  /** SMS: landlines of its country accept SMS, by configuration. Absent: not stated, and a landline gets none. */
  takesSms?: boolean
  /** How it came to be known. Absent or null: not stated. */
  origin?: AddressOrigin | null
  /** When it was last confirmed to be theirs, e.g. found not to be reassigned. Absent or null: not stated. */
  verifiedAt?: Instant | null
}

export interface RecipientFacts {
  id: string
  /** IANA zone stated by the recipient or the creditor's file. */
  timeZone: string | null
  /** ISO 3166-1 or 3166-2, or a place below it as packs name it (e.g. `US-NY-NYC`). */
  jurisdiction: string | null
  locationEvidence: LocationEvidence[]
  blockedTimes: BlockedTime[]
  /** The last day, in the creditor's book zone, on which planning caught up a missed step. */
  caughtUpOn?: LocalDate | null
  /** When these facts were true; the ledger states it only where it lies in the future. Absent or null: not later than now. */
  asOf?: Instant | null
}

/** One dated sign of where the recipient is. A newer sign adds a place; it removes an older one only once confirmed. */
export interface LocationEvidence {
  /** `postal-address`, `stated`, `earlier-address`, `phone-prefix`, … */
  kind: string
  jurisdiction: string | null
  timeZone: string | null
  at: Instant
}

/** A weekly time at which the recipient asked not to be contacted, in the recipient's zone. */
export interface BlockedTime {
  /** ISO weekdays, 1 Monday … 7 Sunday. */
  days: number[]
  /** `HH:MM`, inclusive. */
  from: string
  /** `HH:MM`, exclusive; not after `from` means that it ends on the next day. */
  to: string
  /** Absent or null: for every channel. */
  channel: Channel | null
  until: Instant | null
}

export interface AccountFacts {
  id: string
  role: Role
  product: string
  dueDate: LocalDate | null
  /** Whole days; derived from `dueDate` when null. */
  daysPastDue: number | null
  state: AccountState
  spell: string | null
  /** When the balance was true. */
  asOf: Instant | null
  /** The creditor's freshness bound in milliseconds: an older balance is an objection. Null: no bound stated. */
  freshForMs: number | null
}

export interface ContactFacts {
  at: Instant
  channel: Channel
  direction: Direction
  /** Ids of the accounts it was about; empty when unknown, which counts for all. */
  accounts: string[]
  address: string | null
  outcome: ContactOutcome
  /** Who made it: `decorum`, an agent, an agency. */
  by: string | null
  mode: Mode | null
  /** Who was reached: `recipient`, `third-party`, …; null when not known. */
  party: string | null
  /** Made to another recipient with the same number or mailbox: counts for rules keyed by address alone. */
  otherRecipient: boolean
}

export interface EventFacts {
  /** `notice`, `payment`, `promise-broken`, … */
  type: string
  /** e.g. `validation` for a notice. */
  kind: string | null
  at: Instant
  account: string | null
}

export interface HoldFacts {
  kind: HoldKind
  /** Null: every account of the recipient. */
  account: string | null
  from: Instant
  /** Null: open until it is ended. */
  until: Instant | null
  /** Absent or null: every channel. */
  channel?: Channel | null
}

export interface SuppressionFacts {
  scope: SuppressionScope
  channel: Channel | null
  /** Address id, for scope `address`. */
  address: string | null
  reason: SuppressionReason
  from: Instant | null
  until: Instant | null
  /** Of another recipient with the same number or mailbox: it concerns that address alone. Absent: false. */
  otherRecipient?: boolean
}

export interface ConsentFacts {
  /** `contact-outside-hours`, `artificial-voice`, `exceed-cap`, … as packs name it. */
  kind: string
  channel: Channel | null
  address: string | null
  from: Instant
  until: Instant | null
}

export interface SystemFacts {
  /** Only addresses listed in `delivery.onlyTo` may be reached, or the key is a test key. */
  testMode: boolean
  /** The narrowest switch in force for this reminder's scope. */
  switchedOff: 'stopped' | 'paused' | null
  /** Business time is not trusted at present. */
  clockUncertain: boolean
  /** Null: a route serves it; otherwise why none does (`no route serves …`). */
  routeProblem: string | null
  /** A registered-template channel has no approved registration for this template. */
  notRegistered: boolean
  /** A phone attempt to this recipient or number is in flight; wait for its outcome. */
  phoneInFlight: boolean
  /**
   * The reminder that already told the recipient the same, and when. Absent or null: none did, or the text is not rendered
   * yet and cannot be compared.
   */
  sameWordsAs?: { reminderId: string; at: Instant } | null
}
