/** One at a time, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Does `work` when all that asked before are done, however they ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}
