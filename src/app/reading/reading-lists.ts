import { PersonalData } from '../../pipeline/personal-data.ts'
import type { PermitRules } from '../../pipeline/permits/ask-permit.ts'
import type { Shell } from '../../pipeline/shell.ts'
import type { StepDecision } from '../../pipeline/tasks/decide-steps.ts'
import { decideTasks } from '../../pipeline/tasks/decide-tasks.ts'
import { capturedContent, replyWords } from '../../record/places.ts'
import { isId } from '../../record/id.ts'
import { accountsByExternalId } from '../../record/reading/account-rows.ts'
import { listCaptured, type CapturedRow } from '../../record/reading/captured-rows.ts'
import { listContacts } from '../../record/reading/contact-rows.ts'
import { writeCursor, type Position } from '../../record/reading/cursor.ts'
import { listHolds } from '../../record/reading/hold-rows.ts'
import { logAccess } from '../../record/reading/log-access.ts'
import { recipientsByExternalId } from '../../record/reading/recipient-rows.ts'
import { listSuppressions } from '../../record/reading/suppression-rows.ts'
import { listTasks, taskById, type TaskRow } from '../../record/reading/task-rows.ts'
import { listReplies, type ListedReply } from '../../record/replies.ts'
import type { CapturedView } from '../../report/captured-view.ts'
import type { ReplyView } from '../../report/people-views.ts'
import type { Paging, Reading, Whose } from '../services/reading.ts'
import { text } from './instants.ts'
import { contactViewOf, holdViewOf, suppressionViewOf, taskViewOf } from './people-views-of.ts'
import { creditorSeen, emptyPage, limitOf, onlyOne, pageFrom, positionOf } from './scope.ts'

type Lists = Pick<Reading, 'listTasks' | 'getTask' | 'listHolds' | 'listSuppressions' | 'listContacts' | 'listCaptured' | 'listReplies'>

/** Tasks, pauses, stops, contacts and captured messages, page by page. */
export function readingLists(shell: Shell, rules: PermitRules): Lists {
  const { db } = shell.ledger
  const now = (): Date => new Date(shell.clock.now())
  const narrowed = (query: Whose) => ({ recipientExternalId: query.recipientId ?? null, accountExternalId: query.accountId ?? null })
  const before = (query: Paging): string | null => (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
  /** Open steps alone: what is over is not worked on any more. */
  const decide = async (rows: readonly TaskRow[]) => {
    const open = rows.filter((row) => row.status === 'open' && (row.kind === 'step' || row.kind === 'hand-off'))
    return open.length === 0 ? new Map<string, StepDecision>() : decideTasks(shell, db, rules.packs, open, shell.clock.now(), await rules.clockCertain())
  }
  const timed = (position: Position | null) => (position === null ? null : { at: new Date(position[0] as number), id: position[1] as string })

  return {
    async listTasks(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const after = timed(positionOf(query.cursor, ['number', 'id']))
      const rows = await listTasks(db, {
        creditor: seen.creditor, status: query.status ?? null, ...narrowed(query),
        after: after === null ? null : { dueAt: after.at, id: after.id }, limit: limit + 1,
      })
      const decided = await decide(rows.slice(0, limit))
      return pageFrom(rows, limit, (row) => taskViewOf(row, decided.get(row.id)), (row) => writeCursor([row.due_at.getTime(), row.id]))
    },

    async getTask(actor, id) {
      const row = isId(id) ? await taskById(db, actor.creditor, id.toLowerCase()) : null
      return row === null ? null : taskViewOf(row, (await decide([row])).get(row.id))
    },

    async listHolds(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listHolds(db, {
        creditor: seen.creditor, ...narrowed(query), open: query.open ?? null, at: now(), before: before(query), limit: limit + 1,
      })
      return pageFrom(rows, limit, holdViewOf, (row) => writeCursor([row.id]))
    },

    async listSuppressions(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listSuppressions(db, {
        creditor: seen.creditor, ...narrowed(query), open: query.open ?? null, at: now(), before: before(query), limit: limit + 1,
      })
      return pageFrom(rows, limit, suppressionViewOf, (row) => writeCursor([row.id]))
    },

    async listContacts(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const account = query.accountId === undefined ? null : onlyOne(await accountsByExternalId(db, seen.creditor, query.accountId))
      const person = query.recipientId === undefined ? null : onlyOne(await recipientsByExternalId(db, seen.creditor, query.recipientId))
      if ((query.accountId !== undefined && account === null) || (query.recipientId !== undefined && person === null)) return emptyPage()
      const recipientIds = [person?.id ?? account?.recipient_id].filter((id) => id !== undefined)
      const limit = limitOf(query.limit)
      const rows = await listContacts(db, {
        recipientIds, accountId: account?.id ?? null, before: timed(positionOf(query.cursor, ['number', 'id'])), limit: limit + 1,
      })
      return pageFrom(rows, limit, contactViewOf, (row) => writeCursor([row.at.getTime(), row.id]))
    },

    async listReplies(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listReplies(db, {
        creditor: seen.creditor, recipientExternalId: query.recipientId ?? null, taskId: query.taskId ?? null, unresolved: query.unresolved === true,
        before: before(query), limit: limit + 1,
      })
      await logAccess(db, rows.slice(0, limit).filter((row) => row.words !== null).map((row) => ({ at: now(), actor: actor.name, action: 'words-read' as const, subject: `reply:${row.id}` })))
      return pageFrom(rows, limit, (row) => replyViewOf(shell, row), (row) => writeCursor([row.id]))
    },

    async listCaptured(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listCaptured(db, { creditor: seen.creditor, reminderId: query.reminderId ?? null, before: before(query), limit: limit + 1 })
      await logAccess(db, rows.slice(0, limit).map((row) => ({ at: now(), actor: actor.name, action: 'captured-read' as const, subject: `captured:${row.id}` })))
      return pageFrom(rows, limit, (row) => capturedViewOf(shell, row), (row) => writeCursor([row.id]))
    },
  }
}

function replyViewOf(shell: Shell, row: ListedReply): ReplyView {
  const { data_key: dataKey, data_key_id: dataKeyId } = row
  const data = row.recipient_id === null ? null : new PersonalData(shell.vault, { id: row.recipient_id, dataKey, dataKeyId })
  return {
    id: row.id, creditor: row.creditor, recipientId: row.recipient_external_id, channel: row.channel, route: row.route, receivedAt: text(row.received_at),
    meaning: row.meaning, problem: row.problem, taskId: row.task_id, words: data === null ? null : data.open(replyWords(row.id), row.words),
  }
}

function capturedViewOf(shell: Shell, row: CapturedRow): CapturedView {
  const data = new PersonalData(shell.vault, { id: row.recipient_id, dataKey: row.data_key, dataKeyId: row.data_key_id })
  const content = data.open(capturedContent(row.id), row.content)
  return {
    id: row.id,
    reminderId: row.reminder_id,
    attemptNo: row.attempt_no,
    recipientId: row.recipient_external_id,
    channel: row.channel,
    route: row.route,
    at: text(row.at),
    erased: content === null,
    content: content === null ? null : (JSON.parse(content) as unknown),
  }
}
