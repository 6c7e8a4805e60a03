import { benchConfig } from '../bench-config.ts'
import type { OpenPeer } from '../peer.ts'
import { plainJobOf, providerWork } from '../provider-work.ts'
import { inLanes } from './bare-http.ts'

/** Render and call through the adapter and Twilio's SDK, with no queue at all: what is left for any worker to win. */
export const adapterCalls: OpenPeer = async (places) => {
  const config = benchConfig(places)
  const { sendOne } = providerWork(config)
  return inLanes((no) => sendOne(plainJobOf(no, config)))
}
