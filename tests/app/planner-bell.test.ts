import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pino } from 'pino'
import { PlannerBell } from '../../src/app/planner-bell.ts'
import { openLedger, type Ledger } from '../../src/record/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'
import { postgresUrl, whenThere } from '../support/servers.ts'

const log = pino({ level: 'silent' })
const heard = async (rings: { count: number }, least: number): Promise<void> =>
  eventually(() => expect(rings.count).toBeGreaterThanOrEqual(least), 5)

describe('the planner rung in its own process (embedded)', () => {
  let fresh: FreshLedger
  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
  })
  afterAll(() => fresh.dispose())

  it('hears the first ringing at once, and many that come together as one more', async () => {
    const bell = new PlannerBell(fresh.ledger, log)
    const rings = { count: 0 }
    bell.listen(() => {
      rings.count++
    })
    for (let i = 0; i < 1_000; i++) bell.ring()
    expect(rings.count).toBe(1)
    await heard(rings, 2)
    bell.ring()
    await heard(rings, 3)
    expect(rings.count).toBe(3)
    bell.close()
  })

  it('is not rung by anybody once it is closed', () => {
    const bell = new PlannerBell(fresh.ledger, log)
    let rung = false
    bell.listen(() => {
      rung = true
    })
    bell.close()
    bell.ring()
    expect(rung).toBe(false)
  })
})

whenThere('PostgreSQL', 'the planner rung from another process', () =>
  describe('the planner rung from another process', () => {
    let database: { url: string; drop(): Promise<void> }
    let here: Ledger
    let there: Ledger
    beforeAll(async () => {
      database = await freshDatabase(postgresUrl as string)
      ;[here, there] = await Promise.all([
        openLedger({ databaseUrl: database.url }),
        openLedger({ databaseUrl: database.url }),
      ])
    })
    afterAll(async () => {
      await Promise.all([here.close(), there.close()])
      await database.drop()
    })

    it('hears through the ledger, and goes on hearing after its connection broke', async () => {
      const planner = new PlannerBell(here, log)
      const accepting = new PlannerBell(there, log)
      const rings = { count: 0 }
      planner.listen(() => {
        rings.count++
      })
      // It looks once as soon as it listens: what was accepted before is not missed.
      await heard(rings, 1)
      accepting.ring()
      await heard(rings, 2)
      await there.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN decorum_planner%' AND datname = current_database()`,
      )
      await heard(rings, 3)
      accepting.ring()
      await heard(rings, 4)
      planner.close()
      accepting.close()
    })

    it('says nothing but that it rang', async () => {
      const accepting = new PlannerBell(there, log)
      const client = await here.pool.connect()
      const said: unknown[] = []
      client.on('notification', (message) => said.push(message.payload))
      await client.query('LISTEN decorum_planner')
      accepting.ring()
      await eventually(() => expect(said).toEqual(['']), 5)
      client.release(true)
      accepting.close()
    })
  }),
)
