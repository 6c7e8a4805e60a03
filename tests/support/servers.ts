import { inject, it } from 'vitest'
import { findProgram } from './child-server.ts'
import { noteLeftOut } from './left-out.ts'

/** The run's Redis, or null. Shared by all files: use a prefix of your own, never FLUSHALL. */
export const redisUrl: string | null = inject('redisUrl')

/** The run's PostgreSQL (its maintenance database), or null. For a ledger use `openServerFresh`. */
export const postgresUrl: string | null = inject('postgresUrl')

/**
 * Runs `suite` when its server is there; otherwise the end of the run says that it was left out.
 *
 * @param name  as it should read in that list
 */
export function whenThere(server: 'Redis' | 'PostgreSQL', name: string, suite: (url: string) => void): void {
  const url = server === 'Redis' ? redisUrl : postgresUrl
  if (url !== null) suite(url)
  else leaveOut(name, server)
}

/**
 * Runs `suite` when this program is installed, for suites that start servers of their own; otherwise the
 * end of the run says that it was left out.
 */
export function whenInstalled(program: 'redis-server', name: string, suite: () => void): void {
  if (findProgram(program) !== null) suite()
  else leaveOut(name, program)
}

/** A file of which everything is left out is no mistake: it must not fail for having no test. */
function leaveOut(name: string, want: string): void {
  noteLeftOut(inject('runDirectory'), name, want)
  // oxlint-disable-next-line vitest/no-disabled-tests -- the end of the run names it, and with CI=true that is a failure
  it.skip(`${name}: needs ${want}`, () => {})
}
