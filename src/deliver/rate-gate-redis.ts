import type { Cluster, Redis } from 'ioredis'
import type { GateRate, RateGate } from './rate-gate.ts'
import { gateOver } from './slot-store.ts'

/**
 * `bookSlots` of slot-store.ts, by the server's clock. Numbers above 2^53 are not met:
 * microseconds since 1970 reach it in the year 2255.
 */
const BOOK = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead, coldMicros, isCold, count = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4])
local cold = now + coldMicros
local known = tonumber(redis.call('GET', KEYS[1]) or '')
local first = cold
if known and not isCold then first = math.max(now, math.min(known, cold)) end
local granted, free = 0, first
for i = 1, count do
  if first + tonumber(ARGV[4 + i]) > now + ahead then break end
  granted = i
  free = first + tonumber(ARGV[4 + count + i])
end
redis.call('SET', KEYS[1], string.format('%.0f', free))
return { string.format('%.0f', first - now), granted }
`

interface WithBook {
  bookRateSlots(key: string, ...args: (string | number)[]): Promise<[string, number]>
}

/**
 * A rate gate shared by all workers through Redis: one key per route, on a cluster too.
 *
 * The key has no expiry. A server that lost or restored its memory may hand out an older
 * state, so after a lost connection the route counts as full for the next second.
 *
 * @param redis   shared; closing the gate leaves it open
 * @param prefix  of the key, e.g. `decorum`
 */
export function redisRateGate(redis: Redis | Cluster, route: string, rate: GateRate, prefix = 'decorum'): RateGate {
  redis.defineCommand('bookRateSlots', { numberOfKeys: 1, lua: BOOK })
  const key = `${prefix}:rate:${route}`
  const lost = lossesOf(redis)
  let known = lost.count
  return gateOver(route, rate, async booking => {
    const cold = booking.cold || lost.count !== known
    known = lost.count
    const [wait, granted] = await (redis as unknown as WithBook).bookRateSlots(
      key, booking.aheadMicros, booking.coldMicros, cold ? 1 : 0, booking.startsMicros.length, ...booking.startsMicros, ...booking.endsMicros,
    )
    return { waitMicros: Number(wait), granted }
  })
}

const losses = new WeakMap<object, { count: number }>()

/** How often this connection was lost; one listener serves the gates of all routes. */
function lossesOf(redis: Redis | Cluster): { readonly count: number } {
  const known = losses.get(redis)
  if (known !== undefined) return known
  const counted = { count: 0 }
  losses.set(redis, counted)
  redis.on('close', () => { counted.count += 1 })
  return counted
}
