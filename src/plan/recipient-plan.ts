import type { Ladder } from '../model/ladder.ts'
import type { Instant, LocalDate } from '../model/time.ts'
import type { AccountState, Channel, HoldKind, Kind, Mode, Tone } from '../model/vocabulary.ts'

/**
 * What the planner must know about one person at one creditor, read at one instant.
 *
 * Plain data. Every account of that person and creditor that has a spell belongs
 * in it, also those that are not due: gathering and "one caught-up step a day"
 * are rules about the person.
 */
export interface RecipientToPlan {
  /** IANA zone of the creditor's books: days past due and rung times are counted in it. */
  bookZone: string
  /** Local time by which the day's payments are known; nothing of the day falls due before it. `00:00`: no bound. */
  bookCutOff: string
  /** Channels on which the person has an address of their own that may be used. */
  channels: Channel[]
  /** Local date (book zone) of the last caught-up step of this person; null: never. */
  lastCatchUpOn: LocalDate | null
  /** Last conversation with the person, by machine or by people; null: none known. */
  lastConversationAt: Instant | null
  /** Stops of everything to the person: a step for people that they kept back until it was stale is recorded so. Absent: none. */
  stops?: readonly StopToPlan[]
  accounts: AccountToPlan[]
}

export interface StopToPlan {
  /** Why: `deceased`, `cease`, … */
  reason: string
  from: Instant
  /** Null: until it is lifted. */
  until: Instant | null
}

export interface AccountToPlan {
  id: string
  state: AccountState
  /** The ladder as it was pinned when the spell began, and the version (a hash of its content) under which it was pinned. */
  ladder: Ladder
  ladderVersion: string
  spell: SpellToPlan
  /** Oldest unpaid due date; without one nothing can be counted and nothing is planned. */
  dueDate: LocalDate | null
  /** What the creditor says; used only when `dueDate` is null. */
  statedDaysPastDue: number | null
  /** Overdue amount in minor units of `currency`. */
  overdueMinor: bigint
  /** ISO 4217. */
  currency: string
  /** The creditor's tolerance in minor units; the ladder's own applies too, whichever is larger. */
  toleranceMinor: bigint
  /** Null: the ladder's own. */
  graceDays: number | null
  /** Null: not stated, which is taken as true: the debit may still run. */
  autoDebit: boolean | null
  riskBand: string | null
  /** What was done with rungs in this spell, all passes. */
  handled: HandledRung[]
  /** Firmest tone of the last message that went out in this spell; null: none yet. */
  lastToneSent: Tone | null
  /** When the first message of this spell went out or was planned; null: none yet. */
  firstMessageAt: Instant | null
  /** When the next of what the ladder said earlier, and has not gone out yet, may go; null: nothing waits. */
  nextMessageAt: Instant | null
  /** When we last wrote or called about this account; null: never, or longer ago than contacts are remembered. */
  lastMessageAt: Instant | null
  /** Holds on the account and on the whole person. */
  holds: HoldToPlan[]
  events: EventToPlan[]
  /** Names of the facts that are known and so may satisfy `requires` and the gate. */
  availableFacts: string[]
  /** Nothing before this, e.g. 24 h after a reversal. */
  notBefore: Instant | null
  /** The first machine message of this pass is no firmer than this, e.g. the last tone sent before a reversal. */
  toneCeiling: Tone | null
  /** Steps for people, hand-offs included, that must not be given out now because a stop, a pause or a switch forbids it. Absent: none. */
  barred?: readonly BarredStep[]
  /** A switch keeps everything about the account back. */
  switchedOff?: boolean
}

export interface BarredStep {
  rung: string
  /** When to ask again; null: only news can tell. */
  until: Instant | null
}

/** How an account came to the step at which it stands. */
const ENTRIES = ['arrival', 'payment', 'reversal'] as const
export type Entry = (typeof ENTRIES)[number]

interface SpellToPlan {
  id: string
  /** 1 at first; raised whenever a payment or a reversal moves the account to another step. */
  pass: number
  /** Local date on which the spell was opened here; day 0 of `placement` rungs when no placement event is known. */
  startedOn: LocalDate
  /** When this pass began. */
  enteredAt: Instant
  /** Days past due at that instant. */
  enteredDpd: number
  /** `arrival`: a new spell; `payment`: a partial payment moved it; `reversal`: a payment was taken back. */
  enteredBy: Entry
}

export interface HandledRung {
  rung: string
  pass: number
  state: 'planned' | 'skipped'
  at: Instant
}

export interface HoldToPlan {
  kind: HoldKind
  from: Instant
  /** Null: open. */
  until: Instant | null
}

/** `type` and `kind` as in `EventFacts`: `notice`/`validation`, `promise-broken`, `placement`, `charge-off`, … */
export interface EventToPlan {
  type: string
  kind: string | null
  at: Instant
}

/** Why a rung was not carried out. Stable: timelines and reports read these. */
export const SKIP_REASONS = [
  'entered_late',
  'stale',
  'moved_by_payment',
  'resumed_after_reversal',
  'already_done',
  'below_tolerance',
  'within_grace',
  'promise_open',
  'payment_in_flight',
  'on_hold',
  'auto_debit',
  'facts_missing',
  'gate_closed',
  'band',
  'recent_conversation',
  'no_usable_address',
  'overtaken',
  'after_final',
  'hand_off_due',
  'stopped',
  'switched_off',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

/** What is to be done now for one person at one creditor, and what was done with every rung that came due. */
export interface RecipientPlan {
  reminders: PlannedReminder[]
  tasks: PlannedTask[]
  handOffProposals: HandOffProposal[]
  /** One for each rung handled now; store them with the pass, they come back as `handled`. */
  records: RungRecord[]
  /** One for each account of the input. */
  accounts: AccountLook[]
  /** Today's book date when a step was caught up now: store it as `lastCatchUpOn`; null otherwise. */
  caughtUpOn: LocalDate | null
}

/** One machine message about one or more accounts. */
export interface PlannedReminder {
  /** Lead first, then by days past due. */
  accountIds: string[]
  /** The account most days past due; `rung`, `ladder` and `spell` are its. */
  leadAccountId: string
  spellId: string
  pass: number
  rung: string
  ladder: { id: string; version: string }
  tone: Tone
  kind: Kind
  mode: Mode
  /** In order of preference; each has a usable address. */
  channels: Channel[]
  template: string
  dueAt: Instant
  expiresAt: Instant
}

/** One step for a person, about one or more accounts. */
export interface PlannedTask {
  accountIds: string[]
  leadAccountId: string
  spellId: string
  pass: number
  rung: string
  ladder: { id: string; version: string }
  tone: Tone
  kind: Kind
  channels: Channel[]
  dueAt: Instant
  expiresAt: Instant
  instructions: string
  /** Which rung of which account it carries out; the lead's first. */
  steps: PlannedStep[]
}

/** One account's rung for a person. */
export interface PlannedStep {
  accountId: string
  rung: string
  kind: Kind
  tone: Tone
  channels: Channel[]
}

/** A person decides; nothing is handed off by this. Recorded under the rung id `hand-off`. */
export interface HandOffProposal {
  accountId: string
  spellId: string
  pass: number
  ladder: { id: string; version: string }
  daysPastDue: number
  proposedAt: Instant
}

export interface RungRecord {
  accountId: string
  spellId: string
  pass: number
  rung: string
  outcome: 'planned' | 'skipped'
  /** Null when planned as the ladder says. */
  reason: SkipReason | null
  /** Which facts, which hold, …; never anything about the person. */
  detail: string | null
  at: Instant
}

interface AccountLook {
  accountId: string
  daysPastDue: number | null
  /** When to plan again if nothing is reported before; always later than now. Null: nothing is coming. */
  nextLookAt: Instant | null
}
