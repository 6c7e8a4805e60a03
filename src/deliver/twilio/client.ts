import type TwilioClient from 'twilio/lib/rest/Twilio.js'
import type { TwilioSettings } from '../../model/route.ts'
import { retryAfterMs } from '../retry-after.ts'
import { TwilioRefusal, UnclearReply } from './judge.ts'
import { httpTransport, type HttpReply, type Transport } from './transport.ts'

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
  const [username, password] = settings.apiKeySid === undefined
    ? [settings.accountSid, settings.authToken]
    : [settings.apiKeySid, settings.apiKeySecret as string]

  return {
    async within(deadlineMs) {
      sdk ??= import('twilio/lib/rest/Twilio.js').then(module => module.default)
      const Client = await sdk
      const known = clients.get(deadlineMs)
      if (known !== undefined) return known
      const httpClient = { request: (request: SdkRequest) => exchange(transport, settings.baseUrl, request, deadlineMs) }
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
async function exchange(transport: Transport, baseUrl: string, request: SdkRequest, deadlineMs: number): Promise<HttpReply & { statusCode: number }> {
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
