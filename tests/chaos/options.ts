import { parseArgs } from 'node:util'
import { CHANNELS, type Channel } from '../../src/model/vocabulary.ts'
import { BREAKS, type Break } from './broken-source.ts'

/** What goes wrong in a run. */
export const FAULTS = [
  'kill',
  'redis-kill',
  'redis-flush',
  'postgres-restart',
  'provider',
  'clock',
  'freeze',
  'switch',
  'sweepers',
  'race',
] as const
export type FaultName = (typeof FAULTS)[number]

export interface ChaosOptions {
  /** How long load and faults go on; starting before and settling afterwards come on top. */
  seconds: number
  seed: number
  faults: ReadonlySet<FaultName>
  /** Reminders asked for in a second. */
  rate: number
  channels: readonly Channel[]
  /** Share of the sends that a provider makes go wrong, in percent; with `provider` among the faults. */
  storm: number
  /** A guard to break on purpose in a copy of the source; null: the source as it is. */
  break: Break | null
  json: boolean
  /** Where every process's output is kept; null: nowhere. */
  logs: string | null
}

export const USAGE = `npm run chaos -- [--seconds N] [--seed N] [--faults ${FAULTS.join(',')}]
              [--rate N] [--storm PERCENT] [--channels sms,email,phone] [--break ${BREAKS.join('|')}] [--logs DIR] [--json]`

/** @throws TypeError with words for the person at the keyboard */
export function readOptions(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: FAULTS.join(',') },
      rate: { type: 'string', default: '12' },
      storm: { type: 'string', default: '12' },
      channels: { type: 'string', default: CHANNELS.join(',') },
      break: { type: 'string' },
      logs: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    seconds: number('--seconds', values.seconds, 1, 86_400),
    seed: number('--seed', values.seed, 0, 4_294_967_295),
    rate: number('--rate', values.rate, 1, 1_000),
    storm: number('--storm', values.storm, 0, 100),
    faults: new Set(listOf('--faults', values.faults, FAULTS)),
    channels: listOf('--channels', values.channels, CHANNELS),
    json: values.json,
    logs: values.logs ?? null,
    break: values.break === undefined ? null : (listOf('--break', values.break, BREAKS)[0] ?? null),
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new TypeError(`${name} is not a whole number from ${least} to ${most}`)
  return value
}

function listOf<T extends string>(name: string, text: string, known: readonly T[]): T[] {
  const wanted = text.split(',').filter((word) => word !== '' && word !== 'none')
  const strange = wanted.find((word) => !(known as readonly string[]).includes(word))
  if (strange !== undefined) throw new TypeError(`${name}: ${strange} is none of ${known.join(', ')}`)
  return wanted as T[]
}
