import type TwilioClient from 'twilio/lib/rest/Twilio.js'
import type { TwilioSettings } from '../../model/route.ts'
import { type HttpReply, httpTransport, retryAfterMs, type Transport, TransportFault } from '../http-transport.ts'
import type { AttemptKey, ProviderRecord, LookUp } from '../provider.ts'
import { classifyFailure, TwilioRefusal, UnclearReply } from './error-codes.ts'

/** What the SDK hands to its HTTP client; only these fields are used. */
interface SdkRequest {
  method: string
  uri: string
  username?: string
  password?: string
  headers?: Record<string, string>
  params?: Record<string, unknown>
  data?: Record<string, unknown>
}

/** The official SDK over our own transport, so that each call has a deadline and each failure a true account. */
export interface TwilioAccount {
  /** A client whose every request must be answered within this many milliseconds. */
  within(deadlineMs: number): Promise<TwilioClient>
  close(): Promise<void>
}

/**
 * Opens nothing; the SDK (a quarter of a second to load) and the connections come with the first call.
 *
 * Every request goes to `settings.baseUrl`, whatever TWILIO_EDGE or TWILIO_REGION say.
 */
export function twilioAccount(settings: TwilioSettings, transport: Transport = httpTransport()): TwilioAccount {
  let sdk: Promise<typeof TwilioClient> | undefined
  // One client for each deadline: making one for each message took a tenth of the call's processor time.
  const clients = new Map<number, TwilioClient>()
  const [username, password] =
    settings.apiKeySid === undefined
      ? [settings.accountSid, settings.authToken]
      : [settings.apiKeySid, settings.apiKeySecret as string]

  return {
    async within(deadlineMs) {
      sdk ??= import('twilio/lib/rest/Twilio.js').then((module) => module.default)
      const Client = await sdk
      const known = clients.get(deadlineMs)
      if (known !== undefined) return known
      const httpClient = {
        request: (request: SdkRequest) => exchange(transport, settings.baseUrl, request, deadlineMs),
      }
      const client = new Client(username, password, {
        accountSid: settings.accountSid,
        autoRetry: false,
        // The SDK asks for its own class, of which it calls `request` alone.
        httpClient: httpClient as never,
      })
      clients.set(deadlineMs, client)
      return client
    },
    close: () => transport.close(),
  }
}

/** One request of the SDK. @throws TransportFault, TwilioRefusal, UnclearReply; never with a secret in it */
async function exchange(
  transport: Transport,
  baseUrl: string,
  request: SdkRequest,
  deadlineMs: number,
): Promise<HttpReply & { statusCode: number }> {
  const asked = new URL(request.uri)
  const url = new URL(baseUrl.replace(/\/+$/, '') + asked.pathname + asked.search)
  for (const [name, value] of form(request.params ?? {})) url.searchParams.append(name, value)

  const method = request.method.toUpperCase() === 'GET' ? 'GET' : 'POST'
  const reply = await transport.exchange({
    method,
    url,
    headers: {
      ...request.headers,
      authorization: `Basic ${Buffer.from(`${request.username}:${request.password}`).toString('base64')}`,
    },
    body: method === 'POST' ? form(request.data ?? {}).toString() : null,
    deadlineMs,
  })
  if (reply.status < 200 || reply.status >= 300) {
    throw new TwilioRefusal(reply.status, codeIn(reply.body), retryAfterMs(reply.headers['retry-after']))
  }
  // Without a SID it is some proxy's page; list answers have no SID of their own but say where they stand.
  if (!/"(sid|uri|page)"/.test(reply.body) || !isJson(reply.body)) throw new UnclearReply('2xx without a resource')
  return { ...reply, statusCode: reply.status }
}

function form(fields: Record<string, unknown>): URLSearchParams {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) encoded.append(name, String(one))
  }
  return encoded
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function codeIn(body: string): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown }
    return /^\d{1,6}$/.test(String(code)) ? String(code) : null
  } catch {
    return null
  }
}

/** One row of Twilio's books, of a message or of a call, with when it was made. */
interface DatedRecord extends ProviderRecord {
  createdAt: number
}

/** Twilio dates in whole seconds, and its clock is not ours. */
const SKEW_MS = 30_000
/** More rows than this to one person means that something else is wrong; then nobody can say "not found". */
export const MOST_ROWS = 2_000
export const PAGE_SIZE = 200
export const LOOK_UP_DEADLINE_MS = 30_000

/**
 * Which of these rows may be the attempt in doubt?
 *
 * Lists are asked by To alone: a row still `accepted` or `queued` has no From and no
 * date sent or started, and a filter on them would miss exactly the rows in doubt. The
 * callback address, which holds the attempt's id, is not in the books; so a row matches
 * by its words and by when it was made, and only a reference says for sure whose it is.
 *
 * @param rows      those with the right words
 * @param rowsRead  how many there were in all; at `MOST_ROWS` the rest was not read
 */
export function findAttempt(
  rows: readonly DatedRecord[],
  window: { notBefore: number; notAfter: number; reference?: string },
  rowsRead: number,
): LookUp {
  const alike = rows
    .filter((row) => row.createdAt >= window.notBefore - SKEW_MS && row.createdAt <= window.notAfter + SKEW_MS)
    .sort((a, b) => a.createdAt - b.createdAt)
    .map(({ reference, word }) => ({ reference, word }))
  const own = alike.find((row) => row.reference === window.reference)
  if (own !== undefined) return { kind: 'found', ...own }
  if (alike.length > 0 && window.reference === undefined)
    return { kind: 'alike', rows: alike, complete: rowsRead < MOST_ROWS }
  return rowsRead >= MOST_ROWS
    ? { kind: 'unavailable', detail: 'too many messages to this recipient to search' }
    : { kind: 'not-found' }
}

/** Trial accounts put a sentence in front, and white space may be folded on the way. */
export const sameText = (sent: string, booked: string): boolean => squeeze(booked).endsWith(squeeze(sent))

const squeeze = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Why the books could not be read, without anything that an error may quote. */
export function lookUpFailure(error: unknown): LookUp {
  const outcome = classifyFailure(error)
  return {
    kind: 'unavailable',
    detail: outcome.kind === 'accepted' ? 'no answer' : `${outcome.code}: ${outcome.detail}`,
  }
}

/** Can this account be reached with these credentials? Null: yes; otherwise what is wrong and what to do. */
export async function checkAccount(account: TwilioAccount, accountSid: string): Promise<string | null> {
  try {
    const client = await account.within(10_000)
    const { status } = await client.api.v2010.accounts(accountSid).fetch()
    return status === 'active' ? null : `the Twilio account is ${status}; look at its console`
  } catch (error) {
    if (error instanceof TwilioRefusal && (error.status === 401 || error.status === 403)) {
      return 'Twilio does not accept these credentials; check settings.accountSid and settings.authToken'
    }
    if (error instanceof TransportFault)
      return `Twilio does not answer (${error.code}); check settings.baseUrl and the network`
    return `Twilio answers, but not as expected${error instanceof TwilioRefusal ? ` (${error.message})` : ''}`
  }
}

/**
 * Twilio repeats a callback only on failed connections unless the fragment asks for
 * more: five tries, on timeouts and 5xx too. The fragment is neither sent nor signed.
 */
const RETRY = '#rc=5&rp=all'

const ofAttempt = (publicUrl: string, what: string, { reminderId, attemptNo }: AttemptKey): string =>
  `${publicUrl.replace(/\/+$/, '')}/hooks/twilio/${what}/${encodeURIComponent(reminderId)}/${attemptNo}`

/** Where Twilio reports what became of a message. */
export const messageCallback = (publicUrl: string, attempt: AttemptKey): string =>
  ofAttempt(publicUrl, 'message', attempt) + RETRY

/** Where Twilio reports how a call goes. */
export const callCallback = (publicUrl: string, attempt: AttemptKey): string =>
  ofAttempt(publicUrl, 'call', attempt) + RETRY

/** Where Twilio fetches what to say on a call. */
export const voiceDocument = (publicUrl: string, attempt: AttemptKey): string => ofAttempt(publicUrl, 'voice', attempt)
