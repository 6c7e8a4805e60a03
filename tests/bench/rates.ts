import { setTimeout as pause } from 'node:timers/promises'
import { busiestSecond, mostAtOnce } from '../support/busiest.ts'
import { openSendingFleet, type SendingFleet } from '../support/sending-fleet.ts'
import { installProgram } from '../support/program.ts'
import { startFrom } from '../support/start-arguments.ts'
import type { Section, Setting } from './bench.ts'
import { assertBooks } from './provider-books.ts'

/** SMS segments a second, and calls: so few that a machine that stands still now and then keeps up. */
const RATES = { segments: 60, calls: 8, lines: 3 }
const SENDERS = 3
const CALLERS = 2
/** What is owed at first, in seconds of the rate; then whatever keeps it so. */
const AHEAD_S = 5
const SEGMENTS_EACH = 2.5
/** Sent before the seconds are counted: how soon hangs on the machine. */
const ENOUGH = { messages: 20, calls: 5 }

/** What the providers' own books say about a run. */
export interface RatesSeen {
  rates: typeof RATES
  seconds: number
  messages: number
  segments: number
  busiestSegments: number
  calls: number
  busiestCalls: number
  mostCallsAtOnce: number
  /** People who received more than the one message or call they were owed. */
  twice: number
}

/**
 * Do several senders that stand still now and then keep to the rates, by the providers' own books?
 *
 * Three processes for SMS and two for calls, each with its event loop stopped for 100 to 300 ms about
 * every second; more is owed than may go out, for as long as the run lasts.
 */
export async function seeRates({
  postgresUrl,
  redisUrl,
  seconds,
}: {
  postgresUrl: string
  redisUrl: string
  seconds: number
}): Promise<RatesSeen> {
  const fleet = await openSendingFleet({
    postgresUrl,
    redisUrl,
    pauses: true,
    sms: { perSecond: RATES.segments, workers: SENDERS },
    calls: { perSecond: RATES.calls, lines: RATES.lines, workers: CALLERS },
  })
  try {
    fleet.start()
    await oweMore(fleet)
    await firstSent(fleet)
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; await pause(1_000)) {
      if ((await fleet.open()) < (RATES.segments / SEGMENTS_EACH) * AHEAD_S * 0.7) await oweMore(fleet)
    }
    await fleet.stopSenders()
    const books = await fleet.books()
    // More is owed than may go out, so what counts is what is on record as begun.
    for (const channel of ['sms', 'phone'] as const)
      assertBooks(`rates, ${channel}`, await fleet.attempted(channel), books[channel])
    const [sms, calls] = [await fleet.sms(), await fleet.calls()]
    const recipients = [...sms, ...calls].map(({ to }) => to)
    return {
      rates: RATES,
      seconds,
      messages: sms.length,
      segments: sms.reduce((sum, { weight }) => sum + weight, 0),
      busiestSegments: busiestSecond(sms),
      calls: calls.length,
      busiestCalls: busiestSecond(calls),
      mostCallsAtOnce: mostAtOnce(calls.map(({ at, until }) => ({ from: at, until }))),
      twice: recipients.length - new Set(recipients).size,
    }
  } finally {
    await fleet.end()
  }
}

async function oweMore(fleet: SendingFleet): Promise<void> {
  await Promise.all([
    fleet.owe('sms', Math.ceil((RATES.segments / SEGMENTS_EACH) * AHEAD_S)),
    fleet.owe('phone', RATES.calls * AHEAD_S),
  ])
}

async function firstSent(fleet: SendingFleet): Promise<void> {
  for (
    const giveUp = performance.now() + 200_000;
    (await fleet.sms()).length < ENOUGH.messages || (await fleet.calls()).length < ENOUGH.calls;
    await pause(200)
  ) {
    if (performance.now() > giveUp) throw new Error(`too little was sent at first\n${fleet.said()}`)
  }
}

/** `npm run bench -- rates --seconds N`: the long run behind tests/scenarios/rates.test.ts. */
export async function ratesBench({ postgresUrl, redisUrl, quick, seconds, progress }: Setting): Promise<Section> {
  const configuration =
    `${SENDERS} SMS senders and ${CALLERS} callers as processes, each stopped for 100–300 ms about every second; more is owed than may go out; ` +
    `${RATES.segments} segments/s, ${RATES.calls} calls/s on ${RATES.lines} lines; counted in the providers' own processes`
  if (postgresUrl === null || redisUrl === null)
    return { bench: 'rates', configuration, figures: [], leftOut: ['all of it: needs PostgreSQL and Redis'] }
  const lasting = seconds ?? (quick ? 20 : 120)
  progress(`rates, ${lasting} s`)
  const program = await installProgram()
  startFrom(program.folder)
  const seen = await seeRates({ postgresUrl, redisUrl, seconds: lasting }).finally(() => program.remove())
  return {
    bench: 'rates',
    configuration,
    leftOut: [],
    figures: [
      {
        name: `segments in the busiest second, of ${RATES.segments}`,
        unit: 'segments',
        values: [seen.busiestSegments],
        note: `${seen.messages} messages, ${seen.segments} segments in ${lasting} s`,
      },
      {
        name: `calls begun in the busiest second, of ${RATES.calls}`,
        unit: 'calls',
        values: [seen.busiestCalls],
        note: `${seen.calls} calls`,
      },
      { name: `calls at once, of ${RATES.lines} lines`, unit: 'calls', values: [seen.mostCallsAtOnce] },
      { name: 'people reached twice', unit: 'people', values: [seen.twice] },
    ],
  }
}
