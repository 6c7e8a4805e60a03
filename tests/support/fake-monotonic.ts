/**
 * A machine clock that the test moves: it jumps to the next waiter when everybody waits.
 *
 * Everything that happens between two waits must be promises without timers.
 */
export class FakeMonotonic {
  private at = 0
  private readonly waiting: { until: number; resolve: () => void }[] = []
  private scheduled = false

  now = (): number => this.at

  wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.waiting.push({ until: this.at + Math.max(ms, 0), resolve })
      this.schedule()
    })

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    // Immediates run after every promise job, so all that can go on without time has.
    setImmediate(() => {
      this.scheduled = false
      this.waiting.sort((a, b) => a.until - b.until)
      const next = this.waiting.shift()
      if (next === undefined) return
      this.at = Math.max(this.at, next.until)
      next.resolve()
      if (this.waiting.length > 0) this.schedule()
    })
  }
}
