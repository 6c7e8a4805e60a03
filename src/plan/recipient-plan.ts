import type { Ladder } from '../model/ladder.ts'
import type { Instant, LocalDate } from '../model/time.ts'
import type { AccountState, Channel, HoldKind, Kind, Mode, Tone } from '../model/vocabulary.ts'

/**
 * What the planner must know about one recipient at one creditor, read at one instant.
 *
 * Plain data. Every account of that recipient and creditor that has a spell belongs
 * in it, also those that are not due: gathering and "one caught-up step a day"
 * are rules about the recipient.
 */
export interface RecipientToPlan {
  /** IANA zone of the creditor's books: days past due and rung times are counted in it. */
  bookZone: string
  /** Local time by which the day's payments are known; nothing of the day falls due before it. `00:00`: no bound. */
  bookCutOff: string
  /** Channels on which the recipient has a usable address of their own. */
  channels: Channel[]
  /** Local date (book zone) of the recipient's last caught-up step; null: never. */
  lastCatchUpOn: LocalDate | null
  /** Last conversation with the recipient, by the machine or an agent; null: none known. */
  lastConversationAt: Instant | null
  /** Suppressions of the whole recipient: an agent's step that they kept back until it was stale is recorded with them. Absent: none. */
  suppressions?: readonly SuppressionToPlan[]
  accounts: AccountToPlan[]
}

export interface SuppressionToPlan {
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
  /** As the creditor states; used only when `dueDate` is null. */
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
  /** The rungs handled in this spell, all passes. */
  handled: HandledRung[]
  /** Firmest tone of the last message that went out in this spell; null: none yet. */
  lastToneSent: Tone | null
  /** When the first message of this spell went out or was planned; null: none yet. */
  firstMessageAt: Instant | null
  /** When the next waiting reminder of the ladder may go; null: none waits. */
  nextMessageAt: Instant | null
  /** The last outbound message or call about this account; null: none within the retention of contacts. */
  lastMessageAt: Instant | null
  /** Holds on the account and on the whole recipient. */
  holds: HoldToPlan[]
  events: EventToPlan[]
  /** Names of the facts that are known and so may satisfy `requires` and the gate. */
  availableFacts: string[]
  /** Nothing before this, e.g. 24 h after a reversal. */
  notBefore: Instant | null
  /** The first machine message of this pass is no firmer than this, e.g. the last tone sent before a reversal. */
  toneCeiling: Tone | null
  /** Agents' steps, hand-offs included, that a suppression, a hold or a switch forbids now. Absent: none. */
  barred?: readonly BarredStep[]
  /** A switch keeps everything about the account back. */
  switchedOff?: boolean
}

export interface BarredStep {
  rung: string
  /** When to plan again; null: only new facts can end it. */
  until: Instant | null
}

/** How an account reached its present step of the ladder. */
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

/** What is to be done now for one recipient at one creditor, and how every rung that came due was handled. */
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

/** One task for an agent, about one or more accounts. */
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

/** One account's rung for an agent. */
export interface PlannedStep {
  accountId: string
  rung: string
  kind: Kind
  tone: Tone
  channels: Channel[]
}

/** A proposal that an operator decides; nothing is handed off by it. Recorded under the rung id `hand-off`. */
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
  /** Which facts, which hold, …; never personal data. */
  detail: string | null
  at: Instant
}

interface AccountLook {
  accountId: string
  daysPastDue: number | null
  /** When to plan again unless new facts come earlier; always later than now. Null: no step is ahead. */
  nextLookAt: Instant | null
}
