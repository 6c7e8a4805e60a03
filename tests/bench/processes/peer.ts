import { performance } from 'node:perf_hooks'
import { answer, argumentOf } from '../ask.ts'
import type { Places } from '../bench-config.ts'
import { CONCURRENCY, type OpenPeer } from '../peer.ts'
import { adapterCalls } from '../peers/adapter-calls.ts'
import { bareHttp } from '../peers/bare-http.ts'
import { plainBullmq, rawBullmq } from '../peers/bullmq.ts'
import { graphileWorker } from '../peers/graphile-worker.ts'
import { pgBoss } from '../peers/pg-boss.ts'

/** One peer in a process of its own. */
export interface PeerArgument extends Places {
  peer: keyof typeof PEERS
}

const PEERS = { bareHttp, adapterCalls, rawBullmq, plainBullmq, graphileWorker, pgBoss } satisfies Record<
  string,
  OpenPeer
>

const { peer: name, ...places } = argumentOf<PeerArgument>()
const peer = await PEERS[name](places)
/** The SDK and the connections come with the first call; no peer is charged for that. */
const WARM_UP = 5 * CONCURRENCY
await peer.add(0, WARM_UP)
await peer.drain(WARM_UP)

answer({
  add: ({ from, count }: { from: number; count: number }) => peer.add(from, count),
  /** Answers the milliseconds it took. */
  drain: async (count: number) => {
    const began = performance.now()
    await peer.drain(count)
    return performance.now() - began
  },
})
