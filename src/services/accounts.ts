import { fromMinor } from '../model/money.ts'
import { formatInstant, type Instant, type LocalDate } from '../model/time.ts'
import { stageOf } from '../model/vocabulary.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { daysPastDueOn } from '../plan/book-time.ts'
import { writeCursor } from '../record/access.ts'
import { type AccountListing, accountsByExternalId, listAccounts } from '../record/accounts.ts'
import { type StandingHold, standingHolds } from '../record/holds.ts'
import { readInBulk } from '../record/pg/batch.ts'
import { type StandingSuppression, standingSuppressions } from '../record/suppressions.ts'
import {
  accountTimeline,
  objectionTotals,
  sentTotals,
  skippedTotals,
  standingTotals,
  taskTotals,
  type TimelineRow,
} from '../record/timeline.ts'
import {
  accountReference,
  holdEndReason,
  type SealedField,
  suppressionLiftReason,
  suppressionSource,
} from '../record/vault/vault.ts'
import { localDay } from '../report/local-time.ts'
import { timelineWords } from '../report/timeline-words.ts'
import type { AccountView, TimelineEntry, TimelineType, Totals } from '../report/views/accounts.ts'
import type { Page } from '../report/views/page.ts'
import {
  creditorScope,
  emptyPage,
  limitOf,
  onlyOne,
  pageFrom,
  type Paging,
  positionOf,
  type Ref,
  text,
  textOrNull,
} from './paging.ts'

/** Accounts, their timelines and totals. An actor bound to a creditor finds only that creditor's; others look as if they did not exist. */
export interface AccountService {
  getAccount(actor: Actor, ref: Ref): Promise<AccountView | null>
  listAccounts(
    actor: Actor,
    query: Paging & {
      creditor?: string | undefined
      state?: AccountView['state'] | undefined
      recipientId?: string | undefined
    },
  ): Promise<Page<AccountView>>
  /** Oldest first. Null: no such account. */
  accountTimeline(actor: Actor, ref: Ref, query?: Paging): Promise<Page<TimelineEntry> | null>
  /** From `from` until before `to`, by local day in `zone`. */
  totals(
    actor: Actor,
    query: { creditor?: string | undefined; from: Instant; to: Instant; zone: string },
  ): Promise<Totals>
}

export function accountService(runtime: Runtime): AccountService {
  const { db } = runtime.ledger

  async function viewsOf(rows: readonly AccountListing[]): Promise<AccountView[]> {
    const now = runtime.clock.now()
    const recipients = [...new Set(rows.map((row) => row.recipient_id))]
    const [holds, stops] = [
      await standingHolds(db, recipients, new Date(now)),
      await standingSuppressions(db, recipients, new Date(now)),
    ]
    return rows.map((row) =>
      accountViewOf(
        runtime,
        row,
        { holds, stops },
        localDay(now, runtime.config.creditors.get(row.creditor)?.bookZone ?? 'UTC'),
      ),
    )
  }

  return {
    async getAccount(actor, ref) {
      const scope = creditorScope(actor, ref.creditor)
      const row = scope.outside ? null : onlyOne(await accountsByExternalId(db, scope, ref.id))
      return row === null ? null : ((await viewsOf([row]))[0] as AccountView)
    },

    async listAccounts(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      if (scope.outside) return emptyPage()
      const limit = limitOf(query.limit)
      const after = positionOf(query.cursor, ['id'])
      const rows = await listAccounts(db, {
        ...scope,
        state: query.state ?? null,
        recipientExternalId: query.recipientId ?? null,
        after: after === null ? null : (after[0] as string),
        limit: limit + 1,
      })
      const views = await viewsOf(rows)
      return pageFrom(
        rows.map((row, i) => ({ row, view: views[i] as AccountView })),
        limit,
        ({ view }) => view,
        ({ row }) => writeCursor([row.id]),
      )
    },

    async accountTimeline(actor, ref, query = {}) {
      const scope = creditorScope(actor, ref.creditor)
      const account = scope.outside ? null : onlyOne(await accountsByExternalId(db, scope, ref.id))
      if (account === null) return null
      const limit = limitOf(query.limit)
      const after = positionOf(query.cursor, ['number', 'number', 'text', 'text'])
      const rows = await accountTimeline(db, {
        accountId: account.id,
        recipientId: account.recipient_id,
        creditor: account.creditor,
        after:
          after === null
            ? null
            : {
                at: new Date(after[0] as number),
                seq: after[1] as number,
                type: after[2] as string,
                id: after[3] as string,
              },
        limit: limit + 1,
      })
      return pageFrom(
        rows,
        limit,
        (row) => entryOf(row, account, dataOf(runtime, account)),
        (row) => writeCursor([row.at.getTime(), row.seq ?? 0, row.type, row.id]),
      )
    },

    async totals(actor, query) {
      const scope = creditorScope(actor, query.creditor)
      const none = { zone: query.zone, sent: [], objected: [], skipped: [], tasks: [], reminders: [] }
      if (scope.outside) return none
      const span = { ...scope, from: new Date(query.from), to: new Date(query.to), zone: query.zone }
      return readInBulk(db, async (trx) => ({
        zone: query.zone,
        sent: await sentTotals(trx, span),
        objected: await objectionTotals(trx, span),
        skipped: await skippedTotals(trx, span),
        tasks: await taskTotals(trx, span),
        reminders: await standingTotals(trx, span),
      }))
    },
  }
}

const dataOf = (
  { vault }: Pick<Runtime, 'vault'>,
  { recipient_id: id, data_key: dataKey, data_key_id: dataKeyId }: AccountListing,
): PersonalData => new PersonalData(vault, { id, dataKey, dataKeyId })

/** What of a timeline's entry people stated: where it is sealed. */
const STATED: Partial<Record<TimelineType, { detail: string; place: (id: string, creditor: string) => SealedField }>> =
  {
    'hold-ended': { detail: 'reason', place: holdEndReason },
    suppression: { detail: 'source', place: (_id, creditor) => suppressionSource(creditor) },
    'suppression-lifted': { detail: 'why', place: suppressionLiftReason },
  }

function entryOf(row: TimelineRow, { creditor }: AccountListing, data: PersonalData): TimelineEntry {
  const type = row.type as TimelineType
  const details = Object.fromEntries(Object.entries(row.details).map(([key, value]) => [key, instantIn(value)]))
  const stated = STATED[type]
  const value = stated === undefined ? null : details[stated.detail]
  if (stated !== undefined && typeof value === 'string')
    details[stated.detail] = data.openText(stated.place(row.id, creditor), value) ?? 'erased'
  return { at: text(row.at), type, id: row.id, seq: row.seq, words: timelineWords(type, details), details }
}

/** PostgreSQL writes instants inside JSON with an offset; answers have them in UTC. */
const instantIn = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?[+-]\d{2}:\d{2}$/.test(value)
    ? formatInstant(Date.parse(value))
    : value

/**
 * @param today     the current date in the creditor's book zone
 * @param standing  every hold and suppression of these accounts' recipients that is in force
 */
function accountViewOf(
  { vault }: Pick<Runtime, 'vault'>,
  row: AccountListing,
  standing: { holds: readonly StandingHold[]; stops: readonly StandingSuppression[] },
  today: LocalDate,
): AccountView {
  const daysPastDue = daysPastDueOf(row, today)
  const masked = dataOf({ vault }, row).openText(accountReference(row.id), row.reference_masked)
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
    reference: masked === null ? null : { masked },
    riskBand: row.risk_band,
    asOf: text(row.as_of),
    spell: spellOf(row),
    holds: standing.holds
      .filter(
        (hold) => hold.recipient_id === row.recipient_id && (hold.account_id === null || hold.account_id === row.id),
      )
      .map((hold) => ({
        id: hold.id,
        kind: hold.kind,
        scope: hold.account_id === null ? 'recipient' : 'account',
        startsAt: text(hold.starts_at),
        endsAt: textOrNull(hold.ends_at),
      })),
    suppressions: standing.stops
      .filter((stop) => stop.recipient_id === row.recipient_id)
      .map((stop) => ({
        id: stop.id,
        scope: stop.scope,
        channel: stop.channel,
        reason: stop.reason,
        startsAt: text(stop.starts_at),
        endsAt: textOrNull(stop.ends_at),
      })),
    nextLookAt: textOrNull(row.plan_at),
    updatedAt: text(row.updated_at),
  }
}

/** Counted from the due date while the account is open; the creditor's own figure is used only without a due date. */
function daysPastDueOf(row: AccountListing, today: LocalDate): number | null {
  if (row.state !== 'open') return 0
  const days = daysPastDueOn({ dueDate: row.due_date, statedDaysPastDue: row.stated_days_past_due }, today)
  return days === null || row.due_date === null ? days : Math.max(0, days)
}

function spellOf(row: AccountListing): AccountView['spell'] {
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
