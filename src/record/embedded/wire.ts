/**
 * The part of the PostgreSQL wire protocol that sharing one session needs.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

const code = (letter: string): number => letter.charCodeAt(0)

const SYNC = code('S')
const QUERY = code('Q')
const PARSE = code('P')
const TERMINATE = code('X')
const FLUSH = code('H')
const READY = code('Z')
const NOTIFICATION = code('A')

/** `idle`: no transaction; `open` and `failed`: this connection's transaction has the session. */
export type TransactionState = 'idle' | 'open' | 'failed'

const STATES: Record<string, TransactionState> = { I: 'idle', T: 'open', E: 'failed' }

/** What a client sent: requests that end where the server would answer `ReadyForQuery`. */
interface WireInput {
  /** Each is a whole request: a simple query, or an extended one up to its Sync. */
  requests: Buffer[]
  started: boolean
  ended: boolean
  /** It asked for rows in portions (a cursor), which would hold the session between requests. */
  flushed: boolean
}

/** Collects a client's bytes into whole requests; a request may arrive in any number of chunks. */
export class RequestReader {
  #rest: Buffer = Buffer.alloc(0)
  #started = false

  read(chunk: Buffer): WireInput {
    const input: WireInput = { requests: [], started: false, ended: false, flushed: false }
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    let from = 0
    if (!this.#started) {
      if (bytes.length < 4 || bytes.length < bytes.readInt32BE(0)) {
        this.#rest = bytes
        return input
      }
      at = from = bytes.readInt32BE(0)
      this.#started = input.started = true
    }
    while (at + 5 <= bytes.length) {
      const end = at + 1 + bytes.readInt32BE(at + 1)
      if (end > bytes.length) break
      const kind = bytes[at]
      if (kind === TERMINATE) input.ended = true
      if (kind === FLUSH) input.flushed = true
      if (kind === SYNC || kind === QUERY) {
        input.requests.push(bytes.subarray(from, end))
        from = end
      }
      at = end
    }
    this.#rest = bytes.subarray(from)
    return input
  }
}

/** An answer of the session, taken apart. */
interface WireAnswer {
  /** For the connection that asked, without the notifications. */
  reply: Buffer
  /** NotificationResponse messages, whole, for the listening connections. */
  notifications: { channel: string; message: Buffer }[]
  state: TransactionState
}

/** What did the session answer, and in which transaction state is it? The state is the server's, never guessed from SQL. */
export function readAnswer(bytes: Buffer): WireAnswer {
  const reply: Buffer[] = []
  const notifications: WireAnswer['notifications'] = []
  let state: TransactionState = 'idle'
  let at = 0
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    const message = bytes.subarray(at, end)
    if (bytes[at] === NOTIFICATION) {
      // type, length, process id, then the channel up to its NUL
      notifications.push({ channel: message.toString('utf8', 9, message.indexOf(0, 9)), message })
    } else {
      if (bytes[at] === READY) state = STATES[String.fromCharCode(bytes[at + 5] as number)] ?? 'idle'
      reply.push(message)
    }
    at = end
  }
  return { reply: notifications.length === 0 ? bytes : Buffer.concat(reply), notifications, state }
}

const message = (letter: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.writeUInt8(code(letter), 0)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (...values: string[]): Buffer => Buffer.from(values.map((v) => `${v}\0`).join(''), 'utf8')

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const readyForQuery = (state: 'I' | 'T' | 'E'): Buffer => message('Z', Buffer.from(state))

/** The answer to a client that connects: no password, our parameters, ready. */
export const GREETING: Buffer = Buffer.concat([
  message('R', int32(0)),
  message('S', text('client_encoding', 'UTF8')),
  message('S', text('DateStyle', 'ISO, MDY')),
  message('S', text('standard_conforming_strings', 'on')),
  message('S', text('TimeZone', 'UTC')),
  message('K', int32(process.pid), int32(0)),
  readyForQuery('I'),
])

/** The answer to an UNLISTEN that must not reach the session, where others still listen. */
export const unlistened = (state: TransactionState): Buffer =>
  Buffer.concat([message('C', text('UNLISTEN')), readyForQuery(state === 'idle' ? 'I' : state === 'open' ? 'T' : 'E')])

export const simpleQuery = (sql: string): Buffer => message('Q', text(sql))

/** An error that ends the connection, as a server sends it before closing. */
export const fatal = (sqlState: string, problem: string): Buffer =>
  message('E', text(`SFATAL`, `VFATAL`, `C${sqlState}`, `M${problem}`), Buffer.from([0]))

/** The SQL text of a request, simple or extended. */
export function sqlOf(request: Buffer): string {
  if (request[0] === QUERY) return request.toString('utf8', 5, request.length - 1)
  if (request[0] !== PARSE) return ''
  const afterName = request.indexOf(0, 5) + 1
  return request.toString('utf8', afterName, request.indexOf(0, afterName))
}
