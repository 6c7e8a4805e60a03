import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/authoring/check.ts'
import { runCli } from './run-cli.ts'

const FIXTURES = fileURLToPath(new URL('../config/fixtures', import.meta.url))

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'decorum-check-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('decorum check', () => {
  it('finds nothing wrong with what is shipped: files, words, and every example of every pack', async () => {
    const { code, stdout } = await runCli(['check', '--json'])
    const report = JSON.parse(stdout) as CheckReport
    expect(report.problems).toEqual([])
    expect(report.findings.filter((f) => f.severity === 'error')).toEqual([])
    expect(report.packs.flatMap((p) => p.failures)).toEqual([])
    expect(report.packs.every((p) => p.vectors > 0)).toBe(true)
    expect([code, report.ok]).toEqual([0, true])
  })

  it('reports mistakes of every kind at once, with file and line, and exits with 1', async () => {
    cpSync(join(FIXTURES, 'good'), root, { recursive: true })
    cpSync(join(FIXTURES, 'mistakes', 'unknown-key', 'config'), join(root, 'config'), { recursive: true })
    writeFileSync(join(root, 'templates/plain/en/1-gentle.sms.hbs'), 'Pay now or we will inform your family!')
    const { code, stdout } = await runCli(['check'], { env: { DECORUM_ROOT: root, PORT: 'x' } })
    expect(code).toBe(1)
    expect(stdout).toContain('✗ config/decorum.yaml:6 routes[0].rate.per_second: is not a known key')
    expect(stdout).toContain('✗ environment PORT: is not a port')
    expect(stdout).toMatch(/✗ templates\/plain\/en\/1-gentle\.sms\.hbs:1 error never-say/)
  })
})

describe('decorum templates', () => {
  it('shows a Chinese text with its signature and its length', async () => {
    const { code, stdout } = await runCli([
      'templates',
      'preview',
      'cn-consumer-loan',
      '--tone',
      'gentle',
      '--channel',
      'sms',
      '--creditor',
      'shili-xiaojin',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('── sms, gentle, zh-CN, 2 segments')
    expect(stdout).toContain('【示例消金】')
  })

  it('answers the name of a template that does not exist with the near miss', async () => {
    const { code, stderr } = await runCli(['templates', 'lint', 'defualt'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean "default"?')
  })
})

describe('decorum policies', () => {
  it('shows each rule with its citation, its numbers, and where and when it was read', async () => {
    const { code, stdout } = await runCli(['policies', 'show', 'us-reg-f'])
    expect(code).toBe(0)
    expect(stdout).toContain('contact-window (window): 12 CFR 1006.6(b)(1)(i)')
    expect(stdout).toContain('    hours: every day 08:00-21:00')
    expect(stdout).toContain('retrieved 2026-11-23')
    expect(stdout).toContain('Nobody has read it against its sources yet.')
  })

  it('lists which packs apply by themselves and which only when named', async () => {
    const { stdout } = await runCli(['policies', 'list', '--json'])
    const packs = JSON.parse(stdout) as { id: string; applies: string }[]
    expect(packs.find((p) => p.id === 'house-cn')?.applies).toBe('only when named')
    expect(packs.find((p) => p.id === 'cn-gbt-45251')?.applies).toBe('by itself')
  })
})
