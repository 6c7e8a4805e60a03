import { startFakeSmtp, type Received, type SmtpFault } from '../../support/fake-smtp/server.ts'
import { Random } from '../random.ts'
import type { Books } from './books.ts'
import { openControl } from './control.ts'

// A mail relay as it is on a bad day, in a process of its own: prints {url, control} once it listens.
const random = new Random(Number(process.env.CHAOS_SEED)).stream('smtp')
let rate = 0

const FAULTS: readonly SmtpFault[] = [
  { at: 'greeting', do: '421 4.3.2 not now' },
  { at: 'greeting', do: 'hang' },
  { at: 'mail', do: '451 4.3.0 try later' },
  { at: 'mail', do: 'close' },
  { at: 'rcpt', do: '450 4.2.0 try later' },
  { at: 'data', do: 'reset' },
  { at: 'body', do: 'close' },
  { at: 'body', do: 'reset' },
  { at: 'dot', do: 'close', accepted: true },
  { at: 'dot', do: 'reset', accepted: true },
  { at: 'dot', do: 'hang', accepted: true },
  { at: 'dot', do: 'close' },
  { at: 'dot', do: 'hang' },
  { at: 'dot', do: '451 4.3.0 try later' },
]

const fake = await startFakeSmtp()
/** One fault at a time, gone again when no conversation came as far. */
setInterval(() => {
  fake.faults.length = 0
  if (random.chance(rate * 3)) fake.faults.push(random.pick(FAULTS))
}, 500).unref()

const attemptIn = (messageId: string | null): string | null => messageId?.split('@')[0] ?? null
const entryOf = (mail: Received) => ({
  attempt: attemptIn(mail.messageId) ?? '',
  to: mail.to[0] ?? '',
  at: mail.arrivedAt,
  failed: false,
  unsubscribe: /^list-unsubscribe:\s*<([^>]*)>/im.exec(mail.headers.replace(/\r\n[ \t]+/g, ' '))?.[1] ?? null,
})
const books = (after: number): Books => ({
  entries: fake.received.slice(after).map(entryOf),
  next: fake.received.length,
  mischief: fake.played.map(({ fault, messageId, at }) => ({
    attempt: attemptIn(messageId),
    at,
    kind: `${fault.at} ${fault.do}`,
  })),
})
const control = await openControl({
  books,
  storm: (wanted) => {
    rate = wanted
  },
})
console.log(JSON.stringify({ url: fake.url, control }))
