export const SWITCH_STATES = ['stopped', 'paused', 'draining', 'slowed'] as const
/**
 * What a switch does to the reminders in its scope: `stopped` refuses them, `paused`
 * lets them wait, `draining` sends what is queued and takes nothing new, `slowed` lets
 * them go out at a share of their route's rate.
 */
export type SwitchState = (typeof SWITCH_STATES)[number]

export const SWITCH_DIMENSIONS = ['creditor', 'product', 'jurisdiction', 'channel', 'route', 'template', 'ladder', 'rung'] as const

/** A switch covers what matches every dimension it names; an empty scope covers everything. */
export type SwitchScope = { [D in (typeof SWITCH_DIMENSIONS)[number]]?: string }
