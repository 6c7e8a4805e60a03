import { describe, expect, it } from 'vitest'
import { DAY } from '../../src/model/time.ts'
import { spellChange, type Standing } from '../../src/plan/spell-change.ts'
import { at } from './people.ts'

const now = at('2026-12-20T08:00:00Z')
const overdue: Standing = { state: 'open', dueDate: '2026-11-20', statedDaysPastDue: null, overdueMinor: 125_000n }
const cured: Standing = { ...overdue, state: 'cured', overdueMinor: 0n }
const cause = { reversal: false, at: now, curedBefore: false, lastTone: null }

describe('a change of the facts', () => {
  it.each<[string, Standing | null, Standing, string]>([
    ['a new account that owes opens a spell', null, overdue, 'opened'],
    ['a new account that owes nothing does not', null, { ...overdue, overdueMinor: 0n }, 'none'],
    ['a cured account that owes again opens another', cured, { ...overdue, dueDate: '2026-12-20' }, 'opened'],
    ['nothing left to pay cures it', overdue, { ...overdue, overdueMinor: 0n }, 'cured'],
    ['the creditor may say that it is cured', overdue, cured, 'cured'],
    ['a settlement ends it', overdue, { ...overdue, state: 'settled' }, 'ended'],
    ['the oldest instalment paid moves it', overdue, { ...overdue, dueDate: '2026-12-20' }, 'moved'],
    [
      'stated days that fall move it',
      { ...overdue, dueDate: null, statedDaysPastDue: 35 },
      { ...overdue, dueDate: null, statedDaysPastDue: 5 },
      'moved',
    ],
    [
      'stated days that rise are only time passing',
      { ...overdue, dueDate: null, statedDaysPastDue: 35 },
      { ...overdue, dueDate: null, statedDaysPastDue: 36 },
      'none',
    ],
    [
      'a smaller amount with the same oldest instalment moves nothing',
      overdue,
      { ...overdue, overdueMinor: 100_000n },
      'none',
    ],
    ['a corrected earlier due date is no reversal', overdue, { ...overdue, dueDate: '2026-10-20' }, 'none'],
    ['without any date or days there is no spell', null, { ...overdue, dueDate: null }, 'none'],
  ])('%s', (_, before, after, kind) => {
    expect(spellChange(before, after, cause).kind).toBe(kind)
  })

  it('by a reversal goes on in the same spell, a day later and no firmer than before', () => {
    const back = { ...cause, reversal: true, curedBefore: true, lastTone: 'neutral' as const }
    const pass = { enteredBy: 'reversal', enteredAt: now, notBefore: now + DAY, toneCeiling: 'neutral' }
    expect(spellChange(cured, overdue, back)).toEqual({ kind: 'reopened', pass })
    expect(spellChange({ ...overdue, dueDate: '2026-12-20' }, overdue, back)).toEqual({ kind: 'reopened', pass })
  })
})
