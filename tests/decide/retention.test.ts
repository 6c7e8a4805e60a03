import { describe, expect, it } from 'vitest'
import { retentionOf, type KeptRecords } from '../../src/decide/retention.ts'
import { formatInstant } from '../../src/model/time.ts'
import { at, packOf } from './case-of.ts'
import { compiledPacks } from './packs.ts'

const shown = (kept: Partial<KeptRecords>, now: string, packs = compiledPacks) => {
  const { verdict, mayDeleteFrom, mustDeleteBy, conflict, reasons } = retentionOf(
    { record: 'contact', scope: {}, contact: null, lastCollectionActivity: null, legalHold: false, ...kept },
    packs,
    at(now),
  )
  return {
    verdict,
    from: mayDeleteFrom && formatInstant(mayDeleteFrom),
    by: mustDeleteBy && formatInstant(mustDeleteBy),
    conflict,
    rules: reasons.map((r) => `${r.bound} ${r.rule}`),
  }
}
const once = (text: string) => ({ first: at(text), last: at(text) })
const NEW_YORK = { jurisdictions: ['US-NY'], roles: ['collector'], products: ['consumer-loan'] } as const

describe('how long records are kept', () => {
  it('three years after the last collection activity, the last local day included', () => {
    const kept = {
      scope: NEW_YORK,
      lastCollectionActivity: at('2024-05-10T03:00:00Z'),
      contact: once('2023-01-01T12:00:00Z'),
    }
    // 9 May 23:00 in New York: kept through 9 May 2027, so until the 10th begins there.
    expect(shown(kept, '2027-05-10T03:59:59Z')).toMatchObject({
      verdict: 'keep',
      from: '2027-05-10T04:00:00Z',
      by: null,
    })
    expect(shown(kept, '2027-05-10T04:00:00Z')).toMatchObject({ verdict: 'may-delete' })
  })

  it('as long as collection goes on, or nobody knows when it ended', () => {
    expect(shown({ scope: NEW_YORK, contact: once('2010-01-01T12:00:00Z') }, '2026-11-23T00:00:00Z')).toMatchObject({
      verdict: 'keep',
      from: null,
    })
  })

  it('while a legal hold stands, whatever the periods', () => {
    const kept = {
      scope: NEW_YORK,
      lastCollectionActivity: at('2010-01-01T12:00:00Z'),
      contact: once('2010-01-01T12:00:00Z'),
      legalHold: true,
    }
    expect(shown(kept, '2026-11-23T00:00:00Z')).toMatchObject({ verdict: 'keep', from: null, conflict: false })
  })

  it('longest where several laws may apply: an unknown place has them all', () => {
    const kept = { lastCollectionActivity: at('2020-06-01T12:00:00Z'), contact: once('2024-06-01T12:00:00Z') }
    const answer = shown(kept, '2026-11-23T00:00:00Z')
    expect(answer.verdict).toBe('keep')
    // New York City: three years after the contact. No zone is known, so the day is over everywhere.
    expect(answer.from).toBe('2027-06-04T00:00:00Z')
    expect(answer.rules[0]).toBe('minimum us-nyc/records-three-years')
  })

  it('a state’s law may hold where only the country is known, and does not in another state', () => {
    const rules = (place: string) =>
      shown(
        { scope: { ...NEW_YORK, jurisdictions: [place] }, contact: once('2026-10-01T12:00:00Z') },
        '2026-11-23T00:00:00Z',
      ).rules
    expect(rules('US')).toContain('minimum us-nyc/records-three-years')
    expect(rules('US-CA')).not.toContain('minimum us-nyc/records-three-years')
  })

  it('and no longer, where law says so', () => {
    const recording = {
      record: 'recording',
      scope: { jurisdictions: ['GR'], roles: ['original-creditor'] },
      contact: once('2025-11-20T22:30:00Z'),
    } as const
    // 21 November 00:30 in Athens.
    expect(shown(recording, '2026-11-20T00:00:00Z')).toMatchObject({
      verdict: 'keep',
      from: '2026-11-21T22:00:00Z',
      by: '2026-11-21T22:00:00Z',
      conflict: false,
    })
    expect(shown(recording, '2026-11-21T22:00:00Z')).toMatchObject({ verdict: 'must-delete' })
  })

  it('a longest period that ends before another law’s shortest is reported, and the record kept', () => {
    const both = {
      record: 'recording',
      scope: { jurisdictions: ['GR', 'US-NY'], roles: ['collector'] },
      contact: once('2025-01-10T12:00:00Z'),
    } as const
    expect(shown(both, '2026-11-23T00:00:00Z')).toMatchObject({ verdict: 'keep', by: null })
    const packs = [
      packOf(
        { shape: 'retention', record: 'recording', months: 6, anchor: 'contact', maximum: true },
        { shape: 'retention', record: 'recording', years: 2, anchor: 'contact' },
      ),
    ]
    expect(shown(both, '2026-11-23T00:00:00Z', packs)).toMatchObject({
      verdict: 'keep',
      conflict: true,
      rules: ['minimum test/rule-2', 'minimum test/rule-1', 'maximum test/rule-1'],
    })
  })

  it('a longest period that passes under a legal hold is a conflict for a person', () => {
    const kept = {
      record: 'recording',
      scope: { jurisdictions: ['GR'] },
      contact: once('2020-01-10T12:00:00Z'),
      legalHold: true,
    } as const
    expect(shown(kept, '2026-11-23T00:00:00Z')).toMatchObject({ verdict: 'keep', conflict: true })
  })

  it('where nothing is said, law does not stand in the way', () => {
    expect(
      shown({ scope: { jurisdictions: ['JP'] }, contact: once('2026-11-01T00:00:00Z') }, '2026-11-23T00:00:00Z'),
    ).toEqual({ verdict: 'may-delete', from: '2026-11-23T00:00:00Z', by: null, conflict: false, rules: [] })
  })

  it.each([
    ['29 February', { years: 1 }, '2028-02-29T12:00:00Z', '2029-03-02T00:00:00Z'],
    ['31 August and six months', { months: 6 }, '2026-08-31T12:00:00Z', '2027-03-02T00:00:00Z'],
    ['a count of days', { days: 10 }, '2026-08-31T12:00:00Z', '2026-09-11T00:00:00Z'],
  ])('%s', (_name, period, contact, from) => {
    const packs = [packOf({ shape: 'retention', record: 'contact', anchor: 'contact', ...period })]
    expect(
      shown({ scope: { jurisdictions: ['GH'] }, contact: once(contact) }, '2026-11-23T00:00:00Z', packs).from,
    ).toBe(from)
  })
})
