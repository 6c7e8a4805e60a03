import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check } from '../../src/authoring/check.ts'
import { CALENDAR_TABLES } from '../../src/model/calendars/tables.ts'
import { checkZoneData } from '../../src/model/zones/zone-data.ts'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'
import { at, ROOT, Stage } from '../support/stage.ts'

/** Australia's is known until then, whenever its table is renewed. */
const LAST = Math.max(...Object.keys(CALENDAR_TABLES.AU?.years ?? {}).map(Number))

describe('a calendar that ends', () => {
  let fresh: FreshLedger
  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
  })
  afterAll(() => fresh.dispose())

  const warned = (now: string) =>
    check(ROOT, {}, at(now))
      .warnings.filter(({ code }) => code === 'calendar_ends')
      .map(({ message }) => message)
      .filter((message) => message.includes('calendar AU'))

  it('is warned of by the check sixty days before, and is no mistake', () => {
    expect(warned(`${LAST}-11-01T00:00:00Z`)).toEqual([])
    expect(warned(`${LAST}-12-01T00:00:00Z`)).toEqual([
      expect.stringContaining(
        `No days of ${LAST + 1} are known for calendar AU, which begins in 31 days: au/contact-window`,
      ),
    ])
    // By then the time zone data of this build may be more than a year old, which is a fault of its own.
    const { problems, packs, zoneData, ok } = check(ROOT, {}, at(`${LAST}-12-01T00:00:00Z`))
    expect({ problems, failures: packs.flatMap(({ failures }) => failures), ok }).toEqual({
      problems: [],
      failures: [],
      ok: zoneData.faults.length === 0,
    })
  })

  it('is warned of by a process, which stays ready, and by its metrics', async () => {
    const stage = await Stage.set(fresh, `${LAST}-12-01T00:00:00Z`)
    const parts = await stage.app.health()
    expect(parts.find(({ part }) => part === 'calendars')).toMatchObject({
      ok: true,
      problem: null,
      warning: expect.stringContaining(`No days of ${LAST + 1} are known for calendar AU`),
    })
    expect(parts.filter(({ ok }) => !ok)).toEqual([])
    // So are old zone data; the part names the edition in force, old or not.
    const { version, faults } = checkZoneData([], at(`${LAST}-12-01T00:00:00Z`))
    expect(parts.find(({ part }) => part === 'time zone data')).toEqual({
      part: 'time zone data',
      ok: true,
      problem: null,
      version,
      ...(faults.length === 0 ? {} : { warning: faults.join(' ') }),
    })
    expect(await stage.app.services.measurements()).toContain(
      `decorum_calendar_days_left{calendar="AU",year="${LAST + 1}"} 31`,
    )
    await stage.app.stop()
  })
})
