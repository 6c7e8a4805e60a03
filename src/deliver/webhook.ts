import { Webhook as Signer } from 'standardwebhooks'
import type { Webhook } from '../model/webhook.ts'
import { type HttpReply, httpTransport, retryAfterMs, TransportFault } from './http-transport.ts'

/** One message of Standard Webhooks, the same at every try. */
interface WebhookMessage {
  /** The receiver drops what it has seen under this id. */
  id: string
  /** JSON. */
  body: string
}

/** What one try came to; codes name no address: `http_503`, `DEADLINE`, `ECONNREFUSED`. */
export type WebhookAnswer =
  /** 2xx: theirs from now on. */
  | { kind: 'taken' }
  /** 410: they want nothing here any more. */
  | { kind: 'gone' }
  /** Any other answer, a redirect included, or none. */
  | {
      kind: 'failed'
      code: string
      /** With 429 and 503: how long they ask to be left alone. Absent: they do not say. */
      retryAfterMs?: number
    }

/** An endpoint, ready to be told. */
export interface WebhookEndpoint {
  readonly id: string
  tell(message: WebhookMessage): Promise<WebhookAnswer>
  close(): Promise<void>
}

/** Total time of one try, connecting and reading the answer included, in milliseconds. */
const DEADLINE_MS = 10_000

/**
 * Opens an endpoint as https://www.standardwebhooks.com describes it.
 *
 * The signature covers id, time of sending and body, so the time is the wall clock's: receivers
 * refuse what is minutes away from theirs. Redirects are not followed: they would carry what we
 * say to somebody the operator never named.
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
        // Any other error may quote the address, which may be a secret.
        return { kind: 'failed', code: error instanceof TransportFault ? error.code : 'TRANSPORT' }
      }
    },
    close: () => transport.close(),
  }
}

/** Too many requests, and out of service: what else bears the field (a redirect) does not say when to ask here again. */
const BEAR_RETRY_AFTER: ReadonlySet<number> = new Set([429, 503])

function answerOf({ status, headers }: HttpReply): WebhookAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status === 410) return { kind: 'gone' }
  const pause = BEAR_RETRY_AFTER.has(status) ? retryAfterMs(headers['retry-after']) : null
  return { kind: 'failed', code: `http_${status}`, ...(pause === null ? {} : { retryAfterMs: pause }) }
}
