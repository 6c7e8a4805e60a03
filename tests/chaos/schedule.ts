import { CHANNELS, type Channel } from '../../src/model/vocabulary.ts'
import type { FaultName } from './options.ts'
import type { Random } from './random.ts'

/** Something that is done to the system at one moment. */
export type Blow =
  | { kind: 'kill'; process: string; downMs: number }
  | { kind: 'redis-kill'; downMs: number }
  | { kind: 'redis-flush' }
  | { kind: 'postgres-restart'; downMs: number }
  | { kind: 'clock'; process: string; offsetMs: number; lastsMs: number }
  | { kind: 'freeze'; process: string; lastsMs: number }
  | { kind: 'switch'; state: 'stopped' | 'paused' | 'draining'; channel: Channel | null; lastsMs: number }
  | { kind: 'wire'; to: 'twilio' | 'smtp'; how: 'freeze' | 'cut'; lastsMs: number }

export interface TimedBlow {
  /** After the load began. */
  atMs: number
  blow: Blow
}

/** Mean time between two blows of one kind; a short run gets at least one of each that it asks for. */
const EVERY_MS: Record<Blow['kind'], number> = {
  kill: 6_000,
  'redis-kill': 20_000,
  'redis-flush': 12_000,
  'postgres-restart': 30_000,
  clock: 7_000,
  freeze: 9_000,
  switch: 15_000,
  wire: 8_000,
}
const FAULT_OF: Record<Blow['kind'], FaultName> = {
  kill: 'kill',
  'redis-kill': 'redis-kill',
  'redis-flush': 'redis-flush',
  'postgres-restart': 'postgres-restart',
  clock: 'clock',
  freeze: 'freeze',
  switch: 'switch',
  wire: 'provider',
}

/**
 * When does what go wrong in this run?
 *
 * Drawn before the run, so that one seed always means the same blows at the same moments.
 *
 * @param processes  names of the processes that may be killed and whose clocks may be stepped
 */
export function scheduleOf(
  random: Random,
  seconds: number,
  faults: ReadonlySet<FaultName>,
  processes: readonly string[],
): TimedBlow[] {
  const end = seconds * 1000
  const kinds = (Object.keys(EVERY_MS) as Blow['kind'][]).filter((kind) => faults.has(FAULT_OF[kind]))
  const blows = kinds.flatMap((kind) => {
    const stream = random.stream(`blows ${kind}`)
    const mean = Math.min(EVERY_MS[kind], end / 2)
    const times: number[] = []
    for (let at = mean * (0.3 + 0.5 * stream.next()); at < end - 500; at += mean * (0.4 + 1.2 * stream.next()))
      times.push(Math.round(at))
    return times.map((atMs) => ({ atMs, blow: blowOf(kind, stream, processes) }))
  })
  return blows.sort((a, b) => a.atMs - b.atMs)
}

function blowOf(kind: Blow['kind'], random: Random, processes: readonly string[]): Blow {
  switch (kind) {
    case 'kill':
      return { kind, process: random.pick(processes), downMs: random.int(0, 1_000) }
    case 'redis-kill':
      return { kind, downMs: random.int(200, 2_500) }
    case 'redis-flush':
      return { kind }
    case 'postgres-restart':
      return { kind, downMs: random.int(100, 1_500) }
    case 'clock': {
      const size = random.pick([5_000, 30_000, 600_000, 7_200_000, 86_400_000, 7 * 86_400_000])
      return {
        kind,
        process: random.pick(processes),
        offsetMs: size * random.pick([1, -1]),
        lastsMs: random.int(500, 4_000),
      }
    }
    // Some shorter than half a lease, some longer than all of it.
    case 'freeze':
      return {
        kind,
        process: random.pick(processes),
        lastsMs: random.pick([1_500, 4_000, 9_000, 20_000]) + random.int(0, 1_000),
      }
    case 'switch':
      return {
        kind,
        state: random.pick(['stopped', 'paused', 'draining']),
        channel: random.pick([null, ...CHANNELS]),
        lastsMs: random.int(3_000, 7_000),
      }
    case 'wire':
      return {
        kind,
        to: random.pick(['twilio', 'smtp']),
        how: random.pick(['freeze', 'cut']),
        lastsMs: random.int(300, 2_000),
      }
  }
}
