import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PolicyFiles } from '../../src/services/packs-in-force.ts'
import { readPacks } from '../../src/config/folder.ts'

const SHIPPED = fileURLToPath(new URL('../../config/policies/', import.meta.url))
const CASE = {
  now: '2026-11-23T13:30:00Z', // 19:00 in Kolkata
  reminder: { channel: 'phone' },
  recipient: { id: 'r', jurisdiction: 'IN' },
  account: { id: 'a', role: 'original-creditor' },
}

let root = ''
let logged: string[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'decorum-policies-'))
  mkdirSync(join(root, 'config/policies'), { recursive: true })
  cpSync(join(SHIPPED, 'in.yaml'), join(root, 'config/policies/in.yaml'))
  logged = []
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function open(): PolicyFiles {
  const packs = readPacks(root).items.map(({ value }) => value)
  return new PolicyFiles(
    { root, packs, policies: { house: [] } },
    pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  )
}

let edits = 0
/** Writes the pack anew, as an editor would: another content and another time. */
function edit(change: (text: string) => string, name = 'in.yaml'): void {
  const file = join(root, 'config/policies', name)
  const text = change(readFileSync(join(SHIPPED, 'in.yaml'), 'utf8'))
  writeFileSync(file, text)
  const later = new Date(Date.now() + ++edits * 1000)
  utimesSync(file, later, later)
}
const SHIPPED_VERSION = /^version: "(.+)"$/m.exec(readFileSync(join(SHIPPED, 'in.yaml'), 'utf8'))?.[1] ?? ''
const untilEight = (text: string): string =>
  text
    .replace(`version: "${SHIPPED_VERSION}"`, 'version: "2026-12-01"')
    .replace('allow: [{ from: "08:00", to: "19:00" }]', 'allow: [{ from: "08:00", to: "20:00" }]')
const impossible = (text: string): string => text.replace('to: "19:00"', 'to: "29:00"')

function verdict(policies: PolicyFiles): [string, string | undefined] {
  const answer = policies.decide(CASE)
  if (!answer.ok) throw new Error(JSON.stringify(answer.faults))
  return [answer.decision.verdict, answer.decision.packs[0]?.version]
}

describe('policy packs that are edited while the process runs', () => {
  it('hold for the next decisions once they load', () => {
    const policies = open()
    const before = policies.packs
    expect(verdict(policies)).toEqual(['defer', SHIPPED_VERSION])
    edit(untilEight)
    policies.refresh()
    expect(verdict(policies)).toEqual(['send', '2026-12-01'])
    expect(policies.packs).not.toBe(before)
    expect(policies.problem).toBeNull()
  })

  it('leave the good version in force when they do not load, and say what is wrong and where', () => {
    const policies = open()
    edit(impossible)
    policies.refresh()
    expect(verdict(policies)).toEqual(['defer', SHIPPED_VERSION])
    expect(policies.problem).toMatch(
      /those before the last edit: config\/policies\/in\.yaml:\d+ rules\[0\]\.allow\[0\]\.to must be a wall time/,
    )
    expect(logged.join('')).toContain('does not load')
    edit(untilEight)
    policies.refresh()
    expect([policies.problem, verdict(policies)]).toEqual([null, ['send', '2026-12-01']])
  })

  it('leave it in force too when a pack that they extend is missing', () => {
    const policies = open()
    edit((text) => text.replace('kind: law', 'kind: law\nextends: nowhere'))
    policies.refresh()
    expect(policies.problem).toContain('is not a policy pack: nowhere')
    expect(verdict(policies)).toEqual(['defer', SHIPPED_VERSION])
  })

  it('leave it in force when the whole folder is gone', () => {
    const policies = open()
    rmSync(join(root, 'config'), { recursive: true })
    policies.refresh()
    expect(policies.problem).toContain('config/policies does not exist')
    expect(verdict(policies)).toEqual(['defer', SHIPPED_VERSION])
  })

  it('are looked at now and then, not at every breath, and read only when a file has changed', () => {
    const policies = open()
    policies.refreshIfStale(0)
    const { packs } = policies
    edit(untilEight)
    policies.refreshIfStale(4_999)
    expect(policies.packs).toBe(packs)
    policies.refreshIfStale(5_000)
    expect(policies.packs).not.toBe(packs)
    const again = policies.packs
    policies.refreshIfStale(15_000)
    expect(policies.packs).toBe(again)
  })
})
