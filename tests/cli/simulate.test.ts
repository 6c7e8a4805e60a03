import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SimulationReport } from '../../src/report/simulation/report.ts'
import { runCli } from './run-cli.ts'

const HEADER =
  'id,creditor,asOf,recipient.id,recipient.timeZone,recipient.jurisdiction,recipient.sms,overdue.amount,overdue.currency,dueDate,autoDebit,reference.masked,recipient.name,factsForWords.reportsToBureau,factsForWords.lateInterest'
const row = (n: number, dueDate: string): string =>
  `A-${n},shili-xiaojin,2026-11-23T00:00:00Z,P-${n},Asia/Shanghai,CN,+8613800${String(n).padStart(6, '0')},100.00,CNY,${dueDate},false,4821,张三,true,true`

describe('decorum simulate', () => {
  let folder: string
  const at = (name: string): string => join(folder, name)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'simulate-'))
    writeFileSync(
      at('portfolio.csv'),
      [HEADER, row(1, '2026-11-22'), row(2, '2026-11-21'), row(3, 'tomorrow')].join('\n'),
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('answers with one JSON document, names the line that it left out, and writes a page', async () => {
    const ran = await runCli([
      'simulate',
      '--portfolio',
      at('portfolio.csv'),
      '--from',
      '2026-11-23',
      '--days',
      '8',
      '--cost',
      'sms-main=0.05',
      '--html',
      at('page.html'),
      '--json',
    ])
    expect(ran.code).toBe(0)
    const answer = JSON.parse(ran.stdout) as SimulationReport & { refusedLines: { line: number }[] }
    expect(answer.of).toMatchObject({ accounts: 2, people: 2, days: 8, from: '2026-11-23T00:00:00Z' })
    expect(answer.refusedLines).toMatchObject([{ line: 4, faults: [{ path: 'dueDate' }] }])
    expect(answer.totals.sent).toBeGreaterThan(0)
    expect(answer.totals.cost).toBeCloseTo(answer.routes.reduce((units, route) => units + route.units, 0) * 0.05)
    expect(readFileSync(at('page.html'), 'utf8')).toContain('<!doctype html>')
  })

  it('sets a second version beside the first', async () => {
    const ran = await runCli([
      'simulate',
      '--portfolio',
      at('portfolio.csv'),
      '--from',
      '2026-11-23',
      '--days',
      '8',
      '--compare',
      'packs=+house-cn',
      '--json',
    ])
    expect(ran.code).toBe(0)
    const answer = JSON.parse(ran.stdout) as {
      compared: string
      base: SimulationReport
      other: SimulationReport
      differences: unknown[]
    }
    expect(answer.compared).toBe('packs=+house-cn')
    expect(answer.other.of.packs.map(({ id }) => id)).toContain('house-cn')
    expect(answer.base.of.packs.map(({ id }) => id)).not.toContain('house-cn')
  })

  it.each([
    ['no portfolio', ['--days', '3']],
    ['a file that is not there', ['--portfolio', '/nowhere/portfolio.csv']],
    ['a pack that does not exist', ['--portfolio', 'PORTFOLIO', '--packs', 'us-reg-g']],
    ['a ladder that does not exist', ['--portfolio', 'PORTFOLIO', '--ladder', 'defualt']],
    ['a share above 1', ['--portfolio', 'PORTFOLIO', '--pay-rate', '1.5']],
  ])('refuses %s as bad input', async (_what, options) => {
    const ran = await runCli([
      'simulate',
      ...options.map((option) => (option === 'PORTFOLIO' ? at('portfolio.csv') : option)),
    ])
    expect(ran.code).toBe(2)
  })
})
