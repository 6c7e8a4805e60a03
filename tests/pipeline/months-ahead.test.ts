import { afterAll, beforeAll, expect, it } from 'vitest'
import { listPartitions } from '../../src/record/partitions.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { at, Stage } from '../support/stage.ts'

eachLedger('the sweeper', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  beforeAll(async () => {
    fresh = await openFresh()
    stage = await Stage.set(fresh, '2028-11-23T02:00:00Z')
  })
  afterAll(() => stage.app.stop())
  const months = async () =>
    (await listPartitions(fresh.ledger.db))
      .filter(
        (partition) =>
          partition.table.name === 'reported_contact' && (partition.from ?? 0) >= at('2028-01-01T00:00:00Z'),
      )
      .map((partition) => partition.name)

  it('makes room for this month and the next three of business time', async () => {
    await stage.app.pass('sweeper')
    expect(await months()).toEqual([
      'reported_contact_2028_11',
      'reported_contact_2028_12',
      'reported_contact_2029_01',
      'reported_contact_2029_02',
    ])
  })

  it('goes on as soon as another month has come', async () => {
    await stage.until('2028-12-02T02:00:00Z')
    expect((await months()).at(-1)).toBe('reported_contact_2029_03')
  })
})
