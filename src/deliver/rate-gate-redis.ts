import type { Cluster, Redis } from 'ioredis'
import { createRateGate, type GateRate, type RateGate } from './rate-gate.ts'

/** `bookSlots` by the server's clock, in microseconds since 1970, which stay below 2^53 until the year 2255. */
const BOOK = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead, coldMicros, isCold, count = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1', tonumber(ARGV[4])
local cold = now + coldMicros
local info = redis.pcall('INFO', 'replication')
local server = type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or ''
local free, by = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%x*)$')
local known = by == server and tonumber(free)
local first = cold
if known and not isCold then first = math.max(now, math.min(known, cold)) end
local granted, ends = 0, first
for i = 1, count do
  if first + tonumber(ARGV[4 + i]) > now + ahead then break end
  granted = i
  ends = first + tonumber(ARGV[4 + count + i])
end
redis.call('SET', KEYS[1], string.format('%.0f %s', ends, server))
return { string.format('%.0f', first - now), granted }
`

interface WithBook {
  bookRateSlots(key: string, ...args: (string | number)[]): Promise<[string, number]>
}

/**
 * A rate gate shared by all workers through Redis: one key per route, on a cluster too.
 *
 * The key has no expiry and stores the server's replication id, which changes at each restart and each promotion of a
 * replica. A server that restored a snapshot, or replaced a master whose last bookings it never got, finds another id in
 * the key, and the route counts as full for the next second, as it does without a key and after a lost connection. A master
 * cut off from the majority stops accepting bookings before its replica is elected.
 *
 * @param redis   shared; closing the gate leaves it open
 * @param prefix  of the key, e.g. `decorum`
 */
export function redisRateGate(redis: Redis | Cluster, route: string, rate: GateRate, prefix = 'decorum'): RateGate {
  redis.defineCommand('bookRateSlots', { numberOfKeys: 1, lua: BOOK })
  const key = `${prefix}:rate:${route}`
  const lost = lossesOf(redis)
  let known = lost.count
  return createRateGate(route, rate, async (booking) => {
    const cold = booking.cold || lost.count !== known
    known = lost.count
    const [wait, granted] = await (redis as unknown as WithBook).bookRateSlots(
      key,
      booking.aheadMicros,
      booking.coldMicros,
      cold ? 1 : 0,
      booking.startsMicros.length,
      ...booking.startsMicros,
      ...booking.endsMicros,
    )
    return { waitMicros: Number(wait), granted }
  })
}

const losses = new WeakMap<object, { count: number }>()

/** How often this connection was lost; the gates of all routes share one listener. */
function lossesOf(redis: Redis | Cluster): { readonly count: number } {
  const known = losses.get(redis)
  if (known !== undefined) return known
  const counted = { count: 0 }
  losses.set(redis, counted)
  redis.on('close', () => {
    counted.count += 1
  })
  return counted
}
