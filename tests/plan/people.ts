import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Ladder, parseLadder } from '../../src/model/ladder.ts'
import { addDays, daysBetween, type Instant, parseInstant } from '../../src/model/time.ts'
import { bookDate, bookInstant } from '../../src/plan/book-time.ts'
import type { AccountToPlan, RecipientPlan, RecipientToPlan } from '../../src/plan/recipient-plan.ts'

/** Builders for planner tests: a borrower in Shanghai whose facts a test changes where they matter. */
export const SHANGHAI = 'Asia/Shanghai'

export function at(text: string): Instant {
  const instant = parseInstant(text)
  if (instant === null) throw new Error(`not an instant: ${text}`)
  return instant
}

export function shipped(id: string): Ladder {
  const parsed = parseLadder(parse(readFileSync(new URL(`../../config/ladders/${id}.yaml`, import.meta.url), 'utf8')))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.ladder
}

export function ladderOf(parts: Record<string, unknown>): Ladder {
  const parsed = parseLadder({ id: 'test', version: '1', template: 'default', ...parts })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.ladder
}

export const ALL_FACTS = ['reportsToBureau', 'lateInterest', 'nextStep']

/** An account registered well before its due date, 2026-11-20. */
export function account(changes: Partial<AccountToPlan> = {}): AccountToPlan {
  return {
    id: 'a-1',
    state: 'open',
    ladder: shipped('cn-consumer-loan'),
    ladderVersion: 'v1',
    spell: {
      id: 's-1',
      pass: 1,
      startedOn: '2026-11-10',
      enteredAt: at('2026-11-10T02:00:00Z'),
      enteredDpd: -10,
      enteredBy: 'arrival',
    },
    dueDate: '2026-11-20',
    statedDaysPastDue: null,
    overdueMinor: 125_000n,
    currency: 'CNY',
    toleranceMinor: 0n,
    graceDays: null,
    autoDebit: true,
    riskBand: null,
    handled: [],
    lastToneSent: null,
    firstMessageAt: null,
    holds: [],
    events: [],
    availableFacts: ALL_FACTS,
    notBefore: null,
    toneCeiling: null,
    nextMessageAt: null,
    lastMessageAt: null,
    ...changes,
  }
}

/** The account as it comes at that instant, never seen before. */
export function arrivedAt(instant: Instant, changes: Partial<AccountToPlan> = {}): AccountToPlan {
  const made = account(changes)
  const dpd = made.dueDate === null ? 0 : daysBetween(made.dueDate, bookDate(instant, SHANGHAI))
  return {
    ...made,
    spell: { ...made.spell, enteredAt: instant, enteredDpd: dpd, startedOn: bookDate(instant, SHANGHAI) },
  }
}

export function recipient(accounts: AccountToPlan[], changes: Partial<RecipientToPlan> = {}): RecipientToPlan {
  return {
    bookZone: SHANGHAI,
    bookCutOff: '00:00',
    channels: ['phone', 'sms', 'email'],
    lastCatchUpOn: null,
    lastConversationAt: null,
    accounts,
    ...changes,
  }
}

/** Local time on the day so many days past 2026-11-20, in Shanghai. */
export const onDay = (dpd: number, time = '10:00'): Instant => bookInstant(addDays('2026-11-20', dpd), time, SHANGHAI)

/** Marks rungs of the first pass as planned, each a minute after it fell due. */
export const planned = (...days: [rung: string, dpd: number][]) =>
  days.map(([rung, dpd]) => ({ rung, pass: 1, state: 'planned' as const, at: onDay(dpd, '10:01') }))

/** The person after the plan was stored: what was handled comes back as handled. */
export function stored(before: RecipientToPlan, plan: RecipientPlan): RecipientToPlan {
  return {
    ...before,
    lastCatchUpOn: plan.caughtUpOn ?? before.lastCatchUpOn,
    accounts: before.accounts.map((a) => {
      const said = plan.reminders.find((r) => r.accountIds.includes(a.id))
      const mine = plan.records.filter((r) => r.accountId === a.id)
      return {
        ...a,
        handled: [...a.handled, ...mine.map((r) => ({ rung: r.rung, pass: r.pass, state: r.outcome, at: r.at }))],
        lastToneSent: said?.tone ?? a.lastToneSent,
        firstMessageAt: a.firstMessageAt ?? said?.dueAt ?? null,
      }
    }),
  }
}
