import { formatInstant } from '../../model/instant.ts'
import type { AttemptRow, DecisionRow, ReceiptRow } from '../../record/reading/reminder-history.ts'
import type { ReminderRow } from '../../record/reading/reminder-rows.ts'
import type { AttemptView, DecisionView, ReceiptView, ReminderSummary, ReminderView } from '../../report/reminder-view.ts'
import { text, textOrNull } from './instants.ts'

export function reminderSummaryOf(row: ReminderRow): ReminderSummary {
  return {
    id: row.id,
    creditor: row.creditor,
    status: row.status,
    recipientId: row.recipient_external_id,
    accountIds: row.account_external_ids,
    live: row.live,
    origin: row.origin,
    kind: row.kind,
    mode: row.mode,
    tone: row.tone,
    channel: row.channel,
    fallbackChannels: row.fallback_channels,
    follows: row.follows,
    template: row.template,
    ladder: row.ladder === null || row.ladder_version === null || row.rung === null ? null : { id: row.ladder, version: row.ladder_version, rung: row.rung },
    route: row.route,
    dueAt: text(row.due_at),
    nextAt: text(row.next_at),
    expiresAt: text(row.expires_at),
    endReason: row.end_reason,
    createdAt: text(row.created_at),
    updatedAt: text(row.updated_at),
  }
}

export const reminderViewOf = (
  row: ReminderRow, decisions: readonly DecisionRow[], attempts: readonly AttemptRow[], receipts: readonly ReceiptRow[],
): ReminderView => ({
  ...reminderSummaryOf(row),
  decisions: decisions.map(decisionOf),
  attempts: attempts.map((attempt) => attemptOf(attempt, receipts.filter((receipt) => receipt.attempt_no === attempt.no))),
})

const decisionOf = (row: DecisionRow): DecisionView => ({
  no: row.no,
  at: text(row.at),
  lastAt: text(row.last_at),
  repeats: row.repeats,
  verdict: row.verdict,
  until: textOrNull(row.until),
  candidateZones: row.candidate_zones,
  packs: row.packs,
  // Facts of people who were erased are gone, and what was decided with them.
  zoneData: (row.facts as Partial<typeof row.facts>).zoneData ?? null,
  reasons: row.reasons.map((reason) => ({ ...reason, until: reason.until === null ? null : formatInstant(reason.until) })),
  attemptNo: row.attempt_no,
})

const attemptOf = (row: AttemptRow, receipts: readonly ReceiptRow[]): AttemptView => ({
  no: row.no,
  channel: row.channel,
  route: row.route,
  provider: row.provider,
  address: { id: row.address_id, kind: row.address_kind, country: row.address_country },
  status: row.status,
  reservedAt: text(row.reserved_at),
  goodUntil: text(row.good_until),
  settledAt: textOrNull(row.settled_at),
  template: row.template,
  templateVersion: row.template_version,
  locale: row.locale,
  messageHash: row.message_hash.toString('hex'),
  providerRef: row.provider_ref,
  rejection: row.rejection,
  code: row.code,
  detail: row.detail,
  delivery: row.delivery === null ? null : { state: row.delivery, final: row.delivery_final, code: row.delivery_code, at: textOrNull(row.delivery_at) },
  resolvedBy: row.resolved_by,
  receipts: receipts.map(receiptOf),
})

const receiptOf = (row: ReceiptRow): ReceiptView => ({
  state: row.state,
  final: row.final,
  code: row.code,
  saidAt: textOrNull(row.said_at),
  receivedAt: text(row.received_at),
  changed: row.changed,
})
