import { retain } from '../../pipeline/retention/retain.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import type { RetentionReport } from '../../report/retention-report.ts'
import { policyOf } from '../policy.ts'

/** How long records are kept. */
export interface Retaining {
  /** Drops the months that nobody demands any more; without `apply` it only tells which. */
  retain(actor: Actor, apply: boolean): Promise<RetentionReport>
}

export const retaining = (shell: Shell): Retaining => ({
  retain: (actor, apply) => retain(shell, actor, policyOf(shell.config), apply),
})
