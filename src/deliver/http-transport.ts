import { Agent } from 'undici'
import { DAY } from '../model/time.ts'

interface HttpRequest {
  method: 'GET' | 'POST'
  url: URL
  headers: Record<string, string>
  body: string | null
  /** Total time from now, waiting for a connection and reading the answer included. */
  deadlineMs: number
}

export interface HttpReply {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/**
 * No complete answer came.
 *
 * `begun`: a byte may have reached the other side. False proves that nothing was sent, because the request never got a
 * connection. Holds neither the request nor its headers, which carry credentials and personal data.
 */
export class TransportFault extends Error {
  override readonly name = 'TransportFault'
  readonly begun: boolean
  readonly code: string

  constructor(begun: boolean, code: string) {
    super(`${begun ? 'the answer did not come' : 'no connection'} (${code})`)
    this.begun = begun
    this.code = code
  }
}

export interface Transport {
  /** One exchange, never repeated. @throws TransportFault */
  exchange(request: HttpRequest): Promise<HttpReply>
  close(): Promise<void>
}

/** Longer than any answer of Twilio; bounds memory. */
const LARGEST_REPLY_BYTES = 8 * 1024 * 1024

/**
 * HTTP/1.1 with kept connections that can tell, unlike axios, whether a failed request had begun to be written.
 *
 * undici calls `onRequestStart` once TCP and TLS are established; a request that fails or times out before that was
 * certainly not sent. It never repeats a POST that has begun.
 *
 * @param connections  as many as calls may be in flight: one that waits for a connection would leave after its rate slot,
 *                     together with all others that waited
 */
export function httpTransport(connectMs = 10_000, connections = 1_000): Transport {
  const agent = new Agent({ connections, pipelining: 1, connect: { timeout: connectMs } })
  return {
    exchange: (request) => exchange(agent, request),
    close: () => agent.destroy(),
  }
}

function exchange(agent: Agent, { method, url, headers, body, deadlineMs }: HttpRequest): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    let stop: ((reason: Error) => void) | null = null
    let over = false
    let status = 0
    let replyHeaders: HttpReply['headers'] = {}
    const chunks: Buffer[] = []
    let bytes = 0

    const fail = (code: string): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      const fault = new TransportFault(stop !== null, code)
      reject(fault)
      stop?.(fault)
    }
    const timer = setTimeout(() => fail('DEADLINE'), deadlineMs)

    agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method, headers, body, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(controller) {
          // Timed out while waiting for a connection: it must not be sent any more.
          if (over) controller.abort(new TransportFault(false, 'DEADLINE'))
          else stop = (reason) => controller.abort(reason)
        },
        onResponseStart(_controller, code, received) {
          status = code
          replyHeaders = received
        },
        onResponseData(_controller, chunk) {
          bytes += chunk.length
          if (bytes > LARGEST_REPLY_BYTES) fail('REPLY_TOO_LARGE')
          else chunks.push(chunk)
        },
        onResponseEnd() {
          if (over) return
          over = true
          clearTimeout(timer)
          resolve({ status, headers: replyHeaders, body: Buffer.concat(chunks).toString('utf8') })
        },
        onResponseError(_controller, error) {
          fail(codeOf(error))
        },
      },
    )
  })
}

/** The error's code alone: its message may quote the address or the request. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const found = typeof cause?.code === 'string' ? cause.code : code
  return typeof found === 'string' && /^[A-Z0-9_]{1,60}$/.test(found) ? found : 'TRANSPORT'
}

/** Bounds a mistaken Retry-After, which could delay reminders or notices for weeks. */
const LONGEST_MS = DAY

/**
 * How long does Retry-After ask to wait? In milliseconds, at most a day.
 *
 * @param header   whole seconds, or an HTTP date; anything else is ignored
 * @param wallNow  wall time, to which a date is relative
 * @returns        null when absent or ignored
 * @see            RFC 9110, 10.2.3
 */
export function retryAfterMs(header: string | string[] | undefined, wallNow: number = Date.now()): number | null {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return null
  if (/^\d+$/.test(text.trim())) return Math.min(Number(text) * 1000, LONGEST_MS)
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - wallNow), LONGEST_MS)
}
