import { policyOf } from '../policy.ts'
import { auditContacts, type AuditedContacts } from '../audit/audit-contacts.ts'
import { replay } from '../audit/replay.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { sampleDecisions } from '../../record/audit/sample-decisions.ts'
import type { ContactAudit } from '../../report/audit/contact-audit.ts'
import type { ReplayReport } from '../../report/audit/replay-report.ts'

/** Evidence for the compliance officer. */
export interface Auditing {
  /** Decides recorded decisions again: so many of reminders and so many of permits, drawn at random. */
  auditDecisions(sample: number): Promise<ReplayReport>
  /** Judges every contact of a period by the rules in force on its day. */
  auditContacts(asked: AuditedContacts): Promise<ContactAudit>
}

export const auditing = (shell: Shell): Auditing => ({
  async auditDecisions(sample) {
    const { db } = shell.ledger
    return replay(shell.config.packs, [...await sampleDecisions(db, 'reminder', sample), ...await sampleDecisions(db, 'permit', sample)])
  },
  auditContacts: (asked) => auditContacts(shell, policyOf(shell.config), asked),
})
