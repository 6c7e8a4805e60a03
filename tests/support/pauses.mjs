// Loaded before a worker (node --import): its event loop stands still for PAUSES_MIN to PAUSES_MAX
// milliseconds, again and again, at instants that PAUSES_SEED and nothing else decides.
const from = Number(process.env.PAUSES_MIN ?? 100)
const to = Number(process.env.PAUSES_MAX ?? 300)
let state = Number(process.env.PAUSES_SEED ?? 1) >>> 0

/** mulberry32: small, and the same everywhere. */
const draw = () => {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const standStill = () => {
  const end = performance.now() + from + draw() * (to - from)
  while (performance.now() < end);
  setTimeout(standStill, 300 + draw() * 900).unref()
}
setTimeout(standStill, 1_000).unref()
