import type { Transaction } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import type { SuppressionReason } from '../../model/suppression.ts'
import { listensTo, TOLD_STATUSES, type NoticeType } from '../../model/webhook.ts'
import { addNotices, type NewNotice } from '../../record/outbox/add-notices.ts'
import { noticeSubjects, peopleToNote, type NoticeSubject } from '../../record/outbox/notice-subjects.ts'
import type { Database } from '../../record/schema.ts'
import type { Shell } from '../shell.ts'

/** Something about a reminder that upstream may want to hear. */
export interface Happening {
  reminderId: string
  attemptNo?: number
  /** The provider's code, or ours. */
  code?: string | null
  /** Where the reminder stood before: what did not move is not told again. */
  before?: ReminderStatus
  /** A stop was learnt with it, and told as such; the reminder's state is another happening. */
  suppressed?: SuppressionReason
}

/**
 * Notes what upstream is to be told, in the transaction in which it happened and after it was written.
 *
 * The caller holds the lock of each reminder's recipient (`peopleToLockForNotices` names them). With
 * nobody listening it costs nothing: no question is asked and no row is written.
 */
export async function note(shell: Shell, trx: Transaction<Database>, happenings: readonly Happening[], now: Instant): Promise<void> {
  if (shell.config.webhooks.length === 0 || happenings.length === 0) return
  const subjects = await noticeSubjects(trx, happenings.map((h) => h.reminderId), creditorsHeard(shell))
  const notices = happenings.flatMap((happening) => {
    const subject = subjects.get(happening.reminderId)
    return subject === undefined ? [] : noticeOf(shell, happening, subject, now)
  })
  await addNotices(trx, notices, now)
}

/** Whose locks `note` will need for these reminders; nobody's when nobody listens. */
export async function peopleToLockForNotices(shell: Shell, trx: Transaction<Database>, reminderIds: readonly string[]): Promise<string[]> {
  if (shell.config.webhooks.length === 0 || reminderIds.length === 0) return []
  return peopleToNote(trx, reminderIds, creditorsHeard(shell))
}

/** Null: some endpoint listens to every creditor. */
function creditorsHeard(shell: Shell): string[] | null {
  const { webhooks } = shell.config
  return webhooks.some((w) => w.creditors === undefined) ? null : [...new Set(webhooks.flatMap((w) => w.creditors ?? []))]
}

function noticeOf(shell: Shell, happening: Happening, subject: NoticeSubject, now: Instant): NewNotice[] {
  const { reminderId, creditor, recipientKey, recipientId, accountIds, live, status, channel, tone, rung, endReason } = subject
  const about = { reminderId, creditor, recipientId, accountIds, live, channel, tone, rung, attemptNo: happening.attemptNo ?? null, code: happening.code ?? null, at: new Date(now).toISOString() }
  const [type, data] = happening.suppressed !== undefined
    ? ['suppression.added' as const, { ...about, reason: happening.suppressed }]
    : [typeFor(status, happening.before), { ...about, status, endReason }]
  if (type === null) return []
  const endpoints = shell.config.webhooks.filter((w) => listensTo(w, creditor, type)).map((w) => w.id)
  return endpoints.length === 0 ? [] : [{ recipientKey, creditor, type, data, endpoints }]
}

/** Null: nothing that upstream is told of, or nothing new. */
function typeFor(status: ReminderStatus, before: ReminderStatus | undefined): NoticeType | null {
  const told = TOLD_STATUSES.find((known) => known === status)
  return told === undefined || told === before ? null : `reminder.${told}`
}
