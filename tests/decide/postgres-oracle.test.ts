import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileHours, type HoursAnswer } from '../../src/decide/weekly-hours.ts'
import { zoneTable, type ZoneTable } from '../../src/decide/zone-table.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../../src/model/time.ts'
import { whenThere } from '../support/servers.ts'
import { editionThatDiffersIn } from './zone-oracle.ts'

/** A busy machine may take its time over all zones of the world. */
const PATIENCE = 300_000
const FROM = Date.UTC(2025, 0, 1)
const TO = Date.UTC(2029, 0, 1)
/** Clocks have changed on the quarter of an hour everywhere since long before 2025. */
const QUARTER = 15 * MINUTE
const WEEK = 7 * DAY
const AROUND_EACH_CHANGE = 8
const ANYWHERE = 6

/** Monday to Friday 07:30–21:00, weekends 09:00–21:00: no clock change of these years repeats or skips an edge of it. */
const HOURS = compileHours({
  allow: [
    { days: [1, 2, 3, 4, 5], from: '07:30', to: '21:00' },
    { days: [6, 7], from: '09:00', to: '21:00' },
  ],
})
/** The same hours, as PostgreSQL is asked about a local timestamp `wall`. */
const OPEN = `extract(hour FROM wall) * 60 + extract(minute FROM wall) >= CASE WHEN extract(isodow FROM wall) <= 5 THEN 450 ELSE 540 END AND extract(hour FROM wall) < 21`
const SHIFT = `extract(epoch FROM wall - to_timestamp(at / 1000.0) AT TIME ZONE 'UTC')::float8 * 1000 AS shift`
const shiftAt = (moment: string): string =>
  `(to_timestamp(${moment} / 1000.0) AT TIME ZONE zone - to_timestamp(${moment} / 1000.0) AT TIME ZONE 'UTC')`
const WALL = `to_timestamp(at / 1000.0) AT TIME ZONE zone`

/** Hours whose edges many repeated hours cut: 01:15 and 23:15. */
const EDGED = compileHours({ allow: [{ from: '01:15', to: '23:15' }] })

interface Asked {
  zone: string
  at: Instant
}

/** When our own data change a zone's offset. */
function changesIn(table: ZoneTable): Instant[] {
  const found: Instant[] = []
  for (let at = FROM; at < TO; at = table.at(at).end)
    if (table.at(at - 1).offset !== table.at(at).offset) found.push(at)
  return found
}

/** The same numbers on every run, so that a failure can be seen again. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

whenThere('PostgreSQL', 'contact hours against PostgreSQL’s AT TIME ZONE', (url) => {
  describe('contact hours in every zone that PostgreSQL knows too', () => {
    const db = new pg.Client({ connectionString: url })
    const zones = new Map<string, ZoneTable>()
    let changes: Asked[] = []
    let asked: Asked[] = []
    let different = new Set<string>()
    let edition: string | null = null

    /** One query for many instants: `select` sees the columns zone, at and wall. */
    async function ask<Row>(
      select: string,
      rows: readonly Asked[],
      more: readonly number[] = rows.map(() => 0),
    ): Promise<Row[]> {
      const found = await db.query(
        `SELECT ${select} FROM (SELECT n, zone, at, more, ${WALL} AS wall FROM unnest($1::text[], $2::float8[], $3::float8[]) WITH ORDINALITY AS asked (zone, at, more, n)) AS local ORDER BY n`,
        [rows.map(({ zone }) => zone), rows.map(({ at }) => at), more],
      )
      return found.rows as Row[]
    }

    /** Every change of offset, found by PostgreSQL alone: by weeks, then by days, then by quarters of an hour. */
    async function findChanges(names: readonly string[]): Promise<Asked[]> {
      let found: Asked[] = names.flatMap((zone) =>
        Array.from({ length: Math.ceil((TO - FROM) / WEEK) }, (_, week) => ({ zone, at: FROM + week * WEEK })),
      )
      for (const [length, step] of [
        [WEEK, WEEK],
        [WEEK, DAY],
        [DAY, QUARTER],
      ] as const) {
        const { rows } = await db.query(
          `SELECT zone, before AS at FROM (SELECT zone, (SELECT min(moment) FROM generate_series(at::bigint + ${step}, at::bigint + ${length}, ${step}) AS moment
             WHERE ${shiftAt('moment')} <> ${shiftAt('at')})::float8 - ${step} AS before FROM unnest($1::text[], $2::float8[]) AS asked (zone, at)) AS changed
           WHERE before IS NOT NULL`,
          [found.map(({ zone }) => zone), found.map(({ at }) => at)],
        )
        found = rows as Asked[]
      }
      return found.map(({ zone, at }) => ({ zone, at: at + QUARTER }))
    }

    /** The server's zone data may be of another edition than ours: then it is no oracle for the places that were changed in between. */
    async function zonesOfOtherData(): Promise<Set<string>> {
      const ours = [...zones].flatMap(([zone, table]) => changesIn(table).map((at) => ({ zone, at })))
      const rows = [...changes, ...ours].flatMap(({ zone, at }) => [
        { zone, at: at - MINUTE },
        { zone, at },
      ])
      const shifts = await ask<{ shift: number }>(SHIFT, rows)
      return new Set(
        rows
          .filter(({ zone, at }, i) => zones.get(zone)?.at(at).offset !== Math.round(shifts[i]?.shift as number))
          .map(({ zone }) => zone),
      )
    }

    beforeAll(async () => {
      await db.connect()
      await db.query("SET TIME ZONE 'UTC'")
      // AT TIME ZONE reads names such as EET as abbreviations, which keep no summer time.
      const { rows } = await db.query(
        "SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)' AND upper(name) NOT IN (SELECT abbrev FROM pg_timezone_abbrevs) ORDER BY name",
      )
      for (const { name } of rows as { name: string }[]) {
        const table = zoneTable(name)
        if (table !== null) zones.set(name, table)
      }
      changes = await findChanges([...zones.keys()])
      different = await zonesOfOtherData()
      edition = editionThatDiffersIn(different, new Set(zones.keys()))
      for (const zone of different) zones.delete(zone)
      changes = changes.filter(({ zone }) => zones.has(zone))
      const random = randomNumbers(20_261_123)
      asked = [
        ...changes.flatMap(({ zone, at }) =>
          Array.from({ length: AROUND_EACH_CHANGE }, () => ({ zone, at: Math.floor(at + (random() - 0.5) * 4 * DAY) })),
        ),
        ...[...zones.keys()].flatMap((zone) =>
          Array.from({ length: ANYWHERE }, () => ({ zone, at: Math.floor(FROM + random() * (TO - FROM)) })),
        ),
      ]
    }, PATIENCE)
    afterAll(() => db.end())

    it('are asked about hundreds of zones and many thousands of instants', () => {
      expect(zones.size).toBeGreaterThan(400) // of some 590, less those of which the server has other data
      expect(changes.length).toBeGreaterThan(1_000)
      expect(asked.length).toBeGreaterThan(10_000)
    })

    it('differ only where an edition after the server’s changed the clocks, and everywhere there', () => {
      expect({ edition, unexplained: edition === null ? [...different] : [] }).toEqual({
        edition: expect.stringMatching(/^20\d\d[a-z]$/),
        unexplained: [],
      })
    })

    it(
      'stand on the same offsets, just before and at every change and at every instant',
      async () => {
        const rows = [...changes, ...changes.map(({ zone, at }) => ({ zone, at: at - 1 })), ...asked]
        const shifts = await ask<{ shift: number }>(SHIFT, rows)
        const different = rows.filter(
          ({ zone, at }, i) => zones.get(zone)?.at(at).offset !== Math.round(shifts[i]?.shift as number),
        )
        expect(different.map(({ zone, at }) => `${zone} ${new Date(at).toISOString()}`)).toEqual([])
      },
      PATIENCE,
    )

    it(
      'are never open in a repeated hour that one of their edges cuts, and otherwise as by the wall clock',
      async () => {
        const answer: HoursAnswer = { state: 'open', until: 0 }
        const random = randomNumbers(7)
        const near = changes.flatMap(({ zone, at }) =>
          Array.from({ length: 4 }, () => ({
            zone,
            at: Math.floor((at + (random() - 0.5) * 6 * HOUR) / MINUTE) * MINUTE,
          })),
        )
        const minute = 'extract(hour FROM wall) * 60 + extract(minute FROM wall)'
        const walls = await ask<{ open: boolean; twice: boolean }>(
          `${minute} >= 75 AND ${minute} < 1395 AS open,
         (SELECT bool_or(${WALL.replaceAll('at /', '(at + apart) /')} = wall) FROM unnest(ARRAY[-7200000, -3600000, -1800000, 1800000, 3600000, 7200000]) AS apart) AS twice`,
          near,
        )
        const different = near.filter(({ zone, at }, i) => {
          EDGED.ask(zones.get(zone) as ZoneTable, at, answer)
          const { open, twice } = walls[i] as { open: boolean; twice: boolean }
          return answer.state === 'open' ? !open : open && !twice
        })
        expect(different).toEqual([])
        expect(walls.filter(({ twice }) => twice).length).toBeGreaterThan(100)
      },
      PATIENCE,
    )

    it(
      'are open exactly when they are by PostgreSQL’s wall clock',
      async () => {
        const answer: HoursAnswer = { state: 'open', until: 0 }
        const opens = await ask<{ open: boolean }>(`${OPEN} AS open`, asked)
        const different = asked.filter(({ zone, at }, i) => {
          HOURS.ask(zones.get(zone) as ZoneTable, at, answer)
          return (answer.state === 'open') !== opens[i]?.open
        })
        expect(different).toEqual([])
      },
      PATIENCE,
    )

    it(
      'change at the very instant that is named, and at none before it',
      async () => {
        const answer: HoursAnswer = { state: 'open', until: 0 }
        const until = asked.map(({ zone, at }) => {
          HOURS.ask(zones.get(zone) as ZoneTable, at, answer)
          return answer.until
        })
        const edges = await ask<{ same: boolean; other: boolean }>(
          `(SELECT bool_and((${OPEN}) = first) FROM (SELECT ${WALL.replaceAll('at /', 'moment /')} AS wall FROM generate_series(at::bigint, more::bigint - 1, ${HOUR / 2}) AS moment) AS moments, (SELECT (${OPEN}) AS first) AS now)
           AND (SELECT (${OPEN}) FROM (SELECT ${WALL.replaceAll('at /', '(more - 1) /')} AS wall) AS last) = (${OPEN}) AS same,
         (SELECT (${OPEN}) FROM (SELECT ${WALL.replaceAll('at /', 'more /')} AS wall) AS edge) <> (${OPEN}) AS other`,
          asked,
          until,
        )
        const wrong = asked.filter((_, i) => edges[i]?.same !== true || edges[i]?.other !== true)
        expect(wrong).toEqual([])
      },
      PATIENCE,
    )
  })
})
