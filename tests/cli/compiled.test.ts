import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { COMMAND_LINE, entryPoints } from '../../build.ts'
import type { SimulationReport } from '../../src/report/simulation/report.ts'
import { finish, runCli, startWorker } from './run-cli.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** As `npm run decorum` starts it from a checkout that nobody built. */
const fromCheckout = (script: string, args: readonly string[], input = '') =>
  finish(
    spawn(process.execPath, ['--import', 'tsx', join(ROOT, script), ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
    input,
  )

const CASE = JSON.stringify({
  now: '2026-11-23T15:00:00Z',
  reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'automated' },
  address: { value: '+12125550123', kind: 'mobile', relation: 'self' },
  recipient: { id: 'r-1', timeZone: null, jurisdiction: 'US-NY' },
  account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', state: 'open' },
})

describe('the compiled program', () => {
  it('has the command line, every daemon, and every thread that is started somewhere', () => {
    const program = inject('program') ?? ''
    const entries = [...entryPoints().keys()]
    expect(entries).toEqual(
      expect.arrayContaining([
        'decorum',
        ...readdirSync(join(ROOT, 'workers'))
          .filter((file) => file.endsWith('.ts'))
          .map((file) => `workers/${file.slice(0, -3)}`),
      ]),
    )
    expect(entries.filter((entry) => entry.startsWith('threads/')).length).toBeGreaterThanOrEqual(2)
    for (const entry of entries)
      for (const file of [`${entry}.js`, `${entry}.js.map`])
        expect(existsSync(join(program, 'dist', file)), file).toBe(true)
    expect(readFileSync(join(program, 'dist/decorum.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('needs no compiler and no TypeScript', () => {
    const dist = join(inject('program') ?? '', 'dist')
    for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.js'),
    )) {
      expect(readFileSync(join(dist, file), 'utf8'), file).not.toMatch(
        /(?:from|import\()\s*["'](?:tsx|esbuild|typescript|[^"']+\.ts["'])/,
      )
    }
  })

  it.each([
    ['decide', '--json'],
    ['decide', '--explain', '--lang', 'zh-CN'],
    ['check', '--json'],
    ['policies', 'list', '--json'],
    ['--version'],
  ])('answers as the checkout does: %s %s', async (...args) => {
    const [compiled, checkout] = await Promise.all([
      runCli(args, { input: CASE }),
      fromCheckout(COMMAND_LINE, args, CASE),
    ])
    expect(compiled).toEqual(checkout)
    expect(compiled.code).toBe(0)
  })

  it('has daemons that say what they are for, as the checkout’s do', async () => {
    const [compiled, checkout] = await Promise.all([
      finish(startWorker('sweeper', ['--help'])),
      fromCheckout('workers/sweeper.ts', ['--help']),
    ])
    expect(compiled).toEqual(checkout)
    expect(compiled.code).toBe(0)
  })

  describe('with files of the operator’s', () => {
    let root = ''
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), 'decorum-compiled-'))
      for (const folder of ['config', 'templates']) cpSync(join(ROOT, folder), join(root, folder), { recursive: true })
    })
    afterAll(() => rmSync(root, { recursive: true, force: true }))

    it('reads a policy file that was edited since it was built, and names the line of a mistake', async () => {
      const pack = join(root, 'config/policies/us-reg-f.yaml')
      const shipped = readFileSync(pack, 'utf8')
      appendFileSync(pack, 'invented: 1\n')
      const line = shipped.split('\n').length
      const ran = await runCli(['check'], { env: { DECORUM_ROOT: root } })
      expect(ran.code).not.toBe(0)
      expect(ran.stdout + ran.stderr).toContain(`config/policies/us-reg-f.yaml:${line}`)
    })
  })

  describe('on several threads', () => {
    let folder = ''
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'decorum-compiled-'))
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    it('simulates a portfolio that is worth them', async () => {
      const [header, ...rows] = readFileSync(join(ROOT, 'config/demo/portfolio.csv'), 'utf8').trim().split('\n') as [
        string,
        ...string[],
      ]
      const portfolio = join(folder, 'portfolio.csv')
      appendFileSync(portfolio, `${header}\n`)
      // Each time other people with other accounts.
      for (let round = 0; round < 60; round++)
        appendFileSync(
          portfolio,
          `${rows.map((row) => row.replaceAll(/(^|,)([A-Z]+-)/g, `$1$2${round}-`)).join('\n')}\n`,
        )
      const ran = await runCli(['simulate', '--portfolio', portfolio, '--from', '2026-11-23', '--days', '3', '--json'])
      expect(ran.code, ran.stderr).toBe(0)
      expect((JSON.parse(ran.stdout) as SimulationReport).totals.sent).toBeGreaterThan(0)
    })

    it('keeps the embedded ledger in one', async () => {
      const ran = await runCli(['migrate', '--json'], { env: { DECORUM_DATA_DIR: join(folder, 'data') } })
      expect([ran.code, ran.stderr]).toEqual([0, ''])
    })
  })

  it('tells the source’s files and lines where something breaks', async () => {
    const ran = await runCli(['decide', '--json', join(ROOT, 'no-such-file')], { env: { DECORUM_DEBUG: '1' } })
    expect(ran.stderr).toMatch(/src\/[a-z/-]+\.ts:\d+:\d+/)
  })
})
