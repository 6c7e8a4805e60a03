import type { Row, TwilioFault } from '../../support/fake-twilio/books.ts'
import { startFakeTwilio } from '../../support/fake-twilio/server.ts'
import { Random } from '../random.ts'
import type { Books, Mischief } from './books.ts'
import { openControl } from './control.ts'

// Twilio as it is on a bad day, in a process of its own: prints {url, accountSid, authToken, control} once it listens.
const random = new Random(Number(process.env.CHAOS_SEED)).stream('twilio')
const weather = new Random(Number(process.env.CHAOS_SEED)).stream('twilio callbacks')
const mischief: Mischief[] = []
let rate = 0

const FAULTS: readonly TwilioFault[] = [
  { kind: 'accept-then-drop' },
  { kind: 'hang' },
  { kind: 'hang-before' },
  { kind: 'throttle', retryAfterSeconds: 1 },
  { kind: 'throttle', retryAfterSeconds: 2 },
  { kind: 'error-500' },
  { kind: 'error-503-html' },
  { kind: 'not-json' },
  { kind: 'redirect' },
  { kind: 'cut-body' },
  { kind: 'slow-drip' },
  { kind: 'slow-drip' },
  { kind: 'report-failure' },
  { kind: 'report-failure' },
]

const attemptIn = (callback: string | null): string =>
  /\/hooks\/twilio\/(?:message|call)\/([0-9a-f-]{36})\/(\d+)/
    .exec(callback ?? '')
    ?.slice(1, 3)
    .join('.') ?? ''

const fake = await startFakeTwilio({
  stepMs: 40,
  draw: (form) => {
    if (!random.chance(rate)) return null
    const fault = random.pick(FAULTS)
    mischief.push({ attempt: attemptIn(form.get('StatusCallback')), at: Date.now(), kind: fault.kind })
    return fault
  },
})
/** Callbacks come several times, late, in reverse or not at all, in turns. */
setInterval(() => {
  Object.assign(
    fake.webhooks,
    rate === 0
      ? { copies: 1, reversed: false, lost: false, delayMs: 0 }
      : {
          copies: weather.int(1, 3),
          reversed: weather.chance(0.4),
          lost: weather.chance(0.1),
          delayMs: weather.pick([0, 0, 20, 300]),
        },
  )
}, 400).unref()

const entryOf = (row: Row) => ({
  attempt: attemptIn(row.statusCallback),
  to: row.to,
  at: row.arrivedAt,
  failed: row.status === 'failed',
  unsubscribe: null,
})
const books = (after: number): Books => ({
  entries: fake.books.rows.slice(after).map(entryOf),
  mischief,
  next: fake.books.rows.length,
})
const control = await openControl({
  books,
  storm: (wanted) => {
    rate = wanted
  },
})
console.log(JSON.stringify({ url: fake.url, accountSid: fake.accountSid, authToken: fake.authToken, control }))
