import { type DatabaseFailure, databaseFailure } from './database-failure.ts'

/**
 * Which events does a process log, and at which level?
 *
 * Each log line carries one of these as `event`, so that alerts and searches do not depend on the message text. Public:
 * workers/README.md documents when each is written and what to do; a key never changes its meaning. Named
 * `noun.verb-past`.
 */
export const LOG_EVENTS = {
  'access.bulk_read': 'error',
  'access.not_written': 'error',
  'attempt.doubted': 'warn',
  'breaker.closed': 'info',
  'breaker.half_opened': 'info',
  'breaker.opened': 'error',
  'call.end_missed': 'warn',
  'call.words_unavailable': 'error',
  'callback.not_understood': 'warn',
  'chain.broken': 'error',
  'chain.head_unwritten': 'error',
  'chain.unproved': 'error',
  'clock.distrusted': 'error',
  'clock.trusted': 'info',
  'daemons.started': 'info',
  'doubt.lookup_failed': 'warn',
  'doubt.resolved': 'warn',
  'erasures.repeated': 'warn',
  'http.reported': 'any',
  'http.request': 'info',
  'http.request_failed': 'error',
  'import.line_failed': 'error',
  'key.bootstrap_replaced': 'warn',
  'keys.use_not_noted': 'debug',
  'ledger.connection_lost': 'warn',
  'ledger.migrated': 'info',
  'loop.recovered': 'info',
  'loop.retrying': 'error',
  'message.failed': 'warn',
  'message.refused': 'error',
  'metrics.incomplete': 'warn',
  'notice.abandoned': 'error',
  'packs.rejected': 'error',
  'packs.reloaded': 'info',
  'partitions.created': 'info',
  'partitions.failed': 'error',
  'permit.doubted': 'warn',
  'planner.not_woken': 'debug',
  'planning.postponed': 'error',
  'queue.recovered': 'info',
  'queue.unreachable': 'error',
  'rate_gate.unreachable': 'warn',
  'receipt.contradicted': 'error',
  'receipt.mismatched': 'error',
  'reminder.quarantined': 'error',
  'reminders.requeued': 'info',
  'reply.unresolved': 'warn',
  'reservation.lost': 'warn',
  'result.contradicted': 'error',
  'result.delayed': 'error',
  'result.failed': 'error',
  'result.superseded': 'debug',
  'retention.applied': 'info',
  'route.misconfigured': 'error',
  'switch.lifted': 'warn',
  'switch.paused_all': 'warn',
  'switch.thrown': 'warn',
  'ticket.failed': 'error',
  'webhook.failing': 'error',
  'webhook.gone': 'error',
  'webhook.recovered': 'info',
} as const satisfies Record<string, LogLevel | 'any'>

type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogEvent = keyof typeof LOG_EVENTS
type EventAt<Level extends LogLevel> = {
  [Event in LogEvent]: (typeof LOG_EVENTS)[Event] extends Level ? Event : never
}[LogEvent]

/** A logger, such as pino's. Fields hold ids, codes and states only: no personal data. */
export type Log = {
  readonly [Level in LogLevel]: (
    fields: { readonly event: EventAt<Level> } & Readonly<Record<string, unknown>>,
    message: string,
  ) => void
}

/**
 * What may a log line carry of a failure? Its class, its code and where it was thrown, never its message: a database
 * quotes the values that it could not store.
 *
 * @returns  `failure` when the database's state made it fail, otherwise `at`, the first frames of our code
 */
export function failureForLog(error: unknown): {
  error: string
  code?: string
  failure?: DatabaseFailure
  at?: string[]
} {
  if (!(error instanceof Error)) return { error: typeof error }
  const { code } = error as { code?: unknown }
  const failure = databaseFailure(error)
  return {
    error: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(failure === null ? { at: framesOf(error) } : { failure }),
  }
}

/** The lines of a stack trace that end in a position; a line of the message does not. */
const framesOf = ({ stack = '' }: Error): string[] =>
  stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .*:\d+:\d+\)?$/.test(line) && !line.includes('node_modules'))
    .slice(0, 8)
