/** The shapes of every answer, for those who may see the app and nothing behind it. */
export { accountViewSchema } from '../report/account-view.ts'
export { contactAuditInWords } from '../report/audit/contact-audit.ts'
export { packDiffInWords } from '../report/audit/pack-diff.ts'
export { replayInWords } from '../report/audit/replay-report.ts'
export { capturedViewSchema } from '../report/captured-view.ts'
export { doubtAnswer, doubtViewSchema } from '../report/doubt-view.ts'
export { forecastInWords } from '../report/forecast-words.ts'
export { forecastSchema } from '../report/forecast-view.ts'
export { packInWords } from '../report/pack-words.ts'
export { pageOf } from '../report/page.ts'
export {
  contactViewSchema, holdViewSchema, recipientViewSchema, replyViewSchema, suppressionViewSchema, TASK_STATUSES, taskViewSchema,
} from '../report/people-views.ts'
export { permitAnswer, permitSettled, permitViewSchema } from '../report/permit-view.ts'
export { reminderSummarySchema, reminderViewSchema } from '../report/reminder-view.ts'
export { retentionInWords } from '../report/retention-report.ts'
export { switchViewSchema } from '../report/switch-view.ts'
export { timelineEntrySchema } from '../report/timeline-view.ts'
export { timelineInWords } from '../report/timeline-words.ts'
export { totalsSchema } from '../report/totals-view.ts'
export {
  accountAnswer, cancelAnswer, contactAnswer, endAnswer, eventAnswer, holdAnswer, lineResult, recipientAnswer, suppressionAnswer, taskAnswer,
  type ImportTotals, type LineResult,
} from '../pipeline/accept/answers.ts'
