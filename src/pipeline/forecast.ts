import type { Transaction } from 'kysely'
import { decide } from '../decide/decide.ts'
import type { CompiledPack } from '../decide/packs.ts'
import { atShare, innerRate } from '../deliver/rate-gate.ts'
import type { Facts, SystemFacts } from '../model/facts.ts'
import { largestWeight, type Route } from '../model/route.ts'
import { addDays, type Instant } from '../model/time.ts'
import { bookDate, daysPastDue, startOfBookDay } from '../plan/book-time.ts'
import { forecastQueue, type QueuedReminders } from '../plan/forecast-queue.ts'
import {
  type AccountForDecision,
  type RecipientForDecision,
  readAccounts,
  readRecipients,
} from '../record/dispatch/decision-inputs.ts'
import {
  countWaiting,
  readOnly,
  recentAttempts,
  type RecentAttempts,
  sampleWaiting,
  type WaitingSample,
} from '../record/forecast.ts'
import type { Reach } from '../record/reach.ts'
import type { Database } from '../record/schema.ts'
import { type ActiveSwitch, activeSwitches } from '../record/switches.ts'
import { callInFlight, chooseAddress, composeFacts, routeProblemOf } from './dispatch/facts.ts'
import { closedBy, shareOf, shareOfRoute } from './dispatch/switch-board.ts'
import { carriedWords } from './dispatch/words.ts'
import type { Runtime } from './runtime.ts'

/** Reminders decided per route; in a longer queue they are a sample, and each represents its neighbours. */
const SAMPLE = 400
/** Assumed length of a call on a route where none has ended yet. */
const ASSUMED_CALL_SECONDS = 60
/** Deferrals of one reminder within a day that are followed. */
const MAX_DEFERRALS = 4
/** Statement timeout. */
const STATEMENT_MS = 5_000

/** The forecast for one route until the end of the day. All counts are of reminders. */
interface RouteForecast {
  route: string
  channel: Route['channel']
  waiting: number
  dueNow: number
  dueLaterToday: number
  goes: number
  missesWindow: number
  expires: number
  /** Stopped or paused by a switch. */
  heldBySwitch: number
  /** Refused by the rules, or deferred past today. */
  notToday: number
  /** When the last one of today is sent; now: nothing is waiting; null: nothing that waits is sent today. */
  emptyAt: Instant | null
  /** Percent of the rate that switches leave to the whole route. */
  share: number
  /** Units of the rate that one reminder takes: SMS segments, otherwise 1. */
  unitsEach: number
  callSeconds: number | null
  /** Nothing was sent on the route yet, so `unitsEach` and `callSeconds` are assumed. */
  assumed: boolean
  /** Only every n-th reminder was decided. */
  everyNth: number
}

/** A forecast for every route. */
interface Forecast {
  at: Instant
  /** The end of today in `zone`. */
  until: Instant
  routes: RouteForecast[]
}

/**
 * When will each route's queue be empty, and how many will not make it today?
 *
 * Reads only the partial indexes of waiting reminders and the facts of a sample: a few hundred are
 * decided for a queue of any length, by the same rules as in dispatch, for the instant at which they
 * may be sent. Reminders to one recipient do not see each other here, and later plans are not included.
 *
 * @param reach  whose reminders are counted; they queue behind those of everybody
 * @throws          when a statement takes longer than five seconds
 */
export async function forecastByRoute(
  runtime: Runtime,
  packs: readonly CompiledPack[],
  reach: Reach,
  asked: { zone: string },
): Promise<Forecast> {
  const at = runtime.clock.now()
  const until = startOfBookDay(addDays(bookDate(at, asked.zone), 1), asked.zone)
  return readOnly(runtime.ledger, STATEMENT_MS, async (trx) => {
    const active = await activeSwitches(trx)
    const recent = await recentAttempts(trx)
    const routes: RouteForecast[] = []
    for (const route of runtime.config.routes)
      routes.push(await forecastRoute({ runtime, packs, trx, active, recent, at, until, reach }, route))
    return { at, until, routes }
  })
}

interface ForecastInput {
  runtime: Runtime
  packs: readonly CompiledPack[]
  trx: Transaction<Database>
  active: readonly ActiveSwitch[]
  recent: readonly RecentAttempts[]
  at: Instant
  until: Instant
  reach: Reach
}

async function forecastRoute(input: ForecastInput, route: Route): Promise<RouteForecast> {
  const { trx, at, until, reach } = input
  const all = reach.creditor === null && reach.live
  const counts = await countWaiting(trx, route.id, new Date(at), new Date(until))
  const sample = async (status: 'queued' | 'scheduled', waiting: number) =>
    waiting === 0 ? [] : sampleWaiting(trx, { route: route.id, status, until: new Date(until), waiting, size: SAMPLE })
  const samples = [...(await sample('queued', counts.queued)), ...(await sample('scheduled', counts.scheduled))]
  const usage = typicalUsage(route, input.recent)
  const { line, held, notToday } = await placeInQueue(input, route, usage, samples)
  const forecasts = forecastQueue(line, at)
  const counted = (one: WaitingSample): number =>
    (reach.creditor === null || one.creditor === reach.creditor) && (reach.live || !one.live) ? one.standsFor : 0
  const ours = line
    .map((one, index) => ({ ...one, fate: forecasts[index] as (typeof forecasts)[number] }))
    .filter(({ sample: one }) => counted(one) > 0)
  const sum = (of: 'goes' | 'missesWindow' | 'expires'): number => ours.reduce((all, { fate }) => all + fate[of], 0)
  const total = (some: readonly WaitingSample[]): number => some.reduce((all, one) => all + counted(one), 0)
  const waiting = all ? counts.queued + counts.scheduled : total(samples)
  const dueNow = all
    ? counts.queued + counts.due
    : total(samples.filter((one) => one.status === 'queued' || one.nextAt.getTime() <= at))
  const lasts = ours.map(({ fate }) => fate.lastAt).filter((last) => last !== null)
  return {
    route: route.id,
    channel: route.channel,
    waiting,
    dueNow,
    dueLaterToday: waiting - dueNow,
    goes: sum('goes'),
    missesWindow: sum('missesWindow'),
    expires: sum('expires'),
    heldBySwitch: total(held),
    notToday: total(notToday),
    emptyAt: waiting === 0 ? at : lasts.length === 0 ? null : Math.round(Math.max(...lasts)),
    share: shareOfRoute(input.active, route.id, route.channel),
    unitsEach: meanUnits(usage, samples),
    callSeconds: usage.callSeconds,
    assumed: usage.assumed && waiting > 0,
    everyNth: Math.max(1, ...samples.map((one) => one.standsFor)),
  }
}

interface Placed {
  line: (QueuedReminders & { sample: WaitingSample })[]
  held: WaitingSample[]
  notToday: WaitingSample[]
}

/** Which sampled reminders are in today's queue, and how much of the route's time does each take? */
async function placeInQueue(
  input: ForecastInput,
  route: Route,
  usage: TypicalUsage,
  samples: readonly WaitingSample[],
): Promise<Placed> {
  const { runtime, trx, active, at, until } = input
  const recipients = await readRecipients(trx, [...new Set(samples.map((one) => one.recipientId))], at)
  const accounts = await readAccounts(
    trx,
    samples.map((one) => one.id),
  )
  const placed: Placed = { line: [], held: [], notToday: [] }
  for (const sample of samples) {
    const recipient = recipients.get(sample.recipientId)
    const own = accounts.get(sample.id) ?? []
    if (recipient === undefined) continue
    const scope = {
      creditor: sample.creditor,
      product: own[0]?.product ?? null,
      jurisdiction: recipient.jurisdiction,
      channel: sample.channel,
      route: sample.route,
      template: sample.template,
      ladder: sample.ladder,
      rung: sample.rung,
    }
    if (closedBy(active, scope, sample.queuedAt ?? 'new') !== null) {
      placed.held.push(sample)
      continue
    }
    const window = sendWindowOf(
      runtime,
      input.packs,
      { reminder: sample, recipient, accounts: own },
      Math.max(at, sample.nextAt.getTime()),
      until,
    )
    if (window === null) placed.notToday.push(sample)
    else {
      placed.line.push({
        ...window,
        sample,
        count: sample.standsFor,
        expiresAt: sample.expiresAt.getTime(),
        takesMs: takesMs(route, usage.unitsOf(sample.template), shareOf(active, scope), usage.callSeconds),
      })
    }
  }
  return placed
}

function meanUnits(usage: TypicalUsage, samples: readonly WaitingSample[]): number {
  const all = samples.reduce((sum, one) => sum + one.standsFor, 0)
  return all === 0 ? 1 : samples.reduce((sum, one) => sum + usage.unitsOf(one.template) * one.standsFor, 0) / all
}

/** How much of a route's capacity its messages usually take. */
interface TypicalUsage {
  /** Mean units of a message of this template; of any template if it was never sent; 1 if nothing was. */
  unitsOf(template: string): number
  /** Mean seconds that a call occupies a line; null: the route has no lines. */
  callSeconds: number | null
  /** Nothing was sent on the route yet: the figures are assumed. */
  assumed: boolean
}

function typicalUsage(route: Pick<Route, 'id' | 'channel' | 'rate'>, recent: readonly RecentAttempts[]): TypicalUsage {
  const ours = recent.filter((one) => one.route === route.id)
  const mean = (some: readonly RecentAttempts[]): number | null => {
    const attempts = some.reduce((sum, one) => sum + one.attempts, 0)
    return attempts === 0 ? null : some.reduce((sum, one) => sum + one.weight * one.attempts, 0) / attempts
  }
  const calls = ours.filter((one) => one.lineSeconds !== null)
  const called = calls.reduce((sum, one) => sum + one.attempts, 0)
  const seconds =
    called === 0
      ? ASSUMED_CALL_SECONDS
      : calls.reduce((sum, one) => sum + (one.lineSeconds ?? 0) * one.attempts, 0) / called
  return {
    unitsOf: (template) => mean(ours.filter((one) => one.template === template)) ?? mean(ours) ?? 1,
    callSeconds: route.rate.simultaneousCalls === undefined ? null : seconds,
    assumed: ours.length === 0,
  }
}

/**
 * How much of its route's time does a message take, in milliseconds?
 *
 * By the rate that the gate enforces, a little under the configured one, or by the lines where long
 * calls make those the bottleneck.
 *
 * @param share  the share of the route's rate, in percent
 */
function takesMs(
  route: Pick<Route, 'channel' | 'rate'>,
  units: number,
  share: number,
  callSeconds: number | null,
): number {
  const largest = largestWeight(route)
  // As in the gate, a message heavier than expected pays for its surplus twice.
  const charged = units + Math.max(0, units - largest)
  const byRate =
    (charged * 1_000) / innerRate(atShare({ perSecond: route.rate.perSecond, largestWeight: largest }, share))
  const lines = route.rate.simultaneousCalls
  return lines === undefined || callSeconds === null ? byRate : Math.max(byRate, (callSeconds * 1_000) / lines)
}

/** The period in which the rules allow sending. */
interface SendWindow {
  from: Instant
  /** First instant at which a rule would object; null: none foreseen. */
  closesAt: Instant | null
}

/**
 * When may this waiting reminder be sent before `until`, by today's rules and facts?
 *
 * @returns  null: the rules refuse it, or defer it to `until` or later
 */
function sendWindowOf(
  runtime: Pick<Runtime, 'config'>,
  packs: readonly CompiledPack[],
  waiting: { reminder: WaitingSample; recipient: RecipientForDecision; accounts: readonly AccountForDecision[] },
  from: Instant,
  until: Instant,
): SendWindow | null {
  let at = from
  for (let deferrals = 0; deferrals < MAX_DEFERRALS && at < until; deferrals++) {
    const decision = decide(sampleFacts(runtime, waiting, at), packs, at)
    if (decision.verdict === 'send') return { from: at, closesAt: decision.until }
    if (decision.verdict === 'refuse' || decision.until === null || decision.until <= at) return null
    at = decision.until
  }
  return null
}

function sampleFacts(
  { config }: Pick<Runtime, 'config'>,
  {
    reminder,
    recipient,
    accounts,
  }: { reminder: WaitingSample; recipient: RecipientForDecision; accounts: readonly AccountForDecision[] },
  at: Instant,
): Facts {
  const creditor = config.creditors.get(reminder.creditor)
  const address = chooseAddress(recipient, reminder)
  const system: SystemFacts = {
    testMode: false,
    // Switches are applied before the rules, and what they hold is counted separately.
    switchedOff: null,
    clockUncertain: false,
    routeProblem: routeProblemOf(reminder, address !== null),
    notRegistered: false,
    phoneInFlight: reminder.channel === 'phone' && callInFlight(recipient),
  }
  return composeFacts({
    reminder,
    recipient,
    accounts,
    address,
    daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', at)),
    freshForMs: creditor?.freshFor ?? null,
    pending: [],
    system,
    carries: carriedWords(config, reminder, recipient, creditor, ['text']),
    smsLine: { line: null, smsToLandlines: config.delivery.smsToLandlines ?? [] },
  })
}
