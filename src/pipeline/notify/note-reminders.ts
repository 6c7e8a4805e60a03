import type { Transaction } from 'kysely'
import type { Instant } from '../../model/instant.ts'
import type { ReminderStatus } from '../../model/reminder-status.ts'
import { TOLD_STATUSES, type ToldStatus } from '../../model/webhook.ts'
import type { Locked } from '../../record/locks.ts'
import { addNotices, type NewNotice } from '../../record/outbox/add-notices.ts'
import { noticeSubjects, peopleToNote, type NoticeSubject } from '../../record/outbox/notice-subjects.ts'
import type { Database } from '../../record/schema.ts'
import type { Shell } from '../shell.ts'
import { creditorsHeard, endpointsFor, someoneListens } from './listeners.ts'

/** A reminder that may have come to something. */
export interface Moved {
  reminderId: string
  attemptNo?: number
  /** The provider's code, or ours. */
  code?: string | null
  /** Where it stood before: what did not move is not told again. */
  before?: ReminderStatus
}

/**
 * Notes what upstream is to be told of these reminders, in the transaction in which they moved and after they did.
 *
 * The caller holds the lock of each one's recipient; `peopleToLock` names them. With nobody
 * listening it costs nothing: no question is asked and no row is written.
 */
export async function noteReminders(shell: Shell, trx: Locked, moved: readonly Moved[], now: Instant): Promise<void> {
  if (!someoneListens(shell) || moved.length === 0) return
  const subjects = await noticeSubjects(trx, moved.map((one) => one.reminderId), creditorsHeard(shell))
  await addNotices(trx, moved.flatMap((one) => {
    const subject = subjects.get(one.reminderId)
    return subject === undefined ? [] : noticeOf(shell, one, subject, now)
  }), now)
}

/** Whose locks `noteReminders` will need for these; nobody's when nobody listens. */
export async function peopleToLock(shell: Shell, trx: Transaction<Database>, reminderIds: readonly string[]): Promise<string[]> {
  return someoneListens(shell) && reminderIds.length > 0 ? peopleToNote(trx, reminderIds, creditorsHeard(shell)) : []
}

function noticeOf(shell: Shell, moved: Moved, { recipientKey, ...subject }: NoticeSubject, now: Instant): NewNotice[] {
  const { creditor, status } = subject
  if (!isTold(status) || status === moved.before) return []
  const type = `reminder.${status}` as const
  const data = { ...subject, attemptNo: moved.attemptNo ?? null, code: moved.code ?? null, at: new Date(now).toISOString() }
  const endpoints = endpointsFor(shell, creditor, type)
  return endpoints.length === 0 ? [] : [{ recipientKey, creditor, type, data, endpoints }]
}

const isTold = (status: ReminderStatus): status is ToldStatus => (TOLD_STATUSES as readonly ReminderStatus[]).includes(status)
