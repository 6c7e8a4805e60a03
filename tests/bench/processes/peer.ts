import { performance } from 'node:perf_hooks'
import { answer, argumentOf } from '../ask.ts'
import type { Places } from '../bench-config.ts'
import { CONCURRENCY, type OpenPeer } from '../peer.ts'
import { adapterCalls } from '../peers/adapter-calls.ts'
import { bareHttp } from '../peers/bare-http.ts'
import { plainBullmq, rawBullmq } from '../peers/bullmq.ts'
import { carefulWorker } from '../peers/careful-worker.ts'
import { graphileWorker } from '../peers/graphile-worker.ts'
import { pgBoss } from '../peers/pg-boss.ts'

/** One peer in a process of its own. */
export interface PeerArgument extends Places {
  peer: keyof typeof PEERS
}

const PEERS = {
  bareHttp,
  adapterCalls,
  rawBullmq,
  plainBullmq,
  graphileWorker,
  pgBoss,
  carefulWorker,
} satisfies Record<string, OpenPeer>

/** What the warm-up has used up, and found. */
export interface WarmedUp {
  jobs: number
  chosen: string | null
}

const { peer: name, ...places } = argumentOf<PeerArgument>()
const peer = await PEERS[name](places)
/** The SDK and the connections come with the first call; no peer is charged for that. */
const WARM_UP = 5 * CONCURRENCY
/** Jobs for each number of jobs at once that is tried. */
const TRIED = 1_000

async function timed(from: number, count: number): Promise<number> {
  await peer.add(from, count)
  return drain(count)
}

/** Answers the milliseconds it took. */
async function drain(count: number): Promise<number> {
  const began = performance.now()
  await peer.drain(count)
  return performance.now() - began
}

answer({
  warmUp: async (): Promise<WarmedUp> => {
    let jobs = WARM_UP
    await timed(0, WARM_UP)
    if (peer.concurrency === undefined) return { jobs, chosen: null }
    const best = new Map<number, number>()
    // In turn and twice, so that no number has the warmer process to itself.
    for (const atOnce of [...peer.concurrency.choices, ...peer.concurrency.choices]) {
      peer.concurrency.use(atOnce)
      const perSecond = (TRIED / (await timed(jobs, TRIED))) * 1_000
      best.set(atOnce, Math.max(perSecond, best.get(atOnce) ?? 0))
      jobs += TRIED
    }
    const tried = [...best].sort((a, b) => b[1] - a[1])
    const [fastest] = tried[0] as [number, number]
    peer.concurrency.use(fastest)
    const others = tried.map(([atOnce, perSecond]) => `${atOnce}: ${perSecond.toFixed(0)}/s`).join(', ')
    return { jobs, chosen: `${fastest} jobs at once (tried ${others})` }
  },
  add: ({ from, count }: { from: number; count: number }) => peer.add(from, count),
  drain,
})
