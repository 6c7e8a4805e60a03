import { MINUTE, type Instant } from '../../model/instant.ts'
import { futureFaults, type StatedTime } from '../../intake/times-of-facts.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Config } from '../../config/config.ts'

/**
 * Refuses facts that are dated later than now, and more than clocks may differ (`limits.clockSkewMinutes`).
 *
 * What is dated ahead by less is of now; callers take the earlier of the two.
 *
 * @throws DECORUM_BAD_INPUT with each such field
 */
export function refuseFuture({ config }: { readonly config: Pick<Config, 'limits'> }, times: readonly StatedTime[], now: Instant): void {
  const faults = futureFaults(times, now + config.limits.clockSkewMinutes * MINUTE)
  const first = faults[0]
  if (first !== undefined) throw new DecorumError('DECORUM_BAD_INPUT', `${first.path} ${first.problem}`, { faults })
}
