import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, DAY, HOUR, type Instant } from '../../src/model/time.ts'
import { compareTones } from '../../src/model/vocabulary.ts'
import { bookDate, daysPastDue } from '../../src/plan/book-time.ts'
import { planRecipient } from '../../src/plan/plan-recipient.ts'
import type { AccountToPlan, RecipientPlan, RecipientToPlan, PlannedReminder } from '../../src/plan/recipient-plan.ts'
import { dueRungs } from '../../src/plan/rung-due.ts'
import { spellChange } from '../../src/plan/spell-change.ts'
import { account, ALL_FACTS, arrivedAt, at, recipient, shipped, stored } from './people.ts'

type Move =
  | { do: 'wait'; hours: number }
  | { do: 'outage'; days: number }
  | { do: 'pay' | 'reverse' | 'release' | 'break'; who: number }
  | { do: 'hold'; who: number; kind: 'dispute' | 'promise' | 'payment-pending'; days: number | null }

const who = fc.nat({ max: 2 })
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('outage' as const), days: fc.integer({ min: 2, max: 25 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pay' as const, 'reverse' as const, 'release' as const, 'break' as const),
      who,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      who,
      kind: fc.constantFrom('dispute' as const, 'promise' as const, 'payment-pending' as const),
      days: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
)

const LADDERS = ['cn-consumer-loan', 'us-first-party-loan', 'default'].map(shipped)

const recipients = fc
  .record({
    start: fc.integer({ min: -10, max: 100 }),
    zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'America/St_Johns'),
    loans: fc.array(
      fc.record({
        ladder: fc.constantFrom(...LADDERS),
        ago: fc.integer({ min: 0, max: 20 }),
        band: fc.constantFrom(null, 'low', 'high'),
        facts: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ start, zone, loans }) => {
    const now = at('2026-02-10T02:30:00Z')
    const accounts = loans.map((loan, i) =>
      arrivedAt(now, {
        id: `a${i}`,
        spell: { ...account().spell, id: `s${i}` },
        ladder: loan.ladder,
        riskBand: loan.band,
        dueDate: addDays(bookDate(now, zone), -start + loan.ago),
        availableFacts: loan.facts ? ALL_FACTS : [],
      }),
    )
    return { now, recipient: recipient(accounts, { bookZone: zone }) }
  })

/** What happens to one account's facts; the spell follows by the rules of `spellChange`. */
function change(a: AccountToPlan, after: Partial<AccountToPlan>, reversal: boolean, now: Instant): AccountToPlan {
  const changed = { ...a, ...after }
  const said = spellChange(a, changed, {
    reversal,
    at: now,
    curedBefore: a.state === 'cured',
    lastTone: a.lastToneSent,
  })
  if (said.kind === 'none') return changed
  if (said.kind === 'cured' || said.kind === 'ended') return { ...changed, state: 'cured' }
  const pass = said.kind === 'opened' ? 1 : a.spell.pass + 1
  const { enteredBy, enteredAt, notBefore, toneCeiling } = said.pass
  const fresh = said.kind === 'opened' ? { handled: [], lastToneSent: null, firstMessageAt: null } : {}
  const spell = {
    ...a.spell,
    id: said.kind === 'opened' ? `${a.spell.id}'` : a.spell.id,
    pass,
    enteredBy,
    enteredAt,
    enteredDpd: daysPastDue(changed, 'Asia/Shanghai', now) ?? 0,
  }
  return { ...changed, ...fresh, spell, notBefore, toneCeiling }
}

function act(p: RecipientToPlan, step: Move, now: Instant): RecipientToPlan {
  if (step.do === 'wait' || step.do === 'outage') return p
  return { ...p, accounts: p.accounts.map((a, i) => (i === step.who % p.accounts.length ? actOn(a, step, now) : a)) }
}

function actOn(a: AccountToPlan, step: Exclude<Move, { do: 'wait' | 'outage' }>, now: Instant): AccountToPlan {
  switch (step.do) {
    case 'pay':
      return change(a, { dueDate: addDays(a.dueDate as string, 30), overdueMinor: 125_000n }, false, now)
    case 'reverse':
      return change(a, { dueDate: addDays(a.dueDate as string, -30) }, true, now)
    case 'release':
      return { ...a, holds: [] }
    case 'break':
      return { ...a, holds: [], events: [...a.events, { type: 'promise-broken', kind: null, at: now }] }
    case 'hold':
      return {
        ...a,
        holds: [...a.holds, { kind: step.kind, from: now, until: step.days === null ? null : now + step.days * DAY }],
      }
  }
}

interface Told {
  plan: RecipientPlan
  before: RecipientToPlan
  now: Instant
}

/** Lives through the moves; while the planner is up it plans at every instant that it asked for. */
function live(start: RecipientToPlan, from: Instant, moves: Move[]): Told[] {
  const told: Told[] = []
  let [p, now] = [start, from]
  const plan = () => {
    const made = planRecipient(p, now)
    told.push({ plan: made, before: p, now })
    p = stored(p, made)
    return made
  }
  for (const step of moves) {
    let made = plan()
    const end = now + (step.do === 'outage' ? step.days * DAY : step.do === 'wait' ? step.hours * HOUR : 0)
    while (step.do === 'wait') {
      const next = Math.min(...made.accounts.map((a) => a.nextLookAt ?? Infinity))
      if (next > end) break
      now = next
      made = plan()
    }
    now = end
    p = act(p, step, now)
  }
  plan()
  return told
}

const leadOf = (r: PlannedReminder, before: RecipientToPlan) =>
  before.accounts.find((a) => a.id === r.leadAccountId) as AccountToPlan
const property = (check: (told: Told[]) => void) =>
  fc.assert(
    fc.property(recipients, fc.array(move, { maxLength: 25 }), ({ now, recipient: p }, moves) =>
      check(live(p, now, moves)),
    ),
    { numRuns: 40 },
  )

describe('whatever is paid, taken back, held or missed', () => {
  it('every rung that came due is planned, recorded with a reason, or still fresh and waiting', () => {
    property((told) => {
      const vanished: string[] = []
      for (const { plan, before, now } of told) {
        for (const a of stored(before, plan).accounts.filter((x) => x.state === 'open')) {
          const left = a.ladder.rungs.filter(
            (rung) => !a.handled.some((h) => h.rung === rung.id && h.pass === a.spell.pass),
          )
          for (const due of dueRungs(left, a, before).filter((d) => d.dueAt <= now)) {
            // A rung entered late is fresh from its entry on (15 days is the longest of the three ladders, one more for its time of day).
            const freshUntil = due.dueAt < a.spell.enteredAt ? a.spell.enteredAt + 16 * DAY : due.staleAt
            if (freshUntil <= now) vanished.push(due.rung.id)
          }
        }
        for (const r of plan.records.filter((x) => x.outcome === 'skipped')) expect(r.reason).not.toBeNull()
      }
      expect(vanished).toEqual([])
    })
  })

  it('at most one message is caught up for a person on one day', () => {
    property((told) => {
      const perDay = new Map<string, number>()
      for (const { plan, before } of told) {
        if (plan.caughtUpOn === null) continue
        perDay.set(plan.caughtUpOn, (perDay.get(plan.caughtUpOn) ?? 0) + 1)
        expect(before.lastCatchUpOn).not.toBe(plan.caughtUpOn)
      }
      for (const count of perDay.values()) expect(count).toBe(1)
    })
  })

  it('the first message of a spell is at most neutral', () => {
    property((told) => {
      for (const { plan, before } of told) {
        for (const r of plan.reminders) {
          const silent = before.accounts.some((a) => r.accountIds.includes(a.id) && a.lastToneSent === null)
          if (silent) expect(compareTones(r.tone, 'neutral')).toBeLessThanOrEqual(0)
        }
      }
    })
  })

  it('no message follows a final one in the same pass, except another final of the same day of the ladder', () => {
    property((told) => {
      const finals = new Set<string>()
      for (const { plan, before } of told) {
        for (const r of plan.reminders) {
          const key = `${r.spellId} ${r.pass}`
          if (finals.has(key)) expect(r.tone).toBe('final')
          if (r.tone === 'final') {
            finals.add(key)
            expect(r.accountIds).toEqual([leadOf(r, before).id])
          }
        }
      }
    })
  })

  it('no rung of a pass is planned twice, and no account is in two messages at once', () => {
    property((told) => {
      const keys: string[] = []
      for (const { plan } of told) {
        const ids = plan.reminders.flatMap((r) => r.accountIds)
        expect(new Set(ids).size).toBe(ids.length)
        keys.push(...plan.records.map((r) => `${r.spellId} ${r.pass} ${r.rung}`))
      }
      expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
    })
  })

  it('the same facts at the same instant give the same plan, and the next look lies ahead', () => {
    property((told) => {
      for (const { plan, before, now } of told) {
        expect(planRecipient(before, now)).toEqual(plan)
        for (const a of plan.accounts) if (a.nextLookAt !== null) expect(a.nextLookAt).toBeGreaterThan(now)
        for (const r of [...plan.reminders, ...plan.tasks]) expect(r.expiresAt).toBeGreaterThan(now)
      }
    })
  })

  it('nothing is said while a hold is open, before a pause is over, or after the hand-off day', () => {
    property((told) => {
      for (const { plan, before, now } of told) {
        for (const a of before.accounts) {
          const held =
            a.holds.some((h) => h.from <= now && (h.until === null || h.until > now)) || (a.notBefore ?? 0) > now
          const past = (daysPastDue(a, before.bookZone, now) ?? 0) > (a.ladder.handOff?.atDpd ?? Infinity)
          if (held || past)
            expect([...plan.reminders, ...plan.tasks].some((r) => r.accountIds.includes(a.id))).toBe(false)
        }
      }
    })
  })
})
