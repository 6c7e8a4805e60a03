/**
 * Numbers that look random and are the same for one seed.
 *
 * Every part of a run draws from a stream of its own, named, so that one part drawing more does not
 * change what the others draw.
 */
export class Random {
  readonly #seed: number
  #state: number

  constructor(seed: number) {
    this.#seed = seed >>> 0
    this.#state = this.#seed
  }

  /** An independent stream, the same for the same seed and name. */
  stream(name: string): Random {
    let hash = 2_166_136_261 ^ this.#seed
    for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16_777_619)
    return new Random(hash)
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T
  }
}
