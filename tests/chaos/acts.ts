import type { Channel } from '../../src/model/vocabulary.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'

/** Something that the world outside does while Decorum works. */
export type Act =
  | {
      kind: 'remind'
      recipient: Person
      channels: Channel[]
      notBeforeMs: number
      twice: boolean
      cancelAfterMs: number | null
    }
  | { kind: 'pay' | 'text-stop' | 'unsubscribe' | 'hold' | 'agent-call' | 'permit' | 'report-again'; recipient: Person }

export interface TimedAct {
  /** After the load began. */
  atMs: number
  act: Act
}

/** How many direct reminders one person is asked to get, on average: more than the caps let through. */
const REMINDERS_EACH = 5

export const peopleFor = (seconds: number, rate: number): number =>
  Math.max(12, Math.round((seconds * rate) / REMINDERS_EACH))

/**
 * What is asked of Decorum in this run, and when?
 *
 * Reminders for one person come in bursts, on one channel or several, so that they meet in one
 * batch and in different workers; what stops them comes at the same time.
 */
export function actsOf(
  random: Random,
  seconds: number,
  rate: number,
  people: readonly Person[],
  channels: readonly Channel[],
  race: boolean,
): TimedAct[] {
  const acts: TimedAct[] = []
  const wanted = seconds * rate
  const lastMs = seconds * 1000
  for (let asked = 0; asked < wanted;) {
    const recipient = random.pick(people)
    const atMs = random.int(0, lastMs)
    for (let burst = random.int(1, 4); burst > 0 && asked < wanted; burst--, asked++) {
      const first = random.pick(channels)
      const others = channels.filter((channel) => channel !== first)
      acts.push({
        atMs: Math.min(lastMs, atMs + random.int(0, 300)),
        act: {
          kind: 'remind',
          recipient,
          channels: [first, ...(random.chance(0.3) ? others : [])],
          twice: random.chance(0.1),
          notBeforeMs: random.chance(0.2) ? random.int(500, lastMs / 2) : 0,
          cancelAfterMs: race && random.chance(0.05) ? random.int(0, 400) : null,
        },
      })
    }
    if (race && random.chance(0.35)) {
      const kind = random.pick([
        'pay',
        'text-stop',
        'unsubscribe',
        'hold',
        'agent-call',
        'permit',
        'report-again',
      ] as const)
      acts.push({ atMs: Math.min(lastMs, atMs + random.int(0, 600)), act: { kind, recipient } })
    }
  }
  return acts.sort((a, b) => a.atMs - b.atMs)
}
