/** Shortest period that 32 random bytes do not have. */
const LONGEST_PATTERN = 16
/** 32 random bytes have 30 different values; fewer than this has not been seen in as many draws as there are atoms. */
const FEWEST_VALUES = 12

/** Why can these bytes be no secret? In words that do not repeat them; null: nothing shows it. */
export function weaknessOf(bytes: Uint8Array): string | null {
  if (bytes.every((byte) => byte === 0)) return 'is all zeros'
  for (let period = 1; period <= Math.min(LONGEST_PATTERN, bytes.length / 2); period++)
    if (bytes.every((byte, i) => byte === bytes[i % period])) return 'repeats a pattern'
  const step = ((bytes[1] ?? 0) - (bytes[0] ?? 0)) & 255
  if (bytes.every((byte, i) => i === 0 || ((byte - (bytes[i - 1] as number)) & 255) === step))
    return 'counts up or down'
  return new Set(bytes).size < FEWEST_VALUES ? 'has too few different bytes' : null
}
