import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DAY } from '../../src/model/time.ts'
import type { PortfolioChunk, SimulationSetting } from '../../src/pipeline/simulate/chunk.ts'
import { type PortfolioFile, readPortfolioFile } from '../../src/pipeline/simulate/portfolio-file.ts'
import { runChunks } from '../../src/pipeline/simulate/run.ts'
import { addTally, emptyTally } from '../../src/pipeline/simulate/tally.ts'
import { at, ROOT, shippedConfig } from '../support/stage.ts'

const chunkOf = (file: PortfolioFile, start: number): PortfolioChunk => ({
  kind: 'lines',
  columns: file.columns,
  creditor: null,
  lines: file.recipients.slice(start, start + 10).flat(),
})

describe('a simulation on several threads', () => {
  it('comes to what it comes to on one', async () => {
    const { creditors, ladders, routes, templates, locales, delivery, packs } = shippedConfig()
    const from = at('2026-11-23T00:00:00Z')
    const setting: SimulationSetting = {
      config: { creditors, ladders, routes, templates, locales, delivery },
      packs,
      packSelection: { named: null, also: [] },
      ladder: null,
      from,
      to: from + 20 * DAY,
      payRate: 0.02,
      seed: 1,
    }
    const file = await readPortfolioFile(resolve(ROOT, 'config/demo/portfolio.csv'))
    const sentOn = async (threads: number): Promise<[string, number][]> => {
      const tally = emptyTally()
      // Ten people to a chunk, so that every thread gets some.
      const chunks = Array.from({ length: 7 }, (_, i) => chunkOf(file, i * 10))
      await runChunks(setting, chunks, threads, (done) => addTally(tally, done.tally))
      expect(tally.recipients).toBe(file.recipients.length)
      return [...tally.sent].sort()
    }
    const alone = await sentOn(0)
    expect(alone.length).toBeGreaterThan(0)
    expect(await sentOn(2)).toEqual(alone)
  })
})
