import { describe, expect, it } from 'vitest'
import { CALENDAR_TABLES } from '../../src/model/calendars/tables.ts'
import { computed, DIFFERENCES, generated } from '../support/library-calendar.ts'

const taken = Object.entries(CALENDAR_TABLES).filter(([, { source }]) => source.startsWith('date-holidays'))

describe('the calendars that were taken from date-holidays', () => {
  it('are found', () => {
    expect(taken.length).toBeGreaterThan(10)
    expect(Object.keys(DIFFERENCES).filter((id) => !taken.some(([own]) => own === id))).toEqual([])
  })

  it.each(taken)(
    '%s: has the days of the library, those that wait for a decree, and what is added on purpose',
    (id, { years }) => {
      const differences: string[] = []
      for (const [year, { holidays, awaited = [] }] of Object.entries(years)) {
        const library = computed(id, Number(year))
        const own = new Set([...holidays, ...awaited])
        const added = (DIFFERENCES[id]?.added ?? []).filter((day) => day.startsWith(year))
        differences.push(
          ...[...library].filter((day) => !own.has(day)).map((day) => `${day} is missing`),
          ...holidays
            .filter((day) => !library.has(day) && !added.includes(day))
            .map((day) => `${day} is not the library's`),
          ...added.filter((day) => library.has(day) || !own.has(day)).map((day) => `${day} is no difference any more`),
        )
      }
      expect(differences).toEqual([])
    },
  )

  it('come out of the generator as they stand in the tables', () => {
    expect(generated('BR-SP', 2026)).toEqual(CALENDAR_TABLES['BR-SP']?.years[2026]?.holidays)
    expect(generated('CL', 2027)).toEqual(CALENDAR_TABLES['CL']?.years[2027]?.holidays)
  })
})
