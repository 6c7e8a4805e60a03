import { isWithin } from '../model/jurisdiction.ts'
import type { Channel } from '../model/channel.ts'
import type { Role } from '../model/role.ts'
import type { Route } from '../model/route.ts'

/** What a route must serve to carry a message. */
export interface RouteWish {
  channel: Channel
  creditor: string
  product: string
  role: Role
  /** Where the person is or may be, as ISO 3166-1 or 3166-2; empty when nothing is known. */
  jurisdictions: readonly string[]
}

/** Which route do this creditor's messages about this account want, wherever the recipient is? */
export const wishFor = (
  { creditor, jurisdiction }: { creditor: string; jurisdiction: string | null }, { product, role }: { product: string; role: Role },
): Omit<RouteWish, 'channel'> => ({ creditor, product, role, jurisdictions: jurisdiction === null ? [] : [jurisdiction] })

export type RouteChoice = { ok: true; route: Route } | { ok: false; problem: string }

/**
 * Which route carries this message?
 *
 * The first in the order of the configuration that serves the creditor, the product, the role and
 * every jurisdiction; a route for `US` serves `US-NY`. A route that names jurisdictions does not
 * serve people of whom none is known.
 *
 * @returns  the route, or what none of them serves, in words for the record
 */
export function chooseRoute(routes: readonly Route[], wish: RouteWish): RouteChoice {
  const ofChannel = routes.filter((route) => route.channel === wish.channel)
  if (ofChannel.length === 0) return { ok: false, problem: `no route for ${wish.channel} is configured` }
  const route = ofChannel.find((candidate) => unserved(candidate, wish) === null)
  if (route !== undefined) return { ok: true, route }
  const gaps = ofChannel.map((candidate) => `${candidate.id}: ${unserved(candidate, wish) as string}`)
  return { ok: false, problem: `no route serves this message (${gaps.join('; ')})` }
}

/** Asks which route carries this message on a channel; null: none does. */
export const routeIdFor = (routes: readonly Route[], wish: Omit<RouteWish, 'channel'>) => (channel: Channel): string | null => {
  const choice = chooseRoute(routes, { ...wish, channel })
  return choice.ok ? choice.route.id : null
}

/** What about the wish does this route not serve? Null: nothing, it serves all. */
function unserved({ serves }: Route, wish: RouteWish): string | null {
  if (serves.creditors !== undefined && !serves.creditors.includes(wish.creditor)) return `creditor ${wish.creditor}`
  if (serves.products !== undefined && !serves.products.includes(wish.product)) return `product ${wish.product}`
  if (serves.roles !== undefined && !serves.roles.includes(wish.role)) return `role ${wish.role}`
  if (serves.jurisdictions === undefined) return null
  if (wish.jurisdictions.length === 0) return 'a person whose jurisdiction is not known'
  const outside = wish.jurisdictions.find((place) => !serves.jurisdictions?.some((served) => isWithin(place, served)))
  return outside === undefined ? null : `jurisdiction ${outside}`
}
