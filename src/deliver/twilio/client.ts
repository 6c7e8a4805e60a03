import type TwilioClient from 'twilio/lib/rest/Twilio.js'
import type { TwilioSettings } from '../../model/route.ts'
import { type HttpReply, httpTransport, retryAfterMs, type Transport, TransportFault } from '../http-transport.ts'
import type { AttemptKey, ProviderRecord, LookUp } from '../provider.ts'
import { classifyFailure, TwilioRefusal, UnclearReply } from './error-codes.ts'

/** The SDK's request to its HTTP client, as far as used. */
interface SdkRequest {
  method: string
  uri: string
  headers?: Record<string, string>
  params?: Record<string, unknown>
  data?: Record<string, unknown>
}

/** The official SDK over our own transport, so that each call has a deadline and each failure states whether it was sent. */
export interface TwilioAccount {
  /** A client whose every request must be answered within this many milliseconds. */
  within(deadlineMs: number): Promise<TwilioClient>
  close(): Promise<void>
}

/**
 * Loads the SDK (a quarter of a second) and connects with the first call, not before.
 *
 * Every request goes to `settings.baseUrl`, regardless of TWILIO_EDGE and TWILIO_REGION.
 */
export function twilioAccount(settings: TwilioSettings, transport: Transport = httpTransport()): TwilioAccount {
  let sdk: Promise<typeof TwilioClient> | undefined
  // One client for each deadline: creating one for each message took a tenth of the call's CPU time.
  const clients = new Map<number, TwilioClient>()
  const base = settings.baseUrl.replace(/\/+$/, '')
  const [username, password] =
    settings.apiKeySid === undefined
      ? [settings.accountSid, settings.authToken]
      : [settings.apiKeySid, settings.apiKeySecret as string]
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

  return {
    async within(deadlineMs) {
      sdk ??= import('twilio/lib/rest/Twilio.js').then((module) => module.default)
      const Client = await sdk
      const known = clients.get(deadlineMs)
      if (known !== undefined) return known
      const httpClient = {
        request: (request: SdkRequest) => exchange(transport, { base, authorization }, request, deadlineMs),
      }
      const client = new Client(username, password, {
        accountSid: settings.accountSid,
        autoRetry: false,
        // The SDK declares its own class, and calls only `request`.
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
  { base, authorization }: { base: string; authorization: string },
  request: SdkRequest,
  deadlineMs: number,
): Promise<HttpReply & { statusCode: number }> {
  const url = new URL(base + request.uri.replace(ORIGIN, ''))
  if (request.params !== undefined)
    for (const [name, value] of form(request.params)) url.searchParams.append(name, value)

  const method = request.method.toUpperCase() === 'GET' ? 'GET' : 'POST'
  const reply = await transport.exchange({
    method,
    url,
    headers: {
      ...request.headers,
      authorization,
    },
    body: method === 'POST' ? form(request.data ?? {}).toString() : null,
    deadlineMs,
  })
  if (reply.status < 200 || reply.status >= 300) {
    throw new TwilioRefusal(reply.status, codeIn(reply.body), retryAfterMs(reply.headers['retry-after']))
  }
  // Without a SID it may be a proxy's page; list answers have no SID but a `uri` or `page`.
  if (!/"(sid|uri|page)"/.test(reply.body) || !isJson(reply.body)) throw new UnclearReply('2xx without a resource')
  return { ...reply, statusCode: reply.status }
}

/** The SDK gives whole addresses, normalised; without a path they end with a slash. */
const ORIGIN = /^https?:\/\/[^/]+/

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

/** A message or call in Twilio's records, with its time of creation. */
interface DatedRecord extends ProviderRecord {
  createdAt: number
}

/** Twilio dates in whole seconds, and its clock is not ours. */
const SKEW_MS = 30_000
/** Rows read of one recipient at most; with more, `not-found` cannot be concluded. */
export const MOST_ROWS = 2_000
export const PAGE_SIZE = 200
export const LOOK_UP_DEADLINE_MS = 30_000

/**
 * Which of these rows may be the attempt in doubt?
 *
 * Lists are filtered by To alone: a row still `accepted` or `queued` has no From and no date sent or started, and filters on
 * them would miss exactly the rows in doubt. The callback URL with the attempt's id is not in the records, so a row matches
 * by text and time, and only a reference identifies it for certain.
 *
 * @param rows      those with the same text
 * @param rowsRead  how many rows there were in all; at `MOST_ROWS` the rest was not read
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

/** Is this the recorded text of that message? Trial accounts prepend a sentence, and white space may be folded. */
export const sameText = (sent: string, booked: string): boolean => squeeze(booked).endsWith(squeeze(sent))

const squeeze = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Why the records could not be read, without anything that an error may quote. */
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
 * Twilio repeats a callback only on failed connections unless this fragment asks for more: five tries, on timeouts and 5xx
 * too. The fragment is neither sent nor signed.
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
