import type { Transaction } from 'kysely'
import type { Creditor } from '../model/creditor.ts'
import { isWithin } from '../model/places/jurisdiction.ts'
import type { Route } from '../model/route.ts'
import type { Instant } from '../model/time.ts'
import type { Channel, Role } from '../model/vocabulary.ts'
import { type Carrier, concernsChannel, nextOnFallback } from '../plan/fallback.ts'
import { newId } from '../record/id.ts'
import { addReminders } from '../record/planning.ts'
import { failedReminder } from '../record/reminders.ts'
import type { Database } from '../record/schema.ts'
import type { Runtime } from './runtime.ts'

/** What a route must serve to carry a message. */
interface RouteCriteria {
  channel: Channel
  creditor: string
  product: string
  role: Role
  /** Where the recipient is or may be, as ISO 3166-1 or 3166-2; empty: not known. */
  jurisdictions: readonly string[]
}

/**
 * What must a route serve to carry this creditor's messages to this recipient, about this account?
 *
 * A recipient without a jurisdiction counts as living where the creditor's recipients do by default, for the choice of a route
 * only: rules and hours assume no place.
 */
export function routeCriteria(
  { creditors }: { creditors: ReadonlyMap<string, Creditor> },
  { creditor, jurisdiction }: { creditor: string; jurisdiction: string | null },
  { product, role }: { product: string; role: Role },
): Omit<RouteCriteria, 'channel'> {
  const place = jurisdiction ?? creditors.get(creditor)?.defaults.jurisdiction ?? null
  return { creditor, product, role, jurisdictions: place === null ? [] : [place] }
}

type RouteChoice = { ok: true; route: Route } | { ok: false; problem: string }

/**
 * Which route carries this message?
 *
 * The first in the order of the configuration that serves the creditor, the product, the role and
 * every jurisdiction; a route for `US` serves `US-NY`. A route that names jurisdictions does not
 * serve recipients whose jurisdiction is not known.
 *
 * @returns  the route, or what none of them serves, in words for the record
 */
function chooseRoute(routes: readonly Route[], wish: RouteCriteria): RouteChoice {
  const ofChannel = routes.filter((route) => route.channel === wish.channel)
  if (ofChannel.length === 0) return { ok: false, problem: `no route for ${wish.channel} is configured` }
  const route = ofChannel.find((candidate) => unserved(candidate, wish) === null)
  if (route !== undefined) return { ok: true, route }
  const gaps = ofChannel.map((candidate) => `${candidate.id}: ${unserved(candidate, wish) as string}`)
  return { ok: false, problem: `no route serves this message (${gaps.join('; ')})` }
}

/** Which route carries this message on a channel? Null: none does. */
export const routeIdFor =
  (routes: readonly Route[], wish: Omit<RouteCriteria, 'channel'>) =>
  (channel: Channel): string | null => {
    const choice = chooseRoute(routes, { ...wish, channel })
    return choice.ok ? choice.route.id : null
  }

/** Which criterion does this route not serve? Null: it serves all. */
function unserved({ serves }: Route, wish: RouteCriteria): string | null {
  if (serves.creditors !== undefined && !serves.creditors.includes(wish.creditor)) return `creditor ${wish.creditor}`
  if (serves.products !== undefined && !serves.products.includes(wish.product)) return `product ${wish.product}`
  if (serves.roles !== undefined && !serves.roles.includes(wish.role)) return `role ${wish.role}`
  if (serves.jurisdictions === undefined) return null
  if (wish.jurisdictions.length === 0) return 'a person whose jurisdiction is not known'
  const outside = wish.jurisdictions.find((place) => !serves.jurisdictions?.some((served) => isWithin(place, served)))
  return outside === undefined ? null : `jurisdiction ${outside}`
}

/**
 * Which of a step's channels carries it, and which others could?
 *
 * A channel without a route is passed over while another has one; with none, the refusal is shown on the first.
 *
 * @param channels  in order of preference
 * @returns         `route` is `none` where no route serves any of the channels; null when there is no channel at all
 */
export function chooseCarrier(
  routes: readonly Route[],
  wish: Omit<RouteCriteria, 'channel'>,
  channels: readonly Channel[],
): Carrier | null {
  const served = channels.map((channel) => ({ channel, choice: chooseRoute(routes, { ...wish, channel }) }))
  const chosen = served.find((s) => s.choice.ok) ?? served[0]
  if (chosen === undefined) return null
  return {
    channel: chosen.channel,
    route: chosen.choice.ok ? chosen.choice.route.id : NO_ROUTE,
    fallbackChannels: served.filter((s) => s.choice.ok && s !== chosen).map((s) => s.channel),
  }
}

/**
 * The route of a reminder that no route serves.
 *
 * Such a reminder still needs a recorded decision, so it goes through the same
 * reserve as all others, is refused there as `route_not_eligible`, and never reaches a provider.
 */
export const NO_ROUTE = 'none'

/** Creates the follow-up reminder on the rung's next channel, if there is one: see `nextOnFallback`. */
export async function fallBack(
  runtime: Runtime,
  trx: Transaction<Database>,
  reminderId: string,
  reason: string,
  now: Instant,
): Promise<void> {
  // Most ends concern neither channel nor address; those need no query.
  if (!concernsChannel(reason)) return
  const failed = await failedReminder(trx, reminderId)
  if (failed === null) return
  const { id, creditor, recipientId } = failed
  const next = nextOnFallback(
    {
      ...failed,
      dueAt: failed.dueAt.getTime(),
      expiresAt: failed.expiresAt.getTime(),
      accounts: failed.accounts.map((a) => ({ ...a, pass: a.pass ?? 1 })),
    },
    reason,
    now,
    routeIdFor(runtime.config.routes, routeCriteria(runtime.config, failed, failed)),
  )
  if (next !== null)
    await addReminders(trx, [{ ...next, id: newId(), creditor, recipientId, follows: id, variables: null }], now)
}
