import type { WebhookAnswer, WebhookEndpoint } from '../../deliver/webhook/webhook.ts'
import { claimNotices, type ClaimedNotice } from '../../record/outbox/claim-notices.ts'
import { settleNotices } from '../../record/outbox/settle-notices.ts'
import type { Shell } from '../shell.ts'
import { nextTry, pauseAskedBy } from './next-try.ts'

/** Notices on their way to one endpoint at once, each about another person. */
const AT_ONCE = 50
/** Longer than any try lasts, so that nobody else tells what is still being told. */
const LEASE_MS = 60_000
/** Failures in a row before health speaks of them: one restart of the other side is no news. */
const TROUBLE_AFTER = 3

/**
 * Tells one endpoint what it is still to hear: at least once, about each person in order.
 *
 * Any number of these may work on one endpoint, in this process or in others: the ledger gives
 * each notice to one of them at a time.
 */
export class EndpointNotifier {
  readonly #shell: Shell
  readonly #endpoint: WebhookEndpoint
  readonly #random: () => number
  readonly #machineNow: () => number
  #gone = false
  /** Until then, in machine time, the endpoint asked to be left alone. */
  #pausedUntil = 0
  /** Tries in a row that were not taken, and the last one's code. */
  #failures = 0
  #code = ''

  /**
   * @param random      0 to 1, for the jitter of retries
   * @param machineNow  milliseconds that never jump
   */
  constructor(shell: Shell, endpoint: WebhookEndpoint, random: () => number, machineNow: () => number = () => performance.now()) {
    this.#shell = shell
    this.#endpoint = endpoint
    this.#random = random
    this.#machineNow = machineNow
  }

  get id(): string {
    return this.#endpoint.id
  }

  /** What keeps this endpoint from hearing, in words for health; null when it hears. */
  get problem(): string | null {
    if (this.#gone) return 'answered 410 Gone and is told nothing until a restart; correct or remove it in config/decorum.yaml'
    return this.#failures < TROUBLE_AFTER ? null : `keeps failing (${this.#code}); what it is to hear waits in the ledger for up to three days`
  }

  /** Tells what is due; true when more may be due at once. */
  async pass(): Promise<boolean> {
    if (this.#gone || this.#machineNow() < this.#pausedUntil) return false
    // While nothing gets through, one notice at a time asks whether it does again: the others keep their tries.
    const limit = this.#failures === 0 ? AT_ONCE : 1
    const claimed = await claimNotices(this.#shell.ledger.db, { endpoint: this.id, limit, leaseMs: LEASE_MS })
    if (claimed.length === 0) return false
    const answers = await Promise.all(claimed.map((notice) => this.#endpoint.tell(messageOf(notice))))
    await this.#settle(claimed, answers)
    this.#remember(answers)
    const pause = Math.max(...answers.map((answer) => pauseAskedBy(answer) ?? 0))
    if (pause > 0) this.#pausedUntil = this.#machineNow() + pause
    return pause === 0 && answers.some((answer) => answer.kind === 'taken')
  }

  close(): Promise<void> {
    return this.#endpoint.close()
  }

  async #settle(claimed: readonly ClaimedNotice[], answers: readonly WebhookAnswer[]): Promise<void> {
    const { ledger, clock, log } = this.#shell
    const told = claimed.map(({ recipientKey, seq, part, tries, ageMs }, i) => ({ recipientKey, seq, part, tries, ...nextTry(answers[i] as WebhookAnswer, tries, ageMs, this.#random()) }))
    await ledger.db.transaction().execute((trx) => settleNotices(trx, this.id, told, new Date(clock.now())))
    for (const { outcome, tries, ...notice } of told) {
      if (outcome === 'given_up') log.error({ event: 'notice.abandoned', webhook: this.id, notice: idOf(notice), tries }, 'webhook notice abandoned: not accepted in three days of retries')
    }
  }

  #remember(answers: readonly WebhookAnswer[]): void {
    const { log } = this.#shell
    if (answers.some((answer) => answer.kind === 'gone')) {
      this.#gone = true
      log.error({ event: 'webhook.gone', webhook: this.id }, 'webhook endpoint answered 410 Gone; nothing is sent to it until a restart')
      return
    }
    const failed = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.code] : []))
    const wasInTrouble = this.problem !== null
    this.#failures = failed.length < answers.length ? 0 : this.#failures + 1
    this.#code = failed.at(-1) ?? ''
    if (this.problem !== null && !wasInTrouble) log.error({ event: 'webhook.failing', webhook: this.id, code: this.#code }, 'webhook endpoint failing; its notices wait and are retried')
    if (this.problem === null && wasInTrouble) log.info({ event: 'webhook.recovered', webhook: this.id }, 'webhook endpoint recovered')
  }
}

/** The same at every try. Full stops would blur where the id ends in what is signed. */
const idOf = ({ recipientKey, seq, part }: Pick<ClaimedNotice, 'recipientKey' | 'seq' | 'part'>): string => `${recipientKey}_${seq}_${part}`

const messageOf = (notice: ClaimedNotice): { id: string; body: string } =>
  ({ id: idOf(notice), body: JSON.stringify({ type: notice.type, timestamp: notice.at.toISOString(), data: notice.data }) })
