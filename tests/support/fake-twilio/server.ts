import { setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asResource, Books, type Row, type TwilioFault } from './books.ts'
import { liveCall, liveMessage, type World } from './lives.ts'
import { listPage } from './list-page.ts'
import type { WebhookOptions } from './webhooks.ts'

export interface FakeTwilioOptions {
  port?: number
  accountSid?: string
  authToken?: string
  stepMs?: number
  webhooks?: Partial<WebhookOptions>
  /** New rows are hidden from lists for so long, as an eventually consistent store does. */
  listLagMs?: number
  /** Says how a send goes wrong when nothing is programmed; null: it goes well. */
  draw?: (form: URLSearchParams) => TwilioFault | null
}

export interface FakeTwilio {
  url: string
  accountSid: string
  authToken: string
  books: Books
  webhooks: WebhookOptions
  close(): Promise<void>
}

const FORM_LIMITS = { body: 1600, validity: 36_000, twiml: 4_000 }

/**
 * A server of Twilio's REST shape on loopback: records first, and only then misbehaves.
 *
 * Never collapses two equal POSTs, whatever header they carry; Twilio does not either.
 * Beside the API: `GET /_ledger` (what people received), `POST /_faults` (a list of
 * TwilioFault), `POST /_listeners` ({number: Listener}), `POST /_webhooks`, `POST /_reset`.
 */
export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const closing = new AbortController()
  // One listener for each message under way.
  setMaxListeners(0, closing.signal)
  const world: World = {
    accountSid: options.accountSid ?? `AC${'0'.repeat(32)}`,
    authToken: options.authToken ?? 'fake-auth-token',
    books: new Books(),
    webhooks: { copies: 1, reversed: false, lost: false, delayMs: 0, ...options.webhooks },
    stepMs: options.stepMs ?? 5,
    draw: options.draw ?? (() => null),
    closed: closing.signal,
  }
  const lag = options.listLagMs ?? 0
  const server = createServer((request, response) => {
    void answer(world, lag, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    accountSid: world.accountSid,
    authToken: world.authToken,
    books: world.books,
    webhooks: world.webhooks,
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(world: World, lag: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://fake')
  if (url.pathname.startsWith('/_')) return control(world, url.pathname, body, response)

  const basic = `Basic ${Buffer.from(`${world.accountSid}:${world.authToken}`).toString('base64')}`
  if (request.headers.authorization !== basic) return refuse(response, 401, 20003, 'Authenticate')
  const path = url.pathname.split('/')
  if (path[3] !== world.accountSid && url.pathname !== `/2010-04-01/Accounts/${world.accountSid}.json`)
    return refuse(response, 404, 20404, 'not found')
  if (path.length === 4)
    return json(response, 200, {
      sid: world.accountSid,
      status: 'active',
      friendly_name: 'fake',
      type: 'Full',
      uri: url.pathname,
    })

  const kind = path[4]?.startsWith('Calls') === true ? 'call' : 'message'
  const one = path[5]?.replace('.json', '')
  if (one !== undefined) return single(world, one, request.method ?? 'GET', new URLSearchParams(body), response)
  if (request.method === 'GET') return json(response, 200, listPage(world, kind, url, lag))
  return create(world, kind, new URLSearchParams(body), response)
}

function create(world: World, kind: Row['kind'], form: URLSearchParams, response: ServerResponse): void {
  world.books.requests += 1
  const fault = world.books.faults.shift() ?? world.draw(form)
  if (fault?.kind === 'throttle') {
    response.setHeader('retry-after', String(fault.retryAfterSeconds ?? 2))
    return refuse(response, 429, 20429, 'Too Many Requests')
  }
  if (fault?.kind === 'refuse')
    return refuse(response, fault.status ?? 400, fault.code ?? 21211, `The 'To' number ${form.get('To')} is not valid`)
  if (fault?.kind === 'hang-before') return

  const bad = faultInForm(world, kind, form)
  if (bad !== null) return refuse(response, 400, bad, `refused: ${form.get('To')}`)
  const service = form.get('MessagingServiceSid')
  const row = world.books.add({
    kind,
    to: form.get('To') as string,
    from: service === null ? form.get('From') : null,
    messagingServiceSid: service,
    body: form.get('Body') ?? '',
    twiml: form.get('Twiml'),
    url: form.get('Url'),
    statusCallback: form.get('StatusCallback'),
    statusCallbackEvents:
      form.getAll('StatusCallbackEvent').length > 0 ? form.getAll('StatusCallbackEvent') : ['completed'],
    validityPeriod: Number(form.get('ValidityPeriod') ?? FORM_LIMITS.validity),
    status: service === null ? 'queued' : 'accepted',
    errorCode: null,
    answeredBy: null,
    dateSent: null,
  })
  // The answer shows the row as it was made; its life goes on beside it.
  respond(response, fault, JSON.stringify(asResource(row, world.accountSid)))
  void (kind === 'message' ? liveMessage : liveCall)(world, row, fault)
}

function faultInForm(world: World, kind: Row['kind'], form: URLSearchParams): number | null {
  const to = form.get('To')
  if (to === null) return 21604
  if (!/^\+[1-9]\d{6,14}$/.test(to) || to === '+15005550001') return 21211
  if (world.books.optedOut.has(to) && kind === 'message') return 21610
  if (form.get('From') === null && form.get('MessagingServiceSid') === null) return 21603
  if (kind === 'call')
    return (form.get('Twiml')?.length ?? 0) > FORM_LIMITS.twiml
      ? 32018
      : form.get('Url') === null && form.get('Twiml') === null
        ? 21205
        : null
  if (!form.get('Body')) return 21602
  if ((form.get('Body') as string).length > FORM_LIMITS.body) return 21617
  const validity = Number(form.get('ValidityPeriod') ?? FORM_LIMITS.validity)
  return Number.isInteger(validity) && validity >= 1 && validity <= FORM_LIMITS.validity ? null : 21624
}

/** The row stands already; what of it is answered depends on the fault. */
function respond(response: ServerResponse, fault: TwilioFault | null, resource: string): void {
  switch (fault?.kind) {
    case 'accept-then-drop':
      return void response.destroy()
    case 'hang':
      return
    case 'error-500':
      return refuse(response, 500, 20500, 'Internal Server Error')
    case 'error-503-html':
      return void response.writeHead(503, { 'content-type': 'text/html' }).end('<html>upstream</html>')
    case 'not-json':
      return void response.writeHead(201, { 'content-type': 'text/html' }).end('<html>welcome</html>')
    case 'redirect':
      return void response.writeHead(302, { location: '/elsewhere' }).end()
    case 'cut-body':
      response.writeHead(201, {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(resource)),
      })
      return void response.write(resource.slice(0, resource.length / 2), () => response.destroy())
    case 'slow-drip': {
      response.writeHead(201, { 'content-type': 'application/json' })
      let at = 0
      const timer = setInterval(() => {
        if (at >= resource.length || response.destroyed) {
          clearInterval(timer)
          response.end()
        } else response.write(resource.slice(at, (at += 20)))
      }, 75)
      return
    }
    default:
      return void response.writeHead(201, { 'content-type': 'application/json' }).end(resource)
  }
}

function single(world: World, sid: string, method: string, form: URLSearchParams, response: ServerResponse): void {
  const row = world.books.find(sid)
  if (row === undefined) return refuse(response, 404, 20404, 'not found')
  if (method === 'POST' && form.get('Status') === 'canceled') {
    if (!['queued', 'ringing', 'accepted', 'scheduled'].includes(row.status))
      return refuse(response, 400, 21220, 'Call is not in-progress')
    row.status = 'canceled'
  }
  json(response, 200, asResource(row, world.accountSid))
}

function control(world: World, path: string, body: string, response: ServerResponse): void {
  const given: unknown = body === '' ? null : JSON.parse(body)
  if (path === '/_reset') world.books.reset()
  if (path === '/_faults') world.books.faults.push(...((given as TwilioFault[] | null) ?? []))
  if (path === '/_webhooks') Object.assign(world.webhooks, given)
  if (path === '/_listeners')
    for (const [to, listener] of Object.entries(given as object)) world.books.listeners.set(to, listener)
  if (path === '/_opt-outs') for (const to of given as string[]) world.books.optedOut.add(to)
  json(response, 200, { requests: world.books.requests, received: world.books.rows, faults: world.books.faults })
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  json(response, status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
}

const json = (response: ServerResponse, status: number, value: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
