import type { Channel } from '../../src/model/vocabulary.ts'
import type { Post } from './fleet.ts'

const FAKES = 'tests/chaos/providers'

/** The providers' processes; they are not part of what is tested and are never killed. */
export const providerPosts = (seed: number): Map<string, Post> =>
  new Map([
    ['twilio', { script: `${FAKES}/twilio-process.ts`, ready: '"control"', env: { CHAOS_SEED: String(seed) } }],
    ['smtp', { script: `${FAKES}/smtp-process.ts`, ready: '"control"', env: { CHAOS_SEED: String(seed) } }],
  ])

/** Decorum's own processes: two of each that may run beside another of its kind. */
export function decorumPosts(channels: readonly Channel[], sweepers: number): Map<string, Post> {
  const worker = (name: string, daemon: string): [string, Post] => [
    name,
    { script: `dist/workers/${daemon}.js`, ready: 'daemons.started' },
  ]
  const workersOf: Record<Channel, number> = { sms: 2, email: 2, phone: 1 }
  return new Map<string, Post>([
    ['serve', { script: 'dist/decorum.js', args: ['serve'], ready: 'listening' }],
    worker('planner', 'planner'),
    ...channels.flatMap((channel) =>
      Array.from({ length: workersOf[channel] }, (_, i) => worker(`${channel}-${i + 1}`, channel)),
    ),
    ...Array.from({ length: sweepers }, (_, i) => worker(`sweeper-${i + 1}`, 'sweeper')),
  ])
}
