import { DecorumError } from '../../model/errors.ts'
import type { PermitRules } from '../../pipeline/permits/ask-permit.ts'
import { retain } from '../../pipeline/retention/retain.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import type { RetentionReport } from '../../report/retention-report.ts'

/** How long records are kept. */
export interface Retaining {
  /**
   * Drops the partitions past their retention period; without `apply` it only tells which.
   *
   * @throws DECORUM_STATE_CONFLICT when it cannot be told how old a month is
   */
  retain(actor: Actor, apply: boolean): Promise<RetentionReport>
}

export const retaining = (shell: Shell, rules: PermitRules): Retaining => ({
  async retain(actor, apply) {
    // What is dropped under a clock that was stepped into the future does not come back.
    if (!(await rules.clockCertain())) {
      throw new DecorumError('DECORUM_STATE_CONFLICT', 'this host’s clock and the ledger’s do not agree, so that nobody can tell how old a record is', {
        hint: 'Set the clock right and ask again; decorum doctor compares the two.',
      })
    }
    return retain(shell, actor, rules.packs, apply)
  },
})
