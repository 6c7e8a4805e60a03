import type { Channel } from '../../model/channel.ts'
import type { ObjectionCode } from '../../model/decision.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { Tone } from '../../model/tone.ts'

/**
 * What a run of the demonstration came to: the document that `decorum demo --json` prints.
 *
 * The same build, seed and first day give the same document but for `effort`, `keptIn`, and ids of ours: the
 * samples' `reminderId` and the links inside their words. Instants
 * are RFC 3339 in UTC; days are those of `zone`, the home market's; counts are whole numbers.
 */
export interface DemoAccount {
  from: string
  to: string
  zone: string
  seed: number
  portfolio: { accounts: number; borrowers: number; places: { jurisdiction: string; borrowers: number }[]; zones: string[] }
  /** One entry a day, also of days on which nothing happened; a reminder that was put off on several days counts on each. */
  days: DemoDay[]
  sent: { channel: Channel; tone: Tone; count: number }[]
  /** What kept something back: the binding rule of each decision, and how many different reminders it concerned. */
  objections: { verdict: 'defer' | 'refuse'; code: ObjectionCode; meaning: string; rule: string; citation: string; verified: boolean; reminders: number }[]
  /** Steps of ladders that were passed over. */
  skipped: { reason: string; count: number }[]
  /** What was put before people: `handOffs` are proposals that wait for a decision, the rest are steps, by where they stand. */
  tasks: { count: number; handOffs: number; byStatus: { status: string; count: number }[] }
  holds: { kind: string; count: number; standing: number }[]
  stops: { reason: string; scope: string; count: number }[]
  reminders: { status: ReminderStatus; count: number }[]
  timelines: DemoTimeline[]
  samples: DemoSample[]
  /** What was promised, checked against the record after the run. */
  promises: DemoPromise[]
  /** Machine time in seconds; `steps` of the clock. */
  effort: { steps: number; seconds: number }
  /** Where the ledger was kept; null: removed with the run. */
  keptIn: string | null
}

export interface DemoDay {
  day: string
  sent: { channel: Channel; tone: Tone; count: number }[]
  deferred: number
  refused: number
  tasks: number
  handOffs: number
}

/** One account's history, with the borrower's own clock beside each entry. */
export interface DemoTimeline {
  account: string
  title: string
  zone: string
  entries: { at: string; local: string; words: string }[]
}

/** One message, word for word, of an invented borrower. */
export interface DemoSample {
  tone: Tone
  channel: Channel
  locale: string
  account: string
  reminderId: string
  at: string
  local: string
  parts: { part: string; text: string }[]
}

export interface DemoPromise {
  promise: string
  kept: boolean
  /** How many things were looked at. */
  checked: number
  /** What was found, in words. */
  found: string
}
