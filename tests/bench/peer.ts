/** A worker of another make, doing the same calls. */
export interface Peer {
  /** Puts jobs `from` to `from + count` into its queue. */
  add(from: number, count: number): Promise<void>
  /** Works until `count` more jobs are completed, by its own account. */
  drain(count: number): Promise<void>
  /** Jobs at once: the numbers of which the fastest in the warm-up is kept. Absent: `CONCURRENCY`. */
  concurrency?: { choices: readonly number[]; use(atOnce: number): void }
}

export type OpenPeer = (places: {
  databaseUrl: string | null
  redisUrl: string | null
  dataDir: string
  stubUrl: string
}) => Promise<Peer>

/** Calls in flight at once, for every peer that takes such a number. */
export const CONCURRENCY = 100

/** Counts completed jobs; `reach` resolves when that many more have come. */
export class Completed {
  #done = 0
  #wanted = Number.POSITIVE_INFINITY
  #resolve: () => void = () => {}

  readonly one = (): void => {
    this.#done += 1
    if (this.#done >= this.#wanted) this.#resolve()
  }

  reach(more: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = this.#done + more
      this.#resolve = resolve
    })
  }
}
