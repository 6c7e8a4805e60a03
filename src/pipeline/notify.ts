import type { Transaction } from 'kysely'
import type { WebhookAnswer, WebhookEndpoint } from '../deliver/webhook.ts'
import { DAY, HOUR, type Instant } from '../model/time.ts'
import type { Channel, ReminderStatus, SuppressionReason, SuppressionScope } from '../model/vocabulary.ts'
import { isSubscribedTo, type NoticeType, NOTIFIED_STATUSES, type NotifiedStatus } from '../model/webhook.ts'
import type { Locked } from '../record/locks.ts'
import {
  addNotices,
  type ClaimedNotice,
  claimNotices,
  type NewNotice,
  type NoticeSubject,
  noticeSubjects,
  recipientsToNotify,
  settleNotices,
  type NoticeResult,
  upstreamRecipients,
} from '../record/outbox.ts'
import type { Database } from '../record/schema.ts'
import type { Runtime } from './runtime.ts'
import { withdrawForbidden } from './tasks.ts'

/** A reminder whose status may have changed. */
interface Moved {
  reminderId: string
  attemptNo?: number
  /** The provider's code, or ours. */
  code?: string | null
  /** Its status before; an unchanged status is not notified again. */
  before?: ReminderStatus
}

/**
 * Adds webhook notices about these reminders, in the transaction that changed them and after the change.
 *
 * The caller holds the lock of each one's recipient; `recipientsToLock` names them. Without
 * configured webhooks nothing is read or written.
 */
export async function addReminderNotices(
  runtime: Runtime,
  trx: Locked,
  moved: readonly Moved[],
  now: Instant,
): Promise<void> {
  if (!hasWebhooks(runtime) || moved.length === 0) return
  const subjects = await noticeSubjects(
    trx,
    moved.map((one) => one.reminderId),
    creditorsWithWebhooks(runtime),
  )
  await addNotices(
    trx,
    moved.flatMap((one) => {
      const subject = subjects.get(one.reminderId)
      return subject === undefined ? [] : noticeOf(runtime, one, subject, now)
    }),
    now,
  )
}

/** The recipients whose locks `addReminderNotices` needs for these; none without configured webhooks. */
export async function recipientsToLock(
  runtime: Runtime,
  trx: Transaction<Database>,
  reminderIds: readonly string[],
): Promise<string[]> {
  return hasWebhooks(runtime) && reminderIds.length > 0
    ? recipientsToNotify(trx, reminderIds, creditorsWithWebhooks(runtime))
    : []
}

function noticeOf(
  runtime: Runtime,
  moved: Moved,
  { recipientKey, ...subject }: NoticeSubject,
  now: Instant,
): NewNotice[] {
  const { creditor, status } = subject
  if (!isTold(status) || status === moved.before) return []
  const type = `reminder.${status}` as const
  const data = {
    ...subject,
    attemptNo: moved.attemptNo ?? null,
    code: moved.code ?? null,
    at: new Date(now).toISOString(),
  }
  const endpoints = endpointsFor(runtime, creditor, type)
  return endpoints.length === 0 ? [] : [{ recipientKey, creditor, type, data, endpoints }]
}

const isTold = (status: ReminderStatus): status is NotifiedStatus =>
  (NOTIFIED_STATUSES as readonly ReminderStatus[]).includes(status)

const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = HOUR
const PATIENCE_MS = 3 * DAY
/** Regardless of age, because notices may have waited while no notifier was running. */
const FEWEST_TRIES = 10

/**
 * For how long does this answer ask that no notice be sent to the endpoint?
 *
 * @returns  milliseconds, at least the first retry interval; null when it does not ask
 */
export const pauseRequestedBy = (answer: WebhookAnswer): number | null =>
  answer.kind === 'failed' && answer.retryAfterMs !== undefined ? Math.max(answer.retryAfterMs, FIRST_WAIT_MS) : null

/**
 * What becomes of a notice after this answer?
 *
 * 5 s, 10 s, 20 s … up to an hour, each reduced by up to half so that retries spread out;
 * after three days and at least ten tries it is given up. Where the endpoint sends Retry-After, not
 * before then, and up to a tenth later, so that retries spread out.
 *
 * @param tries   begun, this one included
 * @param ageMs   machine time since it was written
 * @param jitter  0 to 1, injected
 */
export function nextTry(
  answer: WebhookAnswer,
  tries: number,
  ageMs: number,
  jitter: number,
): Pick<NoticeResult, 'outcome' | 'waitMs'> {
  if (answer.kind === 'taken') return { outcome: 'taken', waitMs: 0 }
  if (ageMs >= PATIENCE_MS && tries >= FEWEST_TRIES) return { outcome: 'given_up', waitMs: 0 }
  const pause = pauseRequestedBy(answer)
  if (pause !== null) return { outcome: 'again', waitMs: Math.round(pause * (1 + jitter / 10)) }
  const full = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS)
  return { outcome: 'again', waitMs: Math.round(full * (1 - jitter / 2)) }
}

/** A suppression that has just been recorded. */
export interface SuppressionNotice {
  scope: SuppressionScope
  reason: SuppressionReason
  /** Null: every channel of what the scope covers. */
  channel: Channel | null
  /** Its source: `provider`, `call-key`, `unsubscribe-link`, or the actor's name. Never free text. */
  by: string
  reminderId?: string
  attemptNo?: number
  code?: string | null
}

/**
 * Withdraws the agents' open steps that a new suppression forbids, and adds its webhook notices.
 * The caller holds the locks of the recipients it concerns.
 */
export async function addSuppressionNotices(
  runtime: Runtime,
  trx: Locked,
  recipientKeys: readonly string[],
  stop: SuppressionNotice,
  now: Instant,
): Promise<void> {
  await withdrawForbidden(runtime, trx, recipientKeys, now)
  if (!hasWebhooks(runtime) || recipientKeys.length === 0) return
  const { scope, reason, channel, by, reminderId = null, attemptNo = null, code = null } = stop
  const recipients = await upstreamRecipients(trx, recipientKeys, creditorsWithWebhooks(runtime))
  await addNotices(
    trx,
    recipients.flatMap(({ recipientKey, creditor, recipientId }) => {
      const endpoints = endpointsFor(runtime, creditor, 'suppression.added')
      const data = {
        creditor,
        recipientId,
        scope,
        reason,
        channel,
        by,
        reminderId,
        attemptNo,
        code,
        at: new Date(now).toISOString(),
      }
      return endpoints.length === 0
        ? []
        : [{ recipientKey, creditor, type: 'suppression.added' as const, data, endpoints }]
    }),
    now,
  )
}

/** Checked first, so that without configured webhooks nothing is read. */
export const hasWebhooks = (runtime: Runtime): boolean => runtime.config.webhooks.length > 0

/** The creditors that any webhook listens to; null: all. */
function creditorsWithWebhooks(runtime: Runtime): string[] | null {
  const { webhooks } = runtime.config
  return webhooks.some((webhook) => webhook.creditors === undefined)
    ? null
    : [...new Set(webhooks.flatMap((webhook) => webhook.creditors ?? []))]
}

/** Ids of the endpoints that listen to this creditor's notices of this type. */
const endpointsFor = (runtime: Runtime, creditor: string, type: NoticeType): string[] =>
  runtime.config.webhooks.filter((webhook) => isSubscribedTo(webhook, creditor, type)).map((webhook) => webhook.id)

/** Concurrent requests to one endpoint, each about another recipient. */
const AT_ONCE = 50
/** Longer than any try lasts, so that no other notifier repeats a running one. */
const LEASE_MS = 60_000
/** Failures in a row before health reports them; one restart of the endpoint is normal. */
const TROUBLE_AFTER = 3

/**
 * Delivers the notices of one endpoint, at least once, in order for each recipient.
 *
 * Any number of these may work on one endpoint, in this process or in others: the ledger gives
 * each notice to one of them at a time.
 */
export class EndpointNotifier {
  readonly #runtime: Runtime
  readonly #endpoint: WebhookEndpoint
  readonly #random: () => number
  readonly #machineNow: () => number
  #gone = false
  /** The endpoint asked for no requests before this machine time (Retry-After). */
  #pausedUntil = 0
  /** Consecutive failed tries, and the code of the last. */
  #failures = 0
  #code = ''

  /**
   * @param random      0 to 1, for the jitter of retries
   * @param machineNow  milliseconds that never jump
   */
  constructor(
    runtime: Runtime,
    endpoint: WebhookEndpoint,
    random: () => number,
    machineNow: () => number = () => performance.now(),
  ) {
    this.#runtime = runtime
    this.#endpoint = endpoint
    this.#random = random
    this.#machineNow = machineNow
  }

  get id(): string {
    return this.#endpoint.id
  }

  /** Why notices do not reach this endpoint, as health shows it; null while they do. */
  get problem(): string | null {
    if (this.#gone)
      return 'answered 410 Gone and is told nothing until a restart; correct or remove it in config/decorum.yaml'
    return this.#failures < TROUBLE_AFTER
      ? null
      : `keeps failing (${this.#code}); what it is to hear waits in the ledger for up to three days`
  }

  /** Delivers the notices that are due; true when more may be due at once. */
  async pass(): Promise<boolean> {
    if (this.#gone || this.#machineNow() < this.#pausedUntil) return false
    // While the endpoint fails, one notice at a time is tried as a probe, so that the others do not use up their tries.
    const limit = this.#failures === 0 ? AT_ONCE : 1
    const claimed = await claimNotices(this.#runtime.ledger.db, { endpoint: this.id, limit, leaseMs: LEASE_MS })
    if (claimed.length === 0) return false
    const answers = await Promise.all(claimed.map((notice) => this.#endpoint.tell(messageOf(notice))))
    await this.#settle(claimed, answers)
    this.#remember(answers)
    const pause = Math.max(...answers.map((answer) => pauseRequestedBy(answer) ?? 0))
    if (pause > 0) this.#pausedUntil = this.#machineNow() + pause
    return pause === 0 && answers.some((answer) => answer.kind === 'taken')
  }

  close(): Promise<void> {
    return this.#endpoint.close()
  }

  async #settle(claimed: readonly ClaimedNotice[], answers: readonly WebhookAnswer[]): Promise<void> {
    const { ledger, clock, log } = this.#runtime
    const told = claimed.map(({ recipientKey, seq, part, tries, ageMs }, i) => ({
      recipientKey,
      seq,
      part,
      tries,
      ...nextTry(answers[i] as WebhookAnswer, tries, ageMs, this.#random()),
    }))
    await ledger.db.transaction().execute((trx) => settleNotices(trx, this.id, told, new Date(clock.now())))
    for (const { outcome, tries, ...notice } of told) {
      if (outcome === 'given_up')
        log.error(
          { event: 'notice.abandoned', webhook: this.id, notice: idOf(notice), tries },
          'webhook notice abandoned: not accepted in three days of retries',
        )
    }
  }

  #remember(answers: readonly WebhookAnswer[]): void {
    const { log } = this.#runtime
    if (answers.some((answer) => answer.kind === 'gone')) {
      this.#gone = true
      log.error(
        { event: 'webhook.gone', webhook: this.id },
        'webhook endpoint answered 410 Gone; nothing is sent to it until a restart',
      )
      return
    }
    const failed = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.code] : []))
    const wasInTrouble = this.problem !== null
    this.#failures = failed.length < answers.length ? 0 : this.#failures + 1
    this.#code = failed.at(-1) ?? ''
    if (this.problem !== null && !wasInTrouble)
      log.error(
        { event: 'webhook.failing', webhook: this.id, code: this.#code },
        'webhook endpoint failing; its notices wait and are retried',
      )
    if (this.problem === null && wasInTrouble)
      log.info({ event: 'webhook.recovered', webhook: this.id }, 'webhook endpoint recovered')
  }
}

/** The same at every try. Without full stops, because a full stop separates the id from the rest in the signed text. */
const idOf = ({ recipientKey, seq, part }: Pick<ClaimedNotice, 'recipientKey' | 'seq' | 'part'>): string =>
  `${recipientKey}_${seq}_${part}`

const messageOf = (notice: ClaimedNotice): { id: string; body: string } => ({
  id: idOf(notice),
  body: JSON.stringify({ type: notice.type, timestamp: notice.at.toISOString(), data: notice.data }),
})
