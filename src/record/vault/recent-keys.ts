import type { KeyObject } from 'node:crypto'

/** The data keys used last, so that a batch or a person's timeline unwraps each once. */
export class RecentKeys {
  readonly #limit: number
  readonly #keys = new Map<string, KeyObject>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(wrapped: Buffer): KeyObject | undefined {
    const name = wrapped.toString('latin1')
    const key = this.#keys.get(name)
    if (key !== undefined) {
      // A Map keeps insertion order; moving a hit to the end makes the first entry the oldest.
      this.#keys.delete(name)
      this.#keys.set(name, key)
    }
    return key
  }

  put(wrapped: Buffer, key: KeyObject): void {
    this.#keys.set(wrapped.toString('latin1'), key)
    if (this.#keys.size > this.#limit) {
      const [oldest] = this.#keys.keys()
      if (oldest !== undefined) this.#keys.delete(oldest)
    }
  }

  delete(wrapped: Buffer): void {
    this.#keys.delete(wrapped.toString('latin1'))
  }
}
