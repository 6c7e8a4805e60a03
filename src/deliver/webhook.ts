import { Webhook as Signer } from 'standardwebhooks'
import type { Webhook } from '../model/webhook.ts'
import { type HttpReply, httpTransport, retryAfterMs, TransportFault } from './http-transport.ts'

/** One message of Standard Webhooks, the same at every try. */
interface WebhookMessage {
  /** Receivers deduplicate by this id. */
  id: string
  /** JSON. */
  body: string
}

/** The outcome of one attempt; codes hold no URL: `http_503`, `DEADLINE`, `ECONNREFUSED`. */
export type WebhookAnswer =
  /** 2xx. */
  | { kind: 'taken' }
  /** 410: the receiver unsubscribed. */
  | { kind: 'gone' }
  /** Any other answer, a redirect included, or none. */
  | {
      kind: 'failed'
      code: string
      /** Retry-After, with 429 and 503; absent if not given. */
      retryAfterMs?: number
    }

/** An endpoint, ready for notices. */
export interface WebhookEndpoint {
  readonly id: string
  tell(message: WebhookMessage): Promise<WebhookAnswer>
  close(): Promise<void>
}

/** Total time of one attempt, connecting and reading the answer included. */
const DEADLINE_MS = 10_000

/**
 * Opens an endpoint as https://www.standardwebhooks.com describes it.
 *
 * The signature covers id, time of sending and body. The time is the wall clock's, because receivers refuse messages dated
 * minutes off. Redirects are not followed: they could lead to a host the operator never named.
 */
export function openWebhook(
  webhook: Pick<Webhook, 'id' | 'url' | 'secret'>,
  deadlineMs = DEADLINE_MS,
): WebhookEndpoint {
  const signer = new Signer(webhook.secret)
  const url = new URL(webhook.url)
  const transport = httpTransport(deadlineMs)
  return {
    id: webhook.id,
    async tell({ id, body }) {
      const sentAt = new Date()
      try {
        return answerOf(
          await transport.exchange({
            method: 'POST',
            url,
            body,
            deadlineMs,
            headers: {
              'content-type': 'application/json',
              'user-agent': 'decorum',
              'webhook-id': id,
              'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
              'webhook-signature': signer.sign(id, sentAt, body),
            },
          }),
        )
      } catch (error) {
        // Any other error may quote the URL, which may be a secret.
        return { kind: 'failed', code: error instanceof TransportFault ? error.code : 'TRANSPORT' }
      }
    },
    close: () => transport.close(),
  }
}

/** Statuses whose Retry-After is about this URL; that of a redirect is not. */
const BEAR_RETRY_AFTER: ReadonlySet<number> = new Set([429, 503])

function answerOf({ status, headers }: HttpReply): WebhookAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status === 410) return { kind: 'gone' }
  const pause = BEAR_RETRY_AFTER.has(status) ? retryAfterMs(headers['retry-after']) : null
  return { kind: 'failed', code: `http_${status}`, ...(pause === null ? {} : { retryAfterMs: pause }) }
}
