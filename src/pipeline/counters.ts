import { Counter, Registry } from 'prom-client'
import type { Decision } from '../model/decision.ts'
import type { CallOutcome, RejectionClass } from '../model/delivery.ts'
import type { ReplyMeaning } from '../model/stop-words.ts'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'

/**
 * What this process has done since it started, for /metrics.
 *
 * Labels are words from closed sets and configuration (statuses, codes, rules, routes), never an
 * id: the number of series stays small, and nobody can be looked up in a dashboard.
 */
export const counters = new Registry()

const reminders = new Counter({
  name: 'decorum_reminders_total',
  help: 'What became of reminders when they were decided (sending, waiting, refused, expired), by channel and tone.',
  labelNames: ['status', 'channel', 'tone'] as const,
  registers: [counters],
})
const decisions = new Counter({
  name: 'decorum_decisions_total',
  help: 'Decisions, by verdict and by the binding rule.',
  labelNames: ['verdict', 'code', 'rule'] as const,
  registers: [counters],
})
const attempts = new Counter({
  name: 'decorum_attempts_total',
  help: 'Calls to providers that came to an end, by what they came to.',
  labelNames: ['route', 'channel', 'outcome', 'class'] as const,
  registers: [counters],
})

const unsaidCalls = new Counter({
  name: 'decorum_calls_without_words_total',
  help: 'Calls whose words could not be made again: they said the voicemail text or an apology. Above zero somebody must look.',
  registers: [counters],
})

/** One call could not say what it was made for. */
export const countCallWithoutWords = (): void => unsaidCalls.inc()

/** One reminder was decided and stands there now. */
export const countReminder = (reminder: { status: ReminderStatus; channel: Channel; tone: Tone }): void =>
  reminders.inc({ status: reminder.status, channel: reminder.channel, tone: reminder.tone })

/** One decision was made; of several objections the binding one counts. */
export function countDecision({ verdict, reasons }: Pick<Decision, 'verdict' | 'reasons'>): void {
  const binding = reasons[0]
  decisions.inc({ verdict, code: binding?.code ?? '', rule: binding?.rule ?? '' })
}

/** One attempt came to an end: the provider answered, or it was given up before the call. */
export const countAttempt = (
  route: { id: string; channel: Channel },
  outcome: CallOutcome['kind'] | 'not_sent',
  rejection: RejectionClass | '',
): void => attempts.inc({ route: route.id, channel: route.channel, outcome, class: rejection })

const replies = new Counter({
  name: 'decorum_replies_total',
  help: 'Messages that came back, by what they were understood to ask.',
  labelNames: ['route', 'meaning'] as const,
  registers: [counters],
})
const unresolvedReplies = new Counter({
  name: 'decorum_replies_unresolved_total',
  help: 'Messages that came back from a sender who cannot be read or is not known.',
  labelNames: ['route', 'problem'] as const,
  registers: [counters],
})

/** One message came back. */
export const countReply = (route: string, meaning: ReplyMeaning): void => replies.inc({ route, meaning })

/** Nobody can be told to have sent it. */
export const countUnresolvedReply = (route: string, problem: string): void => unresolvedReplies.inc({ route, problem })
