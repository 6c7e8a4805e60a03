import { decide } from '../decide/decide.ts'
import { explainDecision } from '../decide/explain-decision.ts'
import type { DecisionExplanation } from '../model/explanation.ts'
import type { Pack } from '../model/pack.ts'
import { formatInstant } from '../model/time.ts'
import type { Channel, ReminderStatus } from '../model/vocabulary.ts'
import { comparableDecision, compileAllPacks, packVersionKey, NOT_BY_RULES, packsOf } from '../pipeline/audit/replay.ts'
import type { AccessLog } from '../pipeline/access-log.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { sentMessage } from '../pipeline/sent-message.ts'
import { writeCursor } from '../record/access.ts'
import { capturedOfAttempt } from '../record/captured.ts'
import {
  type AttemptRow,
  attemptsOf,
  type DecisionRow,
  decisionsOf,
  type ReceiptRow,
  receiptsOf,
  sentWords,
} from '../record/history.ts'
import { isId } from '../record/id.ts'
import { listReminders, reminderById, type ReminderRow } from '../record/reminders.ts'
import { capturedContent } from '../record/vault/vault.ts'
import { type AskedAgain, explainReminder } from '../report/explain.ts'
import type { Page } from '../report/views/page.ts'
import type {
  AttemptView,
  DecisionView,
  ReceiptView,
  ReminderSummary,
  ReminderView,
} from '../report/views/reminders.ts'
import type { Language } from '../report/words/terms.ts'
import {
  creditorScope,
  emptyPage,
  limitOf,
  type OwnerFilter,
  pageFrom,
  type Paging,
  positionOf,
  text,
  textOrNull,
} from './paging.ts'

/** Reminders: what became of them, why, and what exactly was sent. */
export interface ReminderService {
  getReminder(actor: Actor, id: string): Promise<ReminderView | null>
  listReminders(
    actor: Actor,
    query: Paging & OwnerFilter & { status?: ReminderStatus | undefined; channel?: Channel | undefined },
  ): Promise<Page<ReminderSummary>>
  /** One line each; `asked` is what the rules of the last decision judged by, where it can be reproduced. Null: no such reminder. */
  explainReminder(
    actor: Actor,
    id: string,
    language?: Language,
  ): Promise<{ lines: string[]; asked: DecisionExplanation | null } | null>
  /** The text of one attempt, rendered again from its facts or as captured. Access is logged. Null: no such attempt. */
  attemptWords(actor: Actor, reminderId: string, attemptNo: number): Promise<AttemptWords | null>
}

type AttemptWords =
  | { state: 'kept'; source: 'captured' | 'rendered-again'; content: unknown }
  | { state: 'erased' }
  /** The template version that made it is not installed any more; its hash remains with the attempt. */
  | { state: 'unavailable'; problem: string }

export function reminderService(runtime: Runtime, access: AccessLog): ReminderService {
  const { db } = runtime.ledger

  async function history(actor: Actor, id: string) {
    const row = isId(id) ? await reminderById(db, actor, id.toLowerCase()) : null
    if (row === null) return null
    const decisions = await decisionsOf(db, row.id)
    return {
      view: reminderViewOf(row, decisions, await attemptsOf(db, row.id), await receiptsOf(db, row.id)),
      last: decisions.at(-1) ?? null,
    }
  }

  return {
    getReminder: async (actor, id) => (await history(actor, id))?.view ?? null,

    async explainReminder(actor, id, language = 'en') {
      const found = await history(actor, id)
      if (found === null) return null
      const asked = found.last === null ? null : askAgain(runtime.config.packs, found.last)
      const facts = found.last === null || (asked !== null && 'erased' in asked) ? null : found.last.facts
      return {
        lines: explainReminder(found.view, { facts, asked, language }),
        asked: asked !== null && 'explanation' in asked && asked.agrees ? asked.explanation : null,
      }
    },

    async listReminders(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const before = positionOf(query.cursor, ['id'])
      const rows = await listReminders(db, {
        ...scope,
        status: query.status ?? null,
        channel: query.channel ?? null,
        recipientExternalId: query.recipientId ?? null,
        accountExternalId: query.accountId ?? null,
        before: before === null ? null : (before[0] as string),
        limit: limit + 1,
      })
      return pageFrom(rows, limit, reminderSummaryOf, (row) => writeCursor([row.id]))
    },

    async attemptWords(actor, reminderId, attemptNo) {
      const sent = isId(reminderId) ? await sentWords(db, actor, reminderId.toLowerCase(), attemptNo) : null
      if (sent === null) return null
      await access.reading([
        {
          at: new Date(runtime.clock.now()),
          actor: actor.name,
          action: 'words-read',
          subject: `attempt:${sent.reminderId}.${sent.attemptNo}`,
          creditor: sent.creditor,
          recipientId: sent.recipientId,
          live: actor.live,
        },
      ])
      if (sent.dataKey === null) return { state: 'erased' }
      const captured = await capturedOfAttempt(db, sent.reminderId, sent.attemptNo)
      if (captured !== null) {
        const data = new PersonalData(runtime.vault, {
          id: sent.recipientId,
          dataKey: sent.dataKey,
          dataKeyId: sent.dataKeyId,
        })
        const content = data.open(capturedContent(captured.id), captured.content)
        if (content !== null) return { state: 'kept', source: 'captured', content: JSON.parse(content) as unknown }
      }
      const again = await sentMessage(runtime, sent)
      return again.state === 'kept' ? { state: 'kept', source: 'rendered-again', content: again.message } : again
    },
  }
}

function reminderSummaryOf(row: ReminderRow): ReminderSummary {
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
    ladder:
      row.ladder === null || row.ladder_version === null || row.rung === null
        ? null
        : { id: row.ladder, version: row.ladder_version, rung: row.rung },
    route: row.route,
    dueAt: text(row.due_at),
    nextAt: text(row.next_at),
    expiresAt: text(row.expires_at),
    endReason: row.end_reason,
    createdAt: text(row.created_at),
    updatedAt: text(row.updated_at),
  }
}

const reminderViewOf = (
  row: ReminderRow,
  decisions: readonly DecisionRow[],
  attempts: readonly AttemptRow[],
  receipts: readonly ReceiptRow[],
): ReminderView => ({
  ...reminderSummaryOf(row),
  decisions: decisions.map(decisionOf),
  attempts: attempts.map((attempt) =>
    attemptOf(
      attempt,
      receipts.filter((receipt) => receipt.attempt_no === attempt.no),
    ),
  ),
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
  // Absent once the recipient was erased: the facts are erased too.
  zoneData: (row.facts as Partial<typeof row.facts>).zoneData ?? null,
  reasons: row.reasons.map((reason) => ({
    ...reason,
    until: reason.until === null ? null : formatInstant(reason.until),
  })),
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
  delivery:
    row.delivery === null
      ? null
      : { state: row.delivery, final: row.delivery_final, code: row.delivery_code, at: textOrNull(row.delivery_at) },
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

/**
 * What did the rules of a recorded decision judge by? Decides again, with the recorded facts and pack versions.
 *
 * @param packs  every pack installed, in all versions
 * @returns      null for a refusal that no rule made; `agrees` false when today's result differs
 */
export function askAgain(packs: readonly Pack[], row: DecisionRow): AskedAgain | null {
  if ((row.facts as Partial<DecisionRow['facts']>).recipient === undefined) return { erased: true }
  if (row.reasons.some((reason) => NOT_BY_RULES.test(reason.rule))) return null
  const installed = compileAllPacks(packs)
  const known = new Set(installed.map(packVersionKey))
  const packsMissing = row.packs.map(({ id, version }) => `${id} ${version}`).filter((name) => !known.has(name))
  if (packsMissing.length > 0) return { packsMissing }
  const at = row.at.getTime()
  const before = comparableDecision({ ...row, until: row.until === null ? null : row.until.getTime() })
  const ways = packsOf(installed, row)
  const same = ways.find((way) => comparableDecision(decide(row.facts, way, at)) === before)
  return { explanation: explainDecision(row.facts, same ?? ways[0], at), agrees: same !== undefined }
}
