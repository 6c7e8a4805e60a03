import { setTimeout as pause } from 'node:timers/promises'
import { smsSize } from '../../src/render/text.ts'
import { busiestSecond, type Seen } from '../support/busiest.ts'
import { startProcess, type AskedProcess } from './ask.ts'
import type { Section, Setting } from './bench.ts'
import { DAYTIME } from './daytime.ts'
import { openPlace, type Place } from './decorum-place.ts'
import type { DecorumArgument, Waiting } from './processes/decorum.ts'
import type { Taken } from './processes/stub-provider.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'

/** SMS segments a second. */
const RATE = 400
const SENDERS = 2
const WAITING = 100_000
const WAITING_QUICK = 20_000
/** 22:30 of the same day in Shanghai: too late for any message, so that all that is planned waits for the morning. */
const NIGHT = DAYTIME + 11.5 * 3_600_000
/** Business time left before the window opens when the senders are started. */
const EARLY_MS = 30_000

/**
 * A contact window opens on everything that was planned in the night: does it go out at the route's rate, and never above it?
 *
 * Accounts are imported and planned at night by the pipeline itself, every reminder is decided and
 * deferred to the morning; then processes of their own live through the opening. The provider's books count.
 */
export async function drainBench(setting: Setting): Promise<Section> {
  const count = setting.quick ? WAITING_QUICK : WAITING
  const seconds = setting.seconds ?? (setting.quick ? 20 : 90)
  const configuration = `${count} reminders deferred to one opening; route rate ${RATE} segments/s; one planner, ${SENDERS} sending workers, stub provider: processes of their own; the first ${seconds} s`
  if (setting.postgresUrl === null || setting.redisUrl === null)
    return { bench: 'drain', configuration, figures: [], leftOut: ['all of it: needs PostgreSQL and Redis'] }
  const place = await openPlace('redis+postgres', setting)
  const stub = await startProcess('stub-provider', null)
  try {
    const stubUrl = await stub.ask<string>('url')
    const opening = await deferAll(setting, { ...place, stubUrl }, count)
    if ((await stub.ask<number>('count')) > 0) throw new Error('something was sent at night')
    setting.progress(`drain, ${seconds} s from the opening`)
    const seen = await liveThrough({ ...place, stubUrl }, opening, seconds, count, stub)
    return { bench: 'drain', configuration, leftOut: [], figures: figuresOf(seen) }
  } finally {
    await stub.end()
    await place.clear()
  }
}

type Where = Omit<Place, 'clear'> & { stubUrl: string }

/** The clock's origin, so that business time is `at` now. */
const originFor = (at: number): number => Date.now() - (at - DAYTIME)

/** Answers the business time at which everything may go. */
async function deferAll(
  setting: Setting,
  { databaseUrl, redisUrl, dataDir, stubUrl }: Where,
  count: number,
): Promise<number> {
  const argument: DecorumArgument = { databaseUrl, redisUrl, dataDir, stubUrl, clockOrigin: originFor(NIGHT) }
  const processes = await Promise.all([startProcess('decorum', argument), startProcess('decorum', argument)])
  const [planner, sender] = processes
  try {
    setting.progress(`drain: ${count} accounts by night`)
    await planner.ask('import', { from: 0, count })
    setting.progress('drain: planning them')
    await planner.ask('plan')
    setting.progress('drain: deciding and deferring them')
    await sender.ask('start', ['sms'])
    await planner.ask('start', ['planner'])
    for (;;) {
      const waiting = await planner.ask<Waiting>('waiting')
      if (waiting.later === count && waiting.at !== null) return waiting.at
      if (waiting.later + waiting.now < count)
        throw new Error(`not everything waits: ${JSON.stringify(await planner.ask('statuses'))}`)
      await pause(500)
    }
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}

interface SeenDrain {
  taken: Seen[]
  /** Machine time from the opening to the first message, in milliseconds. */
  firstAfterMs: number
  seconds: number
  left: Waiting
  /** Attempts that were given up because their slot was missed; they were decided again. */
  missed: number
}

async function liveThrough(
  { databaseUrl, redisUrl, dataDir, stubUrl }: Where,
  opening: number,
  seconds: number,
  owed: number,
  stub: AskedProcess,
): Promise<SeenDrain> {
  const clockOrigin = originFor(opening - EARLY_MS)
  const opensAt = Date.now() + EARLY_MS
  const argument: DecorumArgument = { databaseUrl, redisUrl, dataDir, stubUrl, clockOrigin, perSecond: RATE }
  const [planner, ...senders] = await Promise.all(
    Array.from({ length: SENDERS + 1 }, () => startProcess('decorum', argument)),
  )
  try {
    await Promise.all(senders.map((sender) => sender.ask('start', ['sms'])))
    await (planner as AskedProcess).ask('start', ['planner'])
    if (Date.now() > opensAt)
      throw new Error('the machine is too busy: the window opened before the senders were there')
    await pause(opensAt + seconds * 1_000 - Date.now())
    const taken = (await stub.ask<Taken[]>('takenFrom', 0)).flatMap(({ at, since, body }) => {
      const text = new URLSearchParams(body).get('Body')
      return text === null || at > opensAt + seconds * 1_000 ? [] : [{ at, since, weight: smsSize(text).segments }]
    })
    if (taken.length === 0) throw new Error('nothing was sent')
    const left = await (planner as AskedProcess).ask<Waiting>('waiting')
    await Promise.all(senders.map((sender) => sender.ask('stop')))
    const { sent = 0, ...others } = await (planner as AskedProcess).ask<Record<string, number>>('statuses')
    const waiting = (others['scheduled'] ?? 0) + (others['queued'] ?? 0)
    if (sent + waiting !== owed)
      throw new Error(`of ${owed} reminders ${sent} were sent and ${waiting} wait: ${JSON.stringify(others)}`)
    assertBooks('drain', sent, await stub.ask<BooksRead>('books'))
    return {
      taken,
      firstAfterMs: (taken[0] as Seen).at - opensAt,
      seconds,
      left,
      missed: await (planner as AskedProcess).ask<number>('slotsMissed'),
    }
  } finally {
    await Promise.all([planner as AskedProcess, ...senders].map((process) => process.end()))
  }
}

function figuresOf({ taken, firstAfterMs, seconds, left, missed }: SeenDrain): Section['figures'] {
  const segments = taken.reduce((sum, { weight }) => sum + weight, 0)
  const [from, to] = [(taken[0] as Seen).at, (taken.at(-1) as Seen).at]
  const opened = seconds - firstAfterMs / 1_000
  return [
    {
      name: `segments a second, of ${RATE}`,
      unit: 'segments/s',
      values: [segments / opened],
      note: `${((segments / opened / RATE) * 100).toFixed(1)} % of the rate over ${opened.toFixed(0)} s; ${taken.length} messages, ${missed} slots missed`,
    },
    {
      name: `segments in the busiest second, of ${RATE}`,
      unit: 'segments',
      values: [busiestSecond(taken)],
      note: `the provider itself was up to ${Math.max(...taken.map(({ at, since = at }) => at - since)).toFixed(0)} ms late to look`,
    },
    {
      name: 'longest silence',
      unit: 'ms',
      values: [longestSilence(taken)],
      note: `last message ${((to - from) / 1_000).toFixed(1)} s after the first`,
    },
    {
      name: 'first message after the opening',
      unit: 'ms',
      values: [firstAfterMs],
      note: `${left.later + left.now} reminders still wait or are on their way`,
    },
  ]
}

const longestSilence = (taken: readonly Seen[]): number =>
  taken.reduce((longest, { at }, i) => Math.max(longest, i === 0 ? 0 : at - (taken[i - 1] as Seen).at), 0)
