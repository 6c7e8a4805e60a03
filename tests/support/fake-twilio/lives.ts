import type { Books, Row, TwilioFault } from './books.ts'
import { post, type WebhookOptions } from './webhooks.ts'

export interface World {
  accountSid: string
  authToken: string
  books: Books
  webhooks: WebhookOptions
  /** Between two steps of a message's or call's life, in ms. */
  stepMs: number
  /** How a send goes wrong when nothing is programmed. */
  draw: (form: URLSearchParams) => TwilioFault | null
  /** Aborted when the fake closes. */
  closed: AbortSignal
}

const wait = (ms: number, closed: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      closed.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    closed.addEventListener('abort', done)
  })

/** A message's life after its acceptance: queued → sending → sent → delivered, or its end. */
export async function liveMessage(world: World, row: Row, fault: TwilioFault | null): Promise<void> {
  const steps = fault?.kind === 'report-failure' ? ['sending', 'failed'] : ['sending', 'sent', 'delivered']
  const said: Record<string, string>[] = []
  for (const status of steps) {
    await wait(world.stepMs, world.closed)
    if (world.closed.aborted || row.status === 'canceled') return
    row.status = status
    if (status === 'sent') row.dateSent = Date.now()
    if (status === 'delivered') row.heard.push(row.body)
    if (status === 'failed') row.errorCode = fault?.code ?? 30008
    const form: Record<string, string> = {
      MessageSid: row.sid,
      MessageStatus: status,
      SmsSid: row.sid,
      SmsStatus: status,
      AccountSid: world.accountSid,
      From: row.from ?? '+15005550006',
      To: row.to,
      ApiVersion: '2010-04-01',
      ...(row.messagingServiceSid === null ? {} : { MessagingServiceSid: row.messagingServiceSid }),
      ...(row.errorCode === null ? {} : { ErrorCode: String(row.errorCode) }),
      ...(status === 'delivered'
        ? { RawDlrDoneDate: '2611231500', SomethingNew: 'fields are added without notice' }
        : {}),
    }
    said.push(form)
    if (!world.webhooks.reversed) await tell(world, row, form)
  }
  if (world.webhooks.reversed) for (const form of said.reverse()) await tell(world, row, form)
}

const FINAL = new Set(['completed', 'failed', 'busy', 'no-answer'])

/** A call's life: rings, perhaps is answered, fetches what to say, ends. */
export async function liveCall(world: World, row: Row, fault: TwilioFault | null): Promise<void> {
  const listener = world.books.listeners.get(row.to) ?? { answer: 'human', digits: ['1', ''] }
  let sequence = 0
  const step = async (status: string, more: Record<string, string> = {}): Promise<boolean> => {
    await wait(world.stepMs, world.closed)
    if (world.closed.aborted || row.status === 'canceled') return false
    row.status = status === 'initiated' ? 'queued' : status
    if (FINAL.has(status)) row.endedAt = performance.timeOrigin + performance.now()
    const event =
      status === 'in-progress' ? 'answered' : ['initiated', 'ringing'].includes(status) ? status : 'completed'
    if (row.statusCallbackEvents.includes(event)) {
      await tell(world, row, {
        ...callForm(world, row, status),
        Timestamp: new Date().toUTCString(),
        CallbackSource: 'call-progress-events',
        SequenceNumber: String(sequence++),
        ...more,
      })
    }
    return true
  }
  if (!(await step('initiated')) || !(await step('ringing'))) return
  if (fault?.kind === 'report-failure') return void (await step('failed', { SipResponseCode: '404' }))
  if (listener.answer === 'no-answer' || listener.answer === 'busy') return void (await step(listener.answer))
  row.dateSent = Date.now()
  row.answeredBy = listener.answer
  if (!(await step('in-progress'))) return
  await talk(world, row, [...listener.digits])
  // CallDuration is in seconds, Duration in minutes.
  await step('completed', { AnsweredBy: listener.answer, CallDuration: '42', Duration: '1', SipResponseCode: '200' })
}

async function talk(world: World, row: Row, digits: string[]): Promise<void> {
  let twiml = row.twiml
  let url = row.url
  let pressed: string | null = null
  for (let turn = 0; turn < 10; turn += 1) {
    if (url !== null) {
      const form = {
        ...callForm(world, row, 'in-progress'),
        AnsweredBy: row.answeredBy ?? 'unknown',
        ...(pressed === null ? {} : { Digits: pressed, msg: 'Gather End' }),
      }
      const answer = await post(world.authToken, url, form)
      if (answer.status !== 200) return
      twiml = answer.body
    }
    if (twiml === null) return
    for (const [, text] of twiml.matchAll(/<Say[^>]*>([^<]*)<\/Say>/g)) row.heard.push(unescape(text as string))
    const action = /<Gather[^>]*\baction="([^"]*)"/.exec(twiml)?.[1]
    if (action === undefined) return
    pressed = digits.shift() ?? ''
    row.meant.push(pressed)
    url = new URL(unescape(action), url ?? undefined).href
  }
}

const callForm = (world: World, row: Row, status: string): Record<string, string> => ({
  CallSid: row.sid,
  AccountSid: world.accountSid,
  From: row.from ?? '',
  To: row.to,
  Caller: row.from ?? '',
  Called: row.to,
  CallStatus: status,
  ApiVersion: '2010-04-01',
  Direction: 'outbound-api',
  ToCountry: 'US',
  ToZip: '',
})

async function tell(world: World, row: Row, form: Record<string, string>): Promise<void> {
  if (row.statusCallback === null || world.webhooks.lost) return
  await wait(world.webhooks.delayMs, world.closed)
  for (let copy = 0; copy < world.webhooks.copies && !world.closed.aborted; copy += 1)
    await post(world.authToken, row.statusCallback, form)
}

const unescape = (xml: string): string =>
  xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
