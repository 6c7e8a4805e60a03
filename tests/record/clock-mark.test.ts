import { beforeAll, expect, it } from 'vitest'
import type { Ledger } from '../../src/record/ledger.ts'
import { raiseClockMark, readClockMark } from '../../src/record/lapses.ts'
import { eachLedger } from '../support/ledger.ts'

eachLedger('the mark of the latest business time', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
  })

  it('is asked for without a row being written, and raised without ever falling', async () => {
    expect((await readClockMark(ledger.db)).highWater).toBeNull()
    const { rows } = await ledger.pool.query('SELECT count(*)::int AS n FROM decorum.clock_mark')
    expect(rows[0].n).toBe(0)
    const late = new Date('2026-11-26T10:00:00Z')
    expect((await raiseClockMark(ledger.db, late)).highWater).toEqual(late)
    expect((await raiseClockMark(ledger.db, new Date(0))).highWater).toEqual(late)
    const asked = await readClockMark(ledger.db)
    expect(asked.highWater).toEqual(late)
    expect(Math.abs(asked.databaseNow.getTime() - Date.now())).toBeLessThan(60_000)
  })
})
