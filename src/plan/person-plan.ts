import type { Channel } from '../model/channel.ts'
import type { Instant } from '../model/instant.ts'
import type { Kind, Mode } from '../model/kind.ts'
import type { LocalDate } from '../model/local-date.ts'
import type { Tone } from '../model/tone.ts'

/** Why a rung was not carried out. Stable: timelines and reports read these. */
export const SKIP_REASONS = [
  'entered_late', 'stale', 'moved_by_payment', 'resumed_after_reversal', 'already_done', 'below_tolerance', 'within_grace',
  'promise_open', 'payment_in_flight', 'on_hold', 'auto_debit', 'facts_missing', 'gate_closed', 'band',
  'recent_conversation', 'no_usable_address', 'overtaken', 'after_final', 'hand_off_due', 'stopped', 'switched_off',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

/** What is to be done now for one person at one creditor, and what was done with every rung that came due. */
export interface PersonPlan {
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

export interface AccountLook {
  accountId: string
  daysPastDue: number | null
  /** When to plan again if nothing is reported before; always later than now. Null: nothing is coming. */
  nextLookAt: Instant | null
}
