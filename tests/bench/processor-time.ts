/**
 * How often does `run` fit into one second of processor time?
 *
 * Of processor time, so that a busy machine does not blur the figure: for pure code that waits for nothing.
 *
 * @param forMs  wall milliseconds to measure for
 */
export function perSecond(forMs: number, run: (no: number) => void): number {
  let count = 0
  const begin = process.cpuUsage()
  const end = performance.now() + forMs
  while (performance.now() < end) for (let i = 0; i < 50; i++) run(count++)
  const used = process.cpuUsage(begin)
  return (count / (used.user + used.system)) * 1_000_000
}
