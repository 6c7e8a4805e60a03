import { isDeepStrictEqual } from 'node:util'
import type { AccountBody } from '../../intake/account-body.ts'
import type { StatedAmount } from '../../intake/money-fields.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Instant } from '../../model/instant.ts'
import { parseMoney, toMinor } from '../../model/money.ts'
import { nearMiss } from '../../model/near-miss.ts'
import { SNAPSHOT } from '../../plan/balance.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'
import { invalidField } from './resolve-creditor.ts'

/** What a new account starts from. */
export interface NewAccount {
  id: string
  externalId: string
  recipientId: string
  live: boolean
}

/** Configured ladders, by id. */
type Ladders = ReadonlyMap<string, unknown>

/**
 * What is a new account, by what is said of it?
 *
 * @throws DECORUM_BAD_INPUT when it says too little, or names what is not configured
 */
export const newAccount = (fresh: NewAccount, body: AccountBody, creditor: Creditor, ladders: Ladders, now: Instant): AccountRow =>
  learn(blank(fresh, body, creditor, now), body, ladders)

/**
 * What is a known account once this is said of it? Absent keeps the old value, null clears.
 *
 * Variables are sealed by the caller. Days past due belong to the instant they were stated for:
 * newer figures without them leave them to be counted from the due date.
 *
 * @throws DECORUM_BAD_INPUT when it names what is not configured, or another currency
 */
export function mergeAccount(known: AccountRow, body: AccountBody, ladders: Ladders): AccountRow {
  if (body.overdue !== undefined && body.overdue.currency !== known.currency) {
    throw invalidField('overdue.currency', `is not the account's, which is ${known.currency}`, 'An account keeps its currency; register another account.')
  }
  return learn({ ...known }, body, ladders)
}

function learn(row: AccountRow, body: AccountBody, ladders: Ladders): AccountRow {
  if (body.ladder !== undefined) row.ladder = body.ladder
  if (!ladders.has(row.ladder)) throw unknownLadder(row.ladder, ladders)
  if (body.overdue !== undefined) {
    row.stated_minor = balanceIn(body.overdue, row.currency, 'overdue.amount')
    row.stated_at = new Date(body.asOf)
    row.stated_by = SNAPSHOT
    row.overdue_minor = Math.max(0, row.stated_minor)
    row.overdue_parts = row.stated_minor < 0 ? {} : body.overdue.parts ?? {}
  }
  if (body.outstanding !== undefined) row.outstanding_minor = body.outstanding === null ? null : Math.max(0, balanceIn(body.outstanding, row.currency, 'outstanding'))
  if (body.minimumDue !== undefined) row.minimum_due_minor = body.minimumDue === null ? null : Math.max(0, balanceIn(body.minimumDue, row.currency, 'minimumDue'))
  if (body.dueDate !== undefined) row.due_date = body.dueDate
  if (body.nextDueDate !== undefined) row.next_due_date = body.nextDueDate
  if (body.daysPastDue !== undefined) row.stated_days_past_due = body.daysPastDue
  else if (row.due_date !== null && (body.dueDate !== undefined || body.overdue !== undefined)) row.stated_days_past_due = null
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
 * An account that is reminded is open while something is overdue, and cured otherwise.
 *
 * @param dueDateStated  whether its due date belongs to the balance; a cured account keeps no older one,
 *                       or the next time it is overdue its days would be counted from the paid instalment
 */
export function followBalance(row: AccountRow, dueDateStated: boolean): void {
  if (row.state !== 'open' && row.state !== 'cured') return
  row.state = row.overdue_minor > 0 ? 'open' : 'cured'
  if (row.state === 'open') return
  row.stated_days_past_due = null
  if (!dueDateStated) row.due_date = null
}

/** Did anything besides the instant of the facts, and how they were come by, change? */
export const differs = (before: AccountRow, after: AccountRow): boolean => !isDeepStrictEqual({ ...before, ...ASIDE }, { ...after, ...ASIDE })

const ASIDE = { as_of: null, stated_minor: null, stated_at: null, stated_by: null, updated_at: null, variables: null } as const

/** A balance in minor units of the account's currency; below zero when more was paid than was owed. */
export const balanceIn = (stated: StatedAmount, currency: string, path: string): number => minorOf(stated, currency, path, { negative: true, zero: true })

/**
 * How many minor units is this, in the account's currency?
 *
 * @throws DECORUM_BAD_INPUT for another currency, more digits than it has, or more than can be counted exactly
 */
export function minorOf(stated: StatedAmount, currency: string, path: string, allow: { negative?: boolean; zero?: boolean } = { zero: true }): number {
  if (stated.currency !== null && stated.currency !== currency) throw invalidField(path, `is not in the account's currency, ${currency}`)
  const parsed = parseMoney(stated.amount, currency, allow)
  if (!parsed.ok) throw invalidField(path, parsed.problem, parsed.cure)
  const minor = Number(toMinor(parsed.money))
  if (!Number.isSafeInteger(minor)) throw invalidField(path, 'is more than an account can owe')
  return minor
}

function blank(fresh: NewAccount, body: AccountBody, creditor: Creditor, now: Instant): AccountRow {
  if (body.overdue === undefined) throw invalidField('overdue', 'is missing', 'A new account states what is overdue, 0 if nothing is.')
  const at = new Date(now)
  return {
    id: fresh.id, creditor: creditor.id, external_id: fresh.externalId, recipient_id: fresh.recipientId, live: fresh.live,
    product: creditor.defaults.product, role: creditor.defaults.role, ladder: creditor.defaults.ladder, state: 'open', risk_band: null,
    currency: body.overdue.currency, overdue_minor: 0, outstanding_minor: null, minimum_due_minor: null, overdue_parts: {},
    due_date: null, next_due_date: null, stated_days_past_due: null, grace_days: 0, auto_debit: false, reference_masked: null,
    facts_for_words: {}, variables: null, as_of: new Date(body.asOf), stated_minor: null, stated_at: null, stated_by: null,
    spell_id: null, not_before: null, tone_ceiling: null, plan_at: null,
    created_at: at, updated_at: at,
  }
}

function mergeFacts(known: Record<string, unknown>, stated: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...known, ...stated }).filter(([, value]) => value !== null && value !== undefined))
}

function unknownLadder(ladder: string, ladders: ReadonlyMap<string, unknown>): Error {
  const known = [...ladders.keys()]
  const meant = nearMiss(ladder, known)
  return invalidField('ladder', 'is not a configured ladder', meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?`)
}
