import { formatInstant, type Instant } from '../../model/instant.ts'
import type { StepDecision } from '../../pipeline/tasks/decide-steps.ts'
import type { ContactRow } from '../../record/reading/contact-rows.ts'
import type { HoldRow } from '../../record/reading/hold-rows.ts'
import type { SuppressionRow } from '../../record/reading/suppression-rows.ts'
import type { TaskRow } from '../../record/reading/task-rows.ts'
import type { ContactView, HoldView, SuppressionView, TaskView } from '../../report/people-views.ts'
import { text, textOrNull } from './instants.ts'

export const holdViewOf = (row: HoldRow): HoldView => ({
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
  endReason: row.end_reason,
  createdBy: row.created_by,
  createdAt: text(row.created_at),
})

export const suppressionViewOf = (row: SuppressionRow): SuppressionView => ({
  id: row.id,
  creditor: row.creditor,
  scope: row.scope,
  recipientId: row.recipient_external_id ?? row.awaits_recipient,
  awaits: row.recipient_external_id !== null ? null : row.awaits_recipient !== null ? 'recipient' : row.awaits_account === null ? null : 'account',
  accountId: row.awaits_account,
  channel: row.channel,
  reason: row.reason,
  source: row.source,
  startsAt: text(row.starts_at),
  endsAt: textOrNull(row.ends_at),
  receivedAt: text(row.received_at),
  liftedAt: textOrNull(row.lifted_at),
  liftedBy: row.lifted_by,
  liftReason: row.lift_reason,
  createdBy: row.created_by,
})

export const contactViewOf = (row: ContactRow): ContactView => ({
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

/** @param decided  undefined: it is not open any more, or nothing is decided about tasks of its kind */
export const taskViewOf = (row: TaskRow, decided: StepDecision | undefined): TaskView => ({
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
  channel, verdict: decision.verdict, until: instantOrNull(decision.until),
  reasons: decision.reasons.map((reason) => ({ ...reason, until: instantOrNull(reason.until) })),
})

const instantOrNull = (instant: Instant | null): string | null => (instant === null ? null : formatInstant(instant))
