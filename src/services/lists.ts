import { formatInstant, type Instant } from '../model/time.ts'
import type { AccessLog } from '../pipeline/access-log.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { decideTasks, type StepDecision } from '../pipeline/tasks.ts'
import { type Position, writeCursor } from '../record/access.ts'
import { accountsByExternalId } from '../record/accounts.ts'
import { type CapturedListing, listCaptured } from '../record/captured.ts'
import { type ContactListing, listContacts } from '../record/contacts.ts'
import { type HoldListing, listHolds } from '../record/holds.ts'
import { isId } from '../record/id.ts'
import { recipientsByExternalId } from '../record/recipients.ts'
import { type ListedReply, listReplies } from '../record/replies.ts'
import { listSuppressions, type SuppressionListing } from '../record/suppressions.ts'
import { listTasks, taskById, type TaskListing } from '../record/tasks.ts'
import {
  capturedContent,
  holdEndReason,
  replyWords,
  suppressionLiftReason,
  suppressionSource,
} from '../record/vault/vault.ts'
import type { Page } from '../report/views/page.ts'
import type { ContactView, HoldView, ReplyView, SuppressionView, TaskView } from '../report/views/recipients.ts'
import type { CapturedView } from '../report/views/reminders.ts'
import {
  creditorScope,
  emptyPage,
  limitOf,
  onlyOne,
  type OwnerFilter,
  pageFrom,
  type Paging,
  positionOf,
  text,
  textOrNull,
} from './paging.ts'

/** Tasks, holds, suppressions, contacts, captured messages and replies, page by page. */
export interface ListService {
  listTasks(
    actor: Actor,
    query: Paging & OwnerFilter & { status?: TaskView['status'] | undefined },
  ): Promise<Page<TaskView>>
  getTask(actor: Actor, id: string): Promise<TaskView | null>
  listHolds(actor: Actor, query: Paging & OwnerFilter & { open?: boolean | undefined }): Promise<Page<HoldView>>
  listSuppressions(
    actor: Actor,
    query: Paging & OwnerFilter & { open?: boolean | undefined },
  ): Promise<Page<SuppressionView>>
  listContacts(actor: Actor, query: Paging & OwnerFilter): Promise<Page<ContactView>>
  /** Access is logged. */
  listCaptured(
    actor: Actor,
    query: Paging & { creditor?: string | undefined; reminderId?: string | undefined },
  ): Promise<Page<CapturedView>>
  /** Newest first; access to texts is logged. `unresolved`: only replies without a known sender. */
  listReplies(
    actor: Actor,
    query: Paging & {
      creditor?: string | undefined
      recipientId?: string | undefined
      taskId?: string | undefined
      unresolved?: boolean | undefined
    },
  ): Promise<Page<ReplyView>>
}

export function listService(runtime: Runtime, rules: PermitRules, access: AccessLog): ListService {
  const { db } = runtime.ledger
  const now = (): Date => new Date(runtime.clock.now())
  const ownedBy = (query: OwnerFilter) => ({
    recipientExternalId: query.recipientId ?? null,
    accountExternalId: query.accountId ?? null,
  })
  const before = (query: Paging): string | null => (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
  /** Whether each open step may be worked on now. */
  const decide = async (rows: readonly TaskListing[]) => {
    const open = rows.filter((row) => row.status === 'open' && (row.kind === 'step' || row.kind === 'hand-off'))
    return open.length === 0
      ? new Map<string, StepDecision>()
      : decideTasks(runtime, db, rules.packs, open, runtime.clock.now(), await rules.clockCertain())
  }
  /** Pages of holds or suppressions, which are asked for in the same way. */
  const openOrEnded =
    <R extends { id: string }, V>(
      list: (from: typeof db, filter: Parameters<typeof listHolds>[1]) => Promise<R[]>,
      viewOf: (row: R) => V,
    ) =>
    async (actor: Actor, query: Paging & OwnerFilter & { open?: boolean | undefined }): Promise<Page<V>> => {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await list(db, {
        ...scope,
        ...ownedBy(query),
        open: query.open ?? null,
        at: now(),
        before: before(query),
        limit: limit + 1,
      })
      return pageFrom(rows, limit, viewOf, (row) => writeCursor([row.id]))
    }
  const timed = (position: Position | null) =>
    position === null ? null : { at: new Date(position[0] as number), id: position[1] as string }

  return {
    async listTasks(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const after = timed(positionOf(query.cursor, ['number', 'id']))
      const rows = await listTasks(db, {
        ...scope,
        status: query.status ?? null,
        ...ownedBy(query),
        after: after === null ? null : { dueAt: after.at, id: after.id },
        limit: limit + 1,
      })
      const decided = await decide(rows.slice(0, limit))
      return pageFrom(
        rows,
        limit,
        (row) => taskViewOf(row, decided.get(row.id)),
        (row) => writeCursor([row.due_at.getTime(), row.id]),
      )
    },

    async getTask(actor, id) {
      const row = isId(id) ? await taskById(db, actor, id.toLowerCase()) : null
      return row === null ? null : taskViewOf(row, (await decide([row])).get(row.id))
    },

    listHolds: openOrEnded(listHolds, (row) => holdViewOf(runtime, row)),
    listSuppressions: openOrEnded(listSuppressions, (row) => suppressionViewOf(runtime, row)),

    async listContacts(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const account =
        query.accountId === undefined ? null : onlyOne(await accountsByExternalId(db, scope, query.accountId))
      const recipient =
        query.recipientId === undefined ? null : onlyOne(await recipientsByExternalId(db, scope, query.recipientId))
      if (
        (query.accountId !== undefined && account === null) ||
        (query.recipientId !== undefined && recipient === null)
      )
        return emptyPage()
      const recipientIds = [recipient?.id ?? account?.recipient_id].filter((id) => id !== undefined)
      const limit = limitOf(query.limit)
      const rows = await listContacts(db, {
        recipientIds,
        accountId: account?.id ?? null,
        before: timed(positionOf(query.cursor, ['number', 'id'])),
        limit: limit + 1,
      })
      return pageFrom(rows, limit, contactViewOf, (row) => writeCursor([row.at.getTime(), row.id]))
    },

    async listReplies(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listReplies(db, {
        ...scope,
        recipientExternalId: query.recipientId ?? null,
        taskId: query.taskId ?? null,
        unresolved: query.unresolved === true,
        before: before(query),
        limit: limit + 1,
      })
      await access.reading(
        rows
          .slice(0, limit)
          .filter((row) => row.words !== null)
          .map((row) => ({
            at: now(),
            actor: actor.name,
            action: 'words-read',
            subject: `reply:${row.id}`,
            creditor: row.creditor,
            recipientId: row.recipient_id,
            live: actor.live,
          })),
      )
      return pageFrom(
        rows,
        limit,
        (row) => replyViewOf(runtime, row),
        (row) => writeCursor([row.id]),
      )
    },

    async listCaptured(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const rows = await listCaptured(db, {
        ...scope,
        reminderId: query.reminderId ?? null,
        before: before(query),
        limit: limit + 1,
      })
      await access.reading(
        rows.slice(0, limit).map((row) => ({
          at: now(),
          actor: actor.name,
          action: 'captured-read',
          subject: `captured:${row.id}`,
          creditor: row.creditor,
          recipientId: row.recipient_id,
          live: actor.live,
        })),
      )
      return pageFrom(
        rows,
        limit,
        (row) => capturedViewOf(runtime, row),
        (row) => writeCursor([row.id]),
      )
    },
  }
}

function replyViewOf(runtime: Runtime, row: ListedReply): ReplyView {
  const { data_key: dataKey, data_key_id: dataKeyId } = row
  const data =
    row.recipient_id === null ? null : new PersonalData(runtime.vault, { id: row.recipient_id, dataKey, dataKeyId })
  return {
    id: row.id,
    creditor: row.creditor,
    recipientId: row.recipient_external_id,
    channel: row.channel,
    route: row.route,
    receivedAt: text(row.received_at),
    meaning: row.meaning,
    problem: row.problem,
    taskId: row.task_id,
    words: data === null ? null : data.open(replyWords(row.id), row.words),
  }
}

function capturedViewOf(runtime: Runtime, row: CapturedListing): CapturedView {
  const data = new PersonalData(runtime.vault, {
    id: row.recipient_id,
    dataKey: row.data_key,
    dataKeyId: row.data_key_id,
  })
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

/** In place of words that died with a person's key. */
const ERASED = 'erased'

/** The person's data of a listed row; of nobody's: what the deployment's key seals. */
const dataOf = (
  { vault }: Pick<Runtime, 'vault'>,
  row: { recipient_id: string | null; data_key: Buffer | null; data_key_id: string | null },
): PersonalData =>
  new PersonalData(vault, { id: row.recipient_id ?? '', dataKey: row.data_key, dataKeyId: row.data_key_id })

const holdViewOf = (runtime: Pick<Runtime, 'vault'>, row: HoldListing): HoldView => ({
  id: row.id,
  creditor: row.creditor,
  recipientId: row.recipient_external_id,
  accountId: row.account_external_id,
  channel: row.channel,
  kind: row.kind,
  startsAt: text(row.starts_at),
  endsAt: textOrNull(row.ends_at),
  endedAt: textOrNull(row.ended_at),
  endedBy: row.ended_by,
  endReason: dataOf(runtime, row).openText(holdEndReason(row.id), row.end_reason),
  createdBy: row.created_by,
  createdAt: text(row.created_at),
})

const suppressionViewOf = (runtime: Pick<Runtime, 'vault'>, row: SuppressionListing): SuppressionView => ({
  id: row.id,
  creditor: row.creditor,
  scope: row.scope,
  recipientId: row.recipient_external_id ?? row.awaits_recipient,
  awaits:
    row.recipient_external_id !== null
      ? null
      : row.awaits_recipient !== null
        ? 'recipient'
        : row.awaits_account === null
          ? null
          : 'account',
  accountId: row.awaits_account,
  channel: row.channel,
  reason: row.reason,
  source: dataOf(runtime, row).openText(suppressionSource(row.creditor), row.source) ?? ERASED,
  startsAt: text(row.starts_at),
  endsAt: textOrNull(row.ends_at),
  receivedAt: text(row.received_at),
  liftedAt: textOrNull(row.lifted_at),
  liftedBy: row.lifted_by,
  liftReason: dataOf(runtime, row).openText(suppressionLiftReason(row.id), row.lift_reason),
  createdBy: row.created_by,
})

const contactViewOf = (row: ContactListing): ContactView => ({
  id: row.id,
  creditor: row.creditor,
  recipientId: row.recipient_external_id,
  accountIds: row.account_external_ids,
  at: text(row.at),
  channel: row.channel,
  direction: row.direction,
  mode: row.mode,
  outcome: row.outcome,
  party: row.party,
  by: row.made_by,
  reminderId: row.reminder_id,
  excess: row.excess ?? [],
  recordedAt: text(row.recorded_at),
})

/** @param decided  undefined when the task is closed, or its kind carries no decision */
const taskViewOf = (row: TaskListing, decided: StepDecision | undefined): TaskView => ({
  id: row.id,
  creditor: row.creditor,
  recipientId: row.recipient_external_id,
  accountIds: row.account_external_ids,
  kind: row.kind,
  ladder: row.ladder,
  rung: row.rung,
  tone: row.tone,
  instructions: row.instructions,
  status: row.status,
  assignedTo: row.assigned_to,
  dueAt: text(row.due_at),
  expiresAt: text(row.expires_at),
  outcome: row.outcome,
  completedBy: row.completed_by,
  completedAt: textOrNull(row.completed_at),
  channels: row.channels,
  withdrawnAt: textOrNull(row.withdrawn_at),
  endReason: row.end_reason,
  decision: decided === undefined ? null : decisionOf(decided),
})

const decisionOf = ({ channel, decision }: StepDecision): TaskView['decision'] => ({
  channel,
  verdict: decision.verdict,
  until: instantOrNull(decision.until),
  reasons: decision.reasons.map((reason) => ({ ...reason, until: instantOrNull(reason.until) })),
})

const instantOrNull = (instant: Instant | null): string | null => (instant === null ? null : formatInstant(instant))
