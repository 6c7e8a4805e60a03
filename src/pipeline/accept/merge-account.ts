import { isDeepStrictEqual } from 'node:util'
import type { AccountBody } from '../../intake/account-body.ts'
import type { StatedAmount } from '../../intake/fields.ts'
import type { Creditor } from '../../model/creditor.ts'
import { nearMiss } from '../../model/faults.ts'
import { parseMoney, toMinor } from '../../model/money.ts'
import { daysBetween, type Instant } from '../../model/time.ts'
import { type Balance, type Change, overdueOf, SNAPSHOT } from '../../plan/balance.ts'
import { bookDate } from '../../plan/book-time.ts'
import type { StoredAccount } from '../../record/accounts.ts'
import type { BalanceEvent } from '../../record/events.ts'
import { invalidField } from './resolve-creditor.ts'

/** Identity of a new account. */
interface NewAccount {
  id: string
  externalId: string
  recipientId: string
  live: boolean
}

/** Configured ladders, by id. */
type Ladders = ReadonlyMap<string, unknown>

/**
 * The row of a new account with these facts.
 *
 * @throws DECORUM_BAD_INPUT for missing facts, or a ladder that is not configured
 */
export const newAccount = (
  fresh: NewAccount,
  body: AccountBody,
  creditor: Creditor,
  ladders: Ladders,
  now: Instant,
): StoredAccount => assignFacts(blankRow(fresh, body, creditor, now), body, ladders)

/**
 * The row of a known account after these facts. An absent field keeps its value, null clears it.
 *
 * Variables are sealed by the caller. Days past due belong to the instant they were stated for:
 * newer figures without them have them counted from the due date.
 *
 * @throws DECORUM_BAD_INPUT for a ladder that is not configured, or another currency than the account's
 */
export function mergeAccount(known: StoredAccount, body: AccountBody, ladders: Ladders): StoredAccount {
  if (body.overdue !== undefined && body.overdue.currency !== known.currency) {
    throw invalidField(
      'overdue.currency',
      `is not the account's, which is ${known.currency}`,
      'An account keeps its currency; register another account.',
    )
  }
  return assignFacts({ ...known }, body, ladders)
}

function assignFacts(row: StoredAccount, body: AccountBody, ladders: Ladders): StoredAccount {
  if (body.ladder !== undefined) row.ladder = body.ladder
  if (!ladders.has(row.ladder)) throw unknownLadder(row.ladder, ladders)
  if (body.overdue !== undefined) {
    row.stated_minor = balanceIn(body.overdue, row.currency, 'overdue.amount')
    row.stated_at = new Date(body.asOf)
    row.stated_by = SNAPSHOT
    row.overdue_minor = Math.max(0, row.stated_minor)
    row.overdue_parts = row.stated_minor < 0 ? {} : (body.overdue.parts ?? {})
  }
  if (body.outstanding !== undefined)
    row.outstanding_minor =
      body.outstanding === null ? null : Math.max(0, balanceIn(body.outstanding, row.currency, 'outstanding'))
  if (body.minimumDue !== undefined)
    row.minimum_due_minor =
      body.minimumDue === null ? null : Math.max(0, balanceIn(body.minimumDue, row.currency, 'minimumDue'))
  if (body.dueDate !== undefined) row.due_date = body.dueDate
  if (body.nextDueDate !== undefined) row.next_due_date = body.nextDueDate
  if (body.daysPastDue !== undefined) row.stated_days_past_due = body.daysPastDue
  else if (row.due_date !== null && (body.dueDate !== undefined || body.overdue !== undefined))
    row.stated_days_past_due = null
  if (body.product !== undefined) row.product = body.product
  if (body.role !== undefined) row.role = body.role
  if (body.graceDays !== undefined) row.grace_days = body.graceDays
  if (body.autoDebit !== undefined) row.auto_debit = body.autoDebit
  if (body.reference !== undefined) row.reference_masked = body.reference?.masked ?? null
  if (body.riskBand !== undefined) row.risk_band = body.riskBand
  if (body.factsForWords !== undefined) row.facts_for_words = mergeFacts(row.facts_for_words, body.factsForWords)
  row.as_of = new Date(body.asOf)
  return row
}

/**
 * Sets the state of an open or cured account by its balance: open while something is overdue, otherwise cured.
 *
 * @param dueDateStated  whether the due date belongs to this balance; a cured account keeps no older one,
 *                       or its next days past due would be counted from the instalment that was paid
 */
export function deriveState(row: StoredAccount, dueDateStated: boolean): void {
  if (row.state !== 'open' && row.state !== 'cured') return
  row.state = row.overdue_minor > 0 ? 'open' : 'cured'
  if (row.state === 'open') return
  row.stated_days_past_due = null
  if (!dueDateStated) row.due_date = null
}

/** Did anything change besides the facts' date and source? */
export const differs = (before: StoredAccount, after: StoredAccount): boolean =>
  !isDeepStrictEqual({ ...before, ...IGNORED_COLUMNS }, { ...after, ...IGNORED_COLUMNS })

/** Columns that `differs` ignores; variables are compared unsealed by the caller. */
const IGNORED_COLUMNS = {
  as_of: null,
  stated_minor: null,
  stated_at: null,
  stated_by: null,
  updated_at: null,
  variables: null,
} as const

/** A balance in minor units of the account's currency; below zero when overpaid. */
export const balanceIn = (stated: StatedAmount, currency: string, path: string): number =>
  minorOf(stated, currency, path, { negative: true, zero: true })

/**
 * How many minor units is this, in the account's currency?
 *
 * @throws DECORUM_BAD_INPUT for another currency, more digits than it has, or more than can be counted exactly
 */
export function minorOf(
  stated: StatedAmount,
  currency: string,
  path: string,
  allow: { negative?: boolean; zero?: boolean } = { zero: true },
): number {
  if (stated.currency !== null && stated.currency !== currency)
    throw invalidField(path, `is not in the account's currency, ${currency}`)
  const parsed = parseMoney(stated.amount, currency, allow)
  if (!parsed.ok) throw invalidField(path, parsed.problem, parsed.cure)
  const minor = Number(toMinor(parsed.money))
  if (!Number.isSafeInteger(minor)) throw invalidField(path, 'is more than an account can owe')
  return minor
}

function blankRow(fresh: NewAccount, body: AccountBody, creditor: Creditor, now: Instant): StoredAccount {
  if (body.overdue === undefined)
    throw invalidField('overdue', 'is missing', 'A new account states what is overdue, 0 if nothing is.')
  const at = new Date(now)
  return {
    id: fresh.id,
    creditor: creditor.id,
    external_id: fresh.externalId,
    recipient_id: fresh.recipientId,
    live: fresh.live,
    product: creditor.defaults.product,
    role: creditor.defaults.role,
    ladder: creditor.defaults.ladder,
    state: 'open',
    risk_band: null,
    currency: body.overdue.currency,
    overdue_minor: 0,
    outstanding_minor: null,
    minimum_due_minor: null,
    overdue_parts: {},
    due_date: null,
    next_due_date: null,
    stated_days_past_due: null,
    grace_days: 0,
    auto_debit: false,
    reference_masked: null,
    facts_for_words: {},
    variables: null,
    as_of: new Date(body.asOf),
    stated_minor: null,
    stated_at: null,
    stated_by: null,
    spell_id: null,
    not_before: null,
    tone_ceiling: null,
    plan_at: null,
    created_at: at,
    updated_at: at,
  }
}

function mergeFacts(known: Record<string, unknown>, stated: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...known, ...stated }).filter(([, value]) => value !== null && value !== undefined),
  )
}

function unknownLadder(ladder: string, ladders: ReadonlyMap<string, unknown>): Error {
  const known = [...ladders.keys()]
  const meant = nearMiss(ladder, known)
  return invalidField(
    'ladder',
    'is not a configured ladder',
    meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  )
}

/** Creditors' systems count from the due date or the day after, roll over weekends, and run a day late. */
const TOLERANCE_DAYS = 3

/**
 * Which of an account's facts contradict each other?
 *
 * Days past due are compared with the due date on the day the facts are dated, in the creditor's
 * book zone; they may differ by three days, and by the grace days if the creditor counts from their end.
 *
 * @param body  the facts just merged into `row`
 * @returns     each contradiction in words, without figures; empty when the facts agree
 */
export function conflictsIn(
  row: StoredAccount,
  body: Pick<AccountBody, 'daysPastDue' | 'overdue'>,
  bookZone: string,
): string[] {
  const found: string[] = []
  const stated = body.daysPastDue ?? null
  if (row.state === 'settled' && row.overdue_minor > 0) found.push('the account was settled, and something is overdue')
  if (stated !== null && stated > 0 && row.overdue_minor === 0)
    found.push('nothing is overdue, and days past due are above 0')
  if (stated !== null && row.due_date !== null && row.overdue_minor > 0) {
    const counted = daysBetween(row.due_date, bookDate(row.as_of.getTime(), bookZone))
    if (stated > counted + TOLERANCE_DAYS || stated < counted - row.grace_days - TOLERANCE_DAYS) {
      found.push('daysPastDue and dueDate disagree')
    }
  }
  if (partsExceed(row)) found.push('the parts of what is overdue come to more than the whole')
  return found
}

function partsExceed(row: StoredAccount): boolean {
  const parts = Object.values(row.overdue_parts).map((part) => Number(String(part).replace('.', '')))
  return parts.reduce((sum, part) => sum + part, 0) > row.overdue_minor
}

/**
 * What is an account's balance, from its row and the events since it was stated?
 *
 * A row that does not add up was written by a build that did not store statements; its overdue amount is then
 * taken as the stated one.
 */
export function balanceOf(row: StoredAccount, reported: readonly BalanceEvent[]): Balance {
  const asOf = row.as_of.getTime()
  const plain: Balance = { stated: row.overdue_minor, statedAt: asOf, statedBy: SNAPSHOT, changes: [], asOf }
  if (row.stated_minor === null || row.stated_at === null || row.stated_by === null) return plain
  const statedAt = row.stated_at.getTime()
  const changes = reported
    .filter((event) => event.account_id === row.id)
    .flatMap((event) => {
      const change = changeOf(event)
      // An event that stated the balance has its own payment counted apart from it, and so has its reversal.
      const isItsOwn =
        row.stated_by !== SNAPSHOT && (event.body['change'] as { onto?: string } | undefined)?.onto === row.stated_by
      return change !== null && (change.at > statedAt || isItsOwn) ? [change] : []
    })
  const balance: Balance = { stated: row.stated_minor, statedAt, statedBy: row.stated_by, changes, asOf }
  return overdueOf(balance) === row.overdue_minor ? balance : plain
}

/** The balance change stored with an event; null: none. */
export function changeOf({ id, body }: Pick<BalanceEvent, 'id' | 'body'>): Change | null {
  const change = body['change'] as { minor: number; at: number } | undefined
  return change === undefined ? null : { id, minor: change.minor, at: change.at }
}

/** Writes a balance into the account's row. */
export function setBalance(row: StoredAccount, balance: Balance): void {
  row.overdue_minor = overdueOf(balance)
  row.stated_minor = balance.stated
  row.stated_at = new Date(balance.statedAt)
  row.stated_by = balance.statedBy
  row.as_of = new Date(balance.asOf)
}

/** May events have changed the balance since it was stated, as far as the row shows? */
export const mayHaveChanges = (row: StoredAccount): boolean =>
  row.stated_at !== null && (row.stated_at < row.as_of || row.stated_by !== SNAPSHOT)
