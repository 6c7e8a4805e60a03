import type { SwitchScope } from '../../model/switch.ts'

/** What a switch's scope is held against. */
export type Scoped = { [Dimension in keyof Required<SwitchScope>]: string | null }

/** A scope covers what equals it in every dimension it names; a jurisdiction covers what lies below it. */
export function covers(scope: SwitchScope, subject: Scoped): boolean {
  return Object.entries(scope).every(([dimension, wanted]) => {
    const actual = subject[dimension as keyof SwitchScope]
    if (actual === null) return false
    return dimension === 'jurisdiction' ? actual === wanted || actual.startsWith(`${wanted}-`) : actual === wanted
  })
}

/** May something on this route be covered? */
export const touchesRoute = ({ route: r, channel: c }: SwitchScope, route: string, channel: string): boolean =>
  (r === undefined || r === route) && (c === undefined || c === channel)

/** Is everything on this route covered? */
export function coversRoute(scope: SwitchScope, route: string, channel: string): boolean {
  const { route: _route, channel: _channel, ...rest } = scope
  return Object.keys(rest).length === 0 && touchesRoute(scope, route, channel)
}
