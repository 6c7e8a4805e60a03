import type { Transaction } from 'kysely'
import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { Instant } from '../../model/instant.ts'
import { addDays } from '../../model/local-date.ts'
import type { Route } from '../../model/route.ts'
import { bookDate, startOfBookDay } from '../../plan/book-time.ts'
import { forecastQueue, type InLine } from '../../plan/forecast-queue.ts'
import { readAccounts, readPeople } from '../../record/dispatch/decision-inputs.ts'
import { activeSwitches, type ActiveSwitch } from '../../record/dispatch/switches.ts'
import { readOnly } from '../../record/forecast/read-only.ts'
import { recentAttempts, type RecentAttempts } from '../../record/forecast/recent-attempts.ts'
import { countWaiting, sampleWaiting, type WaitingSample } from '../../record/forecast/waiting-sample.ts'
import type { Database } from '../../record/schema.ts'
import { shareOf, shareOfRoute } from '../dispatch/share-of.ts'
import { closedBy } from '../dispatch/switch-board.ts'
import type { Shell } from '../shell.ts'
import { takesMs, usualRoom, type UsualRoom } from './usual-room.ts'
import { whenItMayGo } from './when-it-may-go.ts'

/** So many of a route's queue are decided; with more, each stands for its neighbours. */
const SAMPLE = 400
const STATEMENT_MS = 5_000

/** What becomes of what waits on a route until the end of the day. All counts are of reminders. */
export interface RouteForecast {
  route: string
  channel: Route['channel']
  waiting: number
  dueNow: number
  dueLaterToday: number
  goes: number
  missesWindow: number
  expires: number
  /** A switch stops or pauses them. */
  heldBySwitch: number
  /** The rules refuse them, or put them off past today. */
  notToday: number
  /** When the last that goes today begins; now when nothing waits; null when nothing of what waits goes today. */
  emptyAt: Instant | null
  /** Percent of the rate that slow switches leave to all of the route. */
  share: number
  /** What one of them takes of the rate, in its units: SMS segments, otherwise 1. */
  unitsEach: number
  callSeconds: number | null
  /** Nothing was sent on the route yet, so `unitsEach` and `callSeconds` are assumed. */
  assumed: boolean
  /** Counts are of every n-th reminder. */
  everyNth: number
}

/** What a forecast was made of. */
export interface Forecast {
  at: Instant
  /** The end of today in `zone`. */
  until: Instant
  routes: RouteForecast[]
}

/**
 * When will each route's queue be empty, and how many will not make it today?
 *
 * Reads only the partial indexes of what waits, and the facts of a sample: however much waits, a
 * few hundred are decided, by the same rules as dispatch, for the instant at which they may go.
 * Two reminders to one person do not know of each other here, and nothing that is planned later is seen.
 *
 * @param creditor  null: every; otherwise only its reminders are counted, behind everybody's in the queue
 * @throws          when the ledger takes longer than five seconds over one of the questions
 */
export async function forecastRoutes(shell: Shell, packs: readonly CompiledPack[], asked: { creditor: string | null; zone: string }): Promise<Forecast> {
  const at = shell.clock.now()
  const until = startOfBookDay(addDays(bookDate(at, asked.zone), 1), asked.zone)
  return readOnly(shell.ledger, STATEMENT_MS, async (trx) => {
    const active = await activeSwitches(trx)
    const recent = await recentAttempts(trx)
    const routes: RouteForecast[] = []
    for (const route of shell.config.routes) routes.push(await forecastRoute({ shell, packs, trx, active, recent, at, until, creditor: asked.creditor }, route))
    return { at, until, routes }
  })
}

interface Setting {
  shell: Shell
  packs: readonly CompiledPack[]
  trx: Transaction<Database>
  active: readonly ActiveSwitch[]
  recent: readonly RecentAttempts[]
  at: Instant
  until: Instant
  creditor: string | null
}

async function forecastRoute(setting: Setting, route: Route): Promise<RouteForecast> {
  const { trx, at, until, creditor } = setting
  const counts = await countWaiting(trx, route.id, new Date(at), new Date(until))
  const sample = async (status: 'queued' | 'scheduled', waiting: number) =>
    waiting === 0 ? [] : sampleWaiting(trx, { route: route.id, status, until: new Date(until), waiting, size: SAMPLE })
  const samples = [...await sample('queued', counts.queued), ...await sample('scheduled', counts.scheduled)]
  const room = usualRoom(route, setting.recent)
  const { line, held, notToday } = await place(setting, route, room, samples)
  const fates = forecastQueue(line, at)
  const counted = (one: WaitingSample): number => (creditor === null || one.creditor === creditor ? one.standsFor : 0)
  const ours = line.map((one, index) => ({ ...one, fate: fates[index] as (typeof fates)[number] })).filter(({ sample: one }) => counted(one) > 0)
  const sum = (of: 'goes' | 'missesWindow' | 'expires'): number => ours.reduce((all, { fate }) => all + fate[of], 0)
  const total = (some: readonly WaitingSample[]): number => some.reduce((all, one) => all + counted(one), 0)
  const waiting = creditor === null ? counts.queued + counts.scheduled : total(samples)
  const dueNow = creditor === null ? counts.queued + counts.due : total(samples.filter((one) => one.status === 'queued' || one.nextAt.getTime() <= at))
  const lasts = ours.map(({ fate }) => fate.lastAt).filter((last) => last !== null)
  return {
    route: route.id, channel: route.channel, waiting, dueNow, dueLaterToday: waiting - dueNow,
    goes: sum('goes'), missesWindow: sum('missesWindow'), expires: sum('expires'),
    heldBySwitch: total(held), notToday: total(notToday),
    emptyAt: waiting === 0 ? at : lasts.length === 0 ? null : Math.round(Math.max(...lasts)),
    share: shareOfRoute(setting.active, route.id, route.channel),
    unitsEach: meanUnits(room, samples), callSeconds: room.callSeconds, assumed: room.assumed && waiting > 0,
    everyNth: Math.max(1, ...samples.map((one) => one.standsFor)),
  }
}

interface Placed {
  line: (InLine & { sample: WaitingSample })[]
  held: WaitingSample[]
  notToday: WaitingSample[]
}

/** Which of the sample stand in the queue today, and for how long each is in hand. */
async function place(setting: Setting, route: Route, room: UsualRoom, samples: readonly WaitingSample[]): Promise<Placed> {
  const { shell, trx, active, at, until } = setting
  const people = await readPeople(trx, [...new Set(samples.map((one) => one.recipientId))], at)
  const accounts = await readAccounts(trx, samples.map((one) => one.id))
  const placed: Placed = { line: [], held: [], notToday: [] }
  for (const sample of samples) {
    const person = people.get(sample.recipientId)
    const own = accounts.get(sample.id) ?? []
    if (person === undefined) continue
    const scope = {
      creditor: sample.creditor, product: own[0]?.product ?? null, jurisdiction: person.jurisdiction, channel: sample.channel,
      route: sample.route, template: sample.template, ladder: sample.ladder, rung: sample.rung,
    }
    if (closedBy(active, scope, sample.queuedAt ?? 'new') !== null) {
      placed.held.push(sample)
      continue
    }
    const may = whenItMayGo(shell, setting.packs, { reminder: sample, person, accounts: own }, Math.max(at, sample.nextAt.getTime()), until)
    if (may === null) placed.notToday.push(sample)
    else {
      placed.line.push({
        ...may, sample, count: sample.standsFor, expiresAt: sample.expiresAt.getTime(),
        takesMs: takesMs(route, room.unitsOf(sample.template), shareOf(active, scope), room.callSeconds),
      })
    }
  }
  return placed
}

function meanUnits(room: UsualRoom, samples: readonly WaitingSample[]): number {
  const all = samples.reduce((sum, one) => sum + one.standsFor, 0)
  return all === 0 ? 1 : samples.reduce((sum, one) => sum + room.unitsOf(one.template) * one.standsFor, 0) / all
}
