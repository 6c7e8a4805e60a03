import type { Channel } from '../../src/model/vocabulary.ts'
import { MINUTE, type Instant } from '../../src/model/time.ts'

/**
 * The rules of a run, small enough to bind within it: as a policy pack for Decorum, and as numbers
 * for the judge, who must not ask Decorum's own engine whether Decorum kept them.
 */
export const RULES = {
  /** Attempts of any kind to one person in 24 hours: longer than any run. */
  perPerson: { sms: 2, email: 3, phone: 2 } satisfies Record<Channel, number>,
  /** Texts to one number, whoever shares it. */
  textsPerNumber: 3,
  /** Between two calls to one person. */
  callSpacingMs: MINUTE,
} as const

/** People of one kind: where they are and which hours their product may use. */
export interface Cohort {
  product: string
  jurisdiction: string
  zone: string
  currency: string
  /** Everything up to the last digits. */
  prefix: string
  /** The only span in which they may be contacted during the run; open ends are infinite. */
  opensAt: Instant
  closesAt: Instant
}

/**
 * Whose window opens and whose closes while the run goes on?
 *
 * Windows are written in whole minutes, so a run shorter than a minute may see no edge.
 *
 * @param start  when the load begins
 */
export function cohortsOf(start: Instant, seconds: number): Cohort[] {
  const edge = (share: number) => Math.ceil((start + seconds * 1000 * share) / MINUTE) * MINUTE
  const london = { jurisdiction: 'GB', zone: 'Europe/London', currency: 'GBP', prefix: '+447700' }
  const newYork = { jurisdiction: 'US-NY', zone: 'America/New_York', currency: 'USD', prefix: '+121220' }
  return [
    { ...london, product: 'open', opensAt: -Infinity, closesAt: Infinity },
    { ...london, product: 'closing', opensAt: -Infinity, closesAt: edge(0.5) },
    { ...newYork, product: 'opening', opensAt: edge(0.3), closesAt: Infinity },
  ]
}

const wallTime = (at: Instant, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)

/** The policy pack of the run, as YAML. */
export function packOf(cohorts: readonly Cohort[]): string {
  const about = '    citation: "the rules of this run"\n    source: "the rules of this run"\n    verified: text\n'
  const half = 12 * 60 * MINUTE
  const windows = cohorts.map((cohort) => {
    const { product, zone, opensAt, closesAt } = cohort
    const span =
      opensAt > -Infinity
        ? [wallTime(opensAt, zone), wallTime(opensAt + half, zone)]
        : closesAt < Infinity
          ? [wallTime(closesAt - half, zone), wallTime(closesAt, zone)]
          : ['00:00', '24:00']
    return `  - id: hours-${product}\n    shape: window\n    when: { products: [${product}] }\n    allow: [{ from: "${span[0]}", to: "${span[1]}" }]\n${about}`
  })
  const cap = (id: string, channel: Channel, limit: number, key: 'person' | 'address') =>
    `  - id: ${id}\n    shape: cap\n    when: { channels: [${channel}] }\n    limit: ${limit}\n    window: { type: rolling-hours, hours: 24 }\n    counts: attempt\n    key: ${key}\n    channels: [${channel}]\n${about}`
  const caps = (Object.entries(RULES.perPerson) as [Channel, number][]).map(([channel, limit]) =>
    cap(`cap-${channel}`, channel, limit, 'person'),
  )
  return `id: chaos
version: "1"
title: "Small numbers that bind within minutes"
kind: house
reviewer: null
source: "the rules of this run"
validFrom: "2020-01-01"
applies: {}
rules:
${windows.join('')}${caps.join('')}${cap('cap-number', 'sms', RULES.textsPerNumber, 'address')}  - id: call-spacing
    shape: spacing
    when: { channels: [phone] }
    minutes: ${RULES.callSpacingMs / MINUTE}
    counts: attempt
    key: person
    channels: [phone]
${about}  - id: after-conversation
    shape: cooldown
    when: { channels: [phone] }
    after: conversation
    days: 2
    key: person
    channels: [phone]
${about}vectors: []
`
}
