import { Counter, Registry } from 'prom-client'
import type { Decision } from '../model/decision.ts'
import type { CallOutcome, RejectionClass } from '../model/delivery.ts'
import type { ReplyMeaning } from '../model/stop-words.ts'
import type { Channel, ReminderStatus, Tone } from '../model/vocabulary.ts'

/**
 * Counters of this process since its start, for /metrics.
 *
 * Labels are values of closed sets and of the configuration (statuses, codes, rules, routes), never
 * ids: the number of series stays small, and no recipient can be looked up in a dashboard.
 */
export const counters = new Registry()

const reminders = new Counter({
  name: 'decorum_reminders_total',
  help: 'Status of reminders after their decision (sending, waiting, refused, expired), by channel and tone.',
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
  help: 'Completed calls to providers, by outcome.',
  labelNames: ['route', 'channel', 'outcome', 'class'] as const,
  registers: [counters],
})
const replies = new Counter({
  name: 'decorum_replies_total',
  help: 'Replies, by the meaning that was recognized.',
  labelNames: ['route', 'meaning'] as const,
  registers: [counters],
})
const unresolvedReplies = new Counter({
  name: 'decorum_replies_unresolved_total',
  help: 'Replies whose sender cannot be parsed or matches no recipient.',
  labelNames: ['route', 'problem'] as const,
  registers: [counters],
})
const callsWithoutWords = new Counter({
  name: 'decorum_calls_without_words_total',
  help: 'Calls whose text could not be rendered again, so that the voicemail text or an apology was spoken. Investigate when above zero.',
  registers: [counters],
})

const bulkReadings = new Counter({
  name: 'decorum_bulk_readings_total',
  help: 'How often a key or a user read of more people within an hour than limits.peoplePerHour. Investigate when it rises.',
  registers: [counters],
})

/** Somebody read of unusually many people. */
export const countBulkReading = (): void => bulkReadings.inc()

/** A call could not speak its text. */
export const countCallWithoutWords = (): void => callsWithoutWords.inc()

/** A reminder was decided and has this status now. */
export const countReminder = (reminder: { status: ReminderStatus; channel: Channel; tone: Tone }): void =>
  reminders.inc({ status: reminder.status, channel: reminder.channel, tone: reminder.tone })

/** A decision was made; of several objections the binding one is counted. */
export function countDecision({ verdict, reasons }: Pick<Decision, 'verdict' | 'reasons'>): void {
  const binding = reasons[0]
  decisions.inc({ verdict, code: binding?.code ?? '', rule: binding?.rule ?? '' })
}

/** An attempt ended: the provider answered, or it was abandoned before the call. */
export const countAttempt = (
  route: { id: string; channel: Channel },
  outcome: CallOutcome['kind'] | 'not_sent',
  rejection: RejectionClass | '',
): void => attempts.inc({ route: route.id, channel: route.channel, outcome, class: rejection })

/** A reply was received. */
export const countReply = (route: string, meaning: ReplyMeaning): void => replies.inc({ route, meaning })

/** A reply could not be matched to a recipient. */
export const countUnresolvedReply = (route: string, problem: string): void => unresolvedReplies.inc({ route, problem })
