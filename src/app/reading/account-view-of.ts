import type { LocalDate } from '../../model/local-date.ts'
import { fromMinor } from '../../model/money.ts'
import { stageOf } from '../../model/stage.ts'
import { daysPastDueOn } from '../../plan/days-past-due.ts'
import type { AccountRow } from '../../record/reading/account-rows.ts'
import type { StandingHold, StandingStop } from '../../record/reading/standing-holds.ts'
import type { AccountView } from '../../report/account-view.ts'
import { text, textOrNull } from './instants.ts'

/**
 * An account as it is answered.
 *
 * @param today  the day it is now in the zone of the creditor's books
 * @param standing  every pause and stop of its borrower that stands now; pauses of other accounts are left out
 */
export function accountViewOf(row: AccountRow, standing: { holds: readonly StandingHold[]; stops: readonly StandingStop[] }, today: LocalDate): AccountView {
  const daysPastDue = daysPastDueOf(row, today)
  const money = (minor: number | null) => (minor === null ? null : fromMinor(BigInt(minor), row.currency))
  return {
    id: row.external_id,
    creditor: row.creditor,
    recipientId: row.recipient_external_id,
    live: row.live,
    product: row.product,
    role: row.role,
    ladder: row.ladder,
    state: row.state,
    stage: daysPastDue === null ? null : stageOf(daysPastDue),
    daysPastDue,
    overdue: fromMinor(BigInt(row.overdue_minor), row.currency),
    outstanding: money(row.outstanding_minor),
    minimumDue: money(row.minimum_due_minor),
    dueDate: row.due_date,
    nextDueDate: row.next_due_date,
    graceDays: row.grace_days,
    autoDebit: row.auto_debit,
    reference: row.reference_masked === null ? null : { masked: row.reference_masked },
    riskBand: row.risk_band,
    asOf: text(row.as_of),
    spell: spellOf(row),
    holds: standing.holds
      .filter((hold) => hold.recipient_id === row.recipient_id && (hold.account_id === null || hold.account_id === row.id))
      .map((hold) => ({
        id: hold.id,
        kind: hold.kind,
        scope: hold.account_id === null ? 'recipient' : 'account',
        startsAt: text(hold.starts_at),
        endsAt: textOrNull(hold.ends_at),
      })),
    suppressions: standing.stops.filter((stop) => stop.recipient_id === row.recipient_id).map((stop) => ({
      id: stop.id, scope: stop.scope, channel: stop.channel, reason: stop.reason, startsAt: text(stop.starts_at), endsAt: textOrNull(stop.ends_at),
    })),
    nextLookAt: textOrNull(row.plan_at),
    updatedAt: text(row.updated_at),
  }
}

/** Counted while it is open; what the creditor states counts only where nothing can be counted. */
function daysPastDueOf(row: AccountRow, today: LocalDate): number | null {
  if (row.state !== 'open') return 0
  const days = daysPastDueOn({ dueDate: row.due_date, statedDaysPastDue: row.stated_days_past_due }, today)
  return days === null || row.due_date === null ? days : Math.max(0, days)
}

function spellOf(row: AccountRow): AccountView['spell'] {
  if (row.spell_no === null || row.spell_pass === null || row.spell_ladder_version === null) return null
  if (row.spell_started_on === null || row.spell_entered_at === null) return null
  return {
    no: row.spell_no,
    pass: row.spell_pass,
    ladderVersion: row.spell_ladder_version,
    startedOn: row.spell_started_on,
    enteredAt: text(row.spell_entered_at),
    lastTone: row.spell_last_tone,
  }
}
