import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { planReceipts } from '../../deliver/capture.ts'
import { innerRate } from '../../deliver/rate-gate.ts'
import type { Fault } from '../../model/errors.ts'
import { largestWeight, type Route } from '../../model/route.ts'
import { DAY, formatInstant } from '../../model/time.ts'
import type { Channel, Tone } from '../../model/vocabulary.ts'
import type { SimulationReport, CapHeadroom, ObjectionCount, RouteLoad } from '../../report/simulation/report.ts'
import { type PortfolioChunk, type ChunkResult, chunkSimulator, rulesOf, type SimulationSetting } from './chunk.ts'
import type { Portfolio } from './portfolio.ts'
import { drain, type DueGroup } from './simulation-rules.ts'
import { addTally, emptyTally, type Counts, type RuleSeen, type Tally } from './tally.ts'

/** Smaller portfolios are done before a thread has started. */
const THREADS_FROM_RECIPIENTS = 3_000

export interface SimulationDone {
  report: SimulationReport
  /** Lines of the file that were rejected, and why. */
  refused: { line: number; faults: readonly Fault[] }[]
}

/**
 * What would happen to this portfolio in this period, under this setting?
 *
 * Read-only: nothing is written to the ledger and nothing is sent.
 *
 * @param costs       by route id: what one unit costs
 * @param onProgress  called with the number of recipients done
 * @throws            DECORUM_BAD_INPUT for a pack that does not exist
 */
export async function simulatePortfolio(
  setting: SimulationSetting,
  portfolio: Portfolio,
  costs: ReadonlyMap<string, number>,
  onProgress: (recipients: number) => void,
): Promise<SimulationDone> {
  const { packs } = rulesOf(setting)
  const tally = emptyTally()
  const refused = [...portfolio.refused]
  const threads = portfolio.size < THREADS_FROM_RECIPIENTS ? 0 : availableParallelism()
  let recipients = 0
  await runChunks(setting, portfolio.chunks(), threads, (done) => {
    addTally(tally, done.tally)
    refused.push(...done.refused)
    onProgress((recipients += done.tally.recipients))
  })
  const report = reportOf(tally, {
    of: {
      from: formatInstant(setting.from),
      to: formatInstant(setting.to),
      days: Math.round((setting.to - setting.from) / DAY),
      seed: setting.seed,
      payRate: setting.payRate,
      ladders:
        setting.ladder === null
          ? [...setting.config.ladders.values()].map(({ ladder, version }) => ({ id: ladder.id, version }))
          : [{ id: setting.ladder.ladder.id, version: setting.ladder.version }],
      packs: packs.map(({ pack }) => ({ id: pack.id, version: pack.version })),
    },
    routes: setting.config.routes,
    costs,
    callSeconds: secondsOfCall(),
  })
  return { report, refused: refused.sort((a, b) => a.line - b.line) }
}

/** How long a call of the capture provider occupies its line, in seconds. */
const secondsOfCall = (): number =>
  (planReceipts('phone', { reminderId: '', attemptNo: 1 }, 1)[0]?.afterMs ?? 60_000) / 1000

/**
 * Simulates every chunk on this many worker threads; each takes the next chunk when it has finished its last.
 *
 * @param threads  0: in this thread, one chunk after the other
 */
export async function runChunks(
  setting: SimulationSetting,
  chunks: AsyncIterable<PortfolioChunk> | Iterable<PortfolioChunk>,
  threads: number,
  onDone: (done: ChunkResult, chunk: PortfolioChunk) => void,
): Promise<void> {
  if (threads === 0) {
    const simulate = chunkSimulator(setting)
    for await (const chunk of chunks) {
      onDone(simulate(chunk), chunk)
      // Lets progress output and signal handlers run.
      await new Promise(setImmediate)
    }
    return
  }
  const queue =
    'next' in chunks
      ? (chunks as AsyncIterator<PortfolioChunk>)
      : Symbol.asyncIterator in chunks
        ? chunks[Symbol.asyncIterator]()
        : chunks[Symbol.iterator]()
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./start-thread.mjs', import.meta.url), { execArgv: [], workerData: setting }),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error))
        // Handled in the race below; a rejection after the last chunk must not count as unhandled.
        failed.catch(() => {})
        for (let next = await queue.next(); next.done !== true; next = await queue.next()) {
          const chunk = next.value
          worker.postMessage(chunk)
          const [done] = (await Promise.race([once(worker, 'message'), failed])) as [ChunkResult]
          onDone(done, chunk)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** What a report needs beside the tally. */
interface ReportSetting {
  of: Omit<SimulationReport['of'], 'people' | 'accounts'>
  routes: readonly Route[]
  /** By route id: what one unit costs. */
  costs: ReadonlyMap<string, number>
  /** How long a call occupies its line, in seconds. */
  callSeconds: number
}

/** The report on these counts. */
function reportOf(tally: Tally, { of, routes, costs, callSeconds }: ReportSetting): SimulationReport {
  const loads = routes
    .map((route) => routeLoad(tally, route, costs, callSeconds))
    .filter(({ messages }) => messages > 0)
  const ended = rows(tally.ended, ([as, channel, reason], count) => ({
    as: as as string,
    channel: channel as Channel,
    reason: reason === '' ? null : (reason as string),
    count,
  }))
  const over = (as: string) => sum(ended.filter((row) => row.as === as))
  const objections = objectionCounts(tally)
  const decided = (verdict: string) =>
    sum(objections.filter((row) => row.verdict === verdict).map(({ binding }) => ({ count: binding })))
  const sent = rows(tally.sent, ([day, hour, channel, tone], count) => ({
    day: day as string,
    hour: Number(hour),
    channel: channel as Channel,
    tone: tone as Tone,
    count,
  }))
  return {
    of: { ...of, people: tally.recipients, accounts: tally.accounts },
    totals: {
      sent: sum(sent),
      deferred: decided('defer'),
      refused: decided('refuse'),
      expired: over('expired') + loads.reduce((late, { tooLate }) => late + tooLate, 0),
      failed: over('failed'),
      cancelled: over('cancelled'),
      stepsForPeople: total(tally.steps),
      handOffProposals: total(tally.handOffs),
      accountsPaid: total(tally.paid),
      cost: costs.size === 0 ? null : cents(loads.reduce((all, { cost }) => all + (cost ?? 0), 0)),
    },
    sent: sent.sort(
      (a, b) => byText(a.day, b.day) || a.hour - b.hour || byText(a.channel, b.channel) || byText(a.tone, b.tone),
    ),
    objections,
    caps: capHeadroom(tally),
    routes: loads,
    ended: ended.sort(mostFirst),
    leftOut: rows(tally.leftOut, ([reason], count) => ({ reason: reason as string, count })).sort(mostFirst),
    stepsForPeople: rows(tally.steps, ([day, rung], count) => ({
      day: day as string,
      rung: rung as string,
      count,
    })).sort((a, b) => byText(a.day, b.day) || byText(a.rung, b.rung)),
    handOffProposals: rows(tally.handOffs, ([day], count) => ({ day: day as string, count })).sort((a, b) =>
      byText(a.day, b.day),
    ),
  }
}

const rows = <T>(counts: Counts, row: (parts: string[], count: number) => T): T[] =>
  [...counts].map(([key, count]) => row(key.split('|'), count))
const sum = (counted: readonly { count: number }[]): number => counted.reduce((all, { count }) => all + count, 0)
const total = (counts: Counts): number => [...counts.values()].reduce((all, count) => all + count, 0)
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const mostFirst = (a: { count: number }, b: { count: number }): number =>
  b.count - a.count || byText(JSON.stringify(a), JSON.stringify(b))
const cents = (amount: number): number => Math.round(amount * 100) / 100

function objectionCounts(tally: Tally): ObjectionCount[] {
  const found = new Map<string, ObjectionCount>()
  for (const [key, by] of tally.objections) {
    const [verdict, rule, place] = key.split('|') as ['defer' | 'refuse', string, 'binding' | 'also']
    const name = `${verdict}|${rule}`
    const row = found.get(name) ?? { verdict, ...(tally.rules.get(rule) as RuleSeen), count: 0, binding: 0 }
    row.count += by
    if (place === 'binding') row.binding += by
    found.set(name, row)
  }
  return [...found.values()].sort(mostFirst)
}

function capHeadroom(tally: Tally): CapHeadroom[] {
  const found = new Map<string, CapHeadroom & { used: number }>()
  for (const [key, recipients] of tally.caps) {
    const [name, limitText, mostText] = key.split('|') as [string, string, string]
    const [limit, most] = [Number(limitText), Number(mostText)]
    const { rule, pack, version, citation } = tally.rules.get(name) as RuleSeen
    const row = found.get(name) ?? {
      rule,
      pack,
      version,
      citation,
      limit,
      people: 0,
      atLimit: 0,
      oneLeft: 0,
      meanUse: 0,
      used: 0,
    }
    row.people += recipients
    row.used += recipients * most
    if (most >= limit) row.atLimit += recipients
    if (most === limit - 1) row.oneLeft += recipients
    found.set(name, row)
  }
  return [...found.values()]
    .map(({ used, ...row }) => ({ ...row, meanUse: cents(used / row.people) }))
    .sort((a, b) => b.atLimit / b.people - a.atLimit / a.people || byText(a.rule, b.rule))
}

function routeLoad(tally: Tally, route: Route, costs: ReadonlyMap<string, number>, callSeconds: number): RouteLoad {
  const due: DueGroup[] = []
  for (const [key, messages] of tally.load) {
    const [id, second, deadline] = key.split('|') as [string, string, string]
    if (id === route.id)
      due.push({
        second: Number(second),
        deadline: Number(deadline),
        messages,
        units: tally.units.get(key) ?? messages,
      })
  }
  const gate = innerRate({ perSecond: route.rate.perSecond, largestWeight: largestWeight(route) })
  const lines = route.rate.simultaneousCalls
  const sustained = route.channel === 'phone' && lines !== undefined ? Math.min(gate, lines / callSeconds) : gate
  const units = due.reduce((all, group) => all + group.units, 0)
  const { peak, ...drained } = drain(due, sustained)
  const price = costs.get(route.id)
  return {
    route: route.id,
    channel: route.channel,
    messages: due.reduce((all, group) => all + group.messages, 0),
    units,
    perSecond: route.rate.perSecond,
    sustainedPerSecond: Math.round(sustained * 1000) / 1000,
    peak: peak === null ? null : { units: peak.units, at: formatInstant(peak.at) },
    ...drained,
    busiestHourPerSecond: Math.round(drained.busiestHourPerSecond * 1000) / 1000,
    cost: price === undefined ? null : cents(units * price),
  }
}
