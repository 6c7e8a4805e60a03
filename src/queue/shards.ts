/** A shard that did not take a ring is tried last for so long, in machine time. */
const REST_MS = 5_000

/**
 * Which of a route's shards takes a ring?
 *
 * Each ring has a shard of its own, so that a route's tickets spread over the nodes of a cluster;
 * while that shard does not answer another one takes them. A ticket means the same on any of
 * them: every worker of the route hears all.
 */
export class Shards {
  readonly #restUntil: number[]
  readonly #now: () => number

  /** @param now  machine monotonic time in milliseconds; given in tests */
  constructor(count: number, now: () => number = () => performance.now()) {
    this.#restUntil = Array.from({ length: count }, () => Number.NEGATIVE_INFINITY)
    this.#now = now
  }

  /**
   * All shards in the order in which this ring tries them: its own first, those that rest last.
   *
   * @param ring  a uuid; its last digits are random in every version that is in use
   */
  orderFor(ring: string): number[] {
    const count = this.#restUntil.length
    const own = Number.parseInt(ring.slice(-8), 16) % count
    const order = Array.from({ length: count }, (_, i) => (own + i) % count)
    const rests = (shard: number): boolean => (this.#restUntil[shard] as number) > this.#now()
    return [...order.filter((shard) => !rests(shard)), ...order.filter(rests)]
  }

  failed(shard: number): void {
    this.#restUntil[shard] = this.#now() + REST_MS
  }

  answered(shard: number): void {
    this.#restUntil[shard] = Number.NEGATIVE_INFINITY
  }
}
