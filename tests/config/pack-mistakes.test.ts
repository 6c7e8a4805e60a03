import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readPacks } from '../../src/config/packs.ts'

const HEAD = `id: xx
version: "1"
title: A law
kind: law
reviewer: null
source: a collection
validFrom: "2026-01-01"
`
const RULES = `rules:
  - id: contact-window
    shape: window
    allow: [{ from: "08:00", to: "21:00" }]
    citation: Law 1
    source: page 1
    verified: text
  - id: three-a-day
    shape: cap
    when: { channels: [phone] }
    limit: 3
    window: { type: calendar-day }
    counts: attempt
    key: person
    channels: [phone]
    citation: Law 1
    source: page 1
    verified: text
`
const GOOD = HEAD + RULES

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function problemsOf(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'decorum-packs-'))
  roots.push(root)
  mkdirSync(join(root, 'config/policies'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'config/policies', name), text)
  return readPacks(root).problems
}

describe('a policy pack with a mistake is refused at load, with file, line, rule and cure', () => {
  it('while one without is not', () => {
    expect(problemsOf({ 'xx.yaml': GOOD })).toEqual([])
  })

  it.each<[string, [string, string], number, string]>([
    ['an overlapping window', ['allow: [{ from: "08:00", to: "21:00" }]', 'allow: [{ from: "08:00", to: "21:00" }, { days: [6], from: "20:00", to: "22:00" }]'], 11, 'rules[0].allow'],
    ['an impossible time', ['to: "21:00"', 'to: "21:60"'], 11, 'rules[0].allow[0].to'],
    ['an unknown channel', ['when: { channels: [phone] }', 'when: { channels: [fone] }'], 17, 'rules[1].when.channels[0]'],
    ['a cap of zero', ['limit: 3', 'limit: 0'], 18, 'rules[1].limit'],
    ['a citation missing', ['    citation: Law 1\n', ''], 9, 'rules[0].citation'],
    ['a date missing', ['validFrom: "2026-01-01"\n', ''], 1, 'validFrom'],
    ['an impossible date', ['"2026-01-01"', '"2026-02-30"'], 7, 'validFrom'],
    ['a date range reversed', ['validFrom: "2026-01-01"', 'validFrom: "2026-01-01"\nvalidUntil: "2025-01-01"'], 8, 'validUntil'],
    ['a rule’s date range reversed', ['when: { channels: [phone] }', 'when: { from: "2026-05-01", until: "2026-04-01" }'], 17, 'rules[1].when.until'],
    ['an extends of itself', ['source: a collection', 'source: a collection\nextends: xx'], 7, 'extends'],
  ])('%s', (_name, [from, to], line, path) => {
    const problems = problemsOf({ 'xx.yaml': GOOD.replace(from, to) })
    expect(problems.map((one) => [one.file, one.line, one.path])).toEqual([['config/policies/xx.yaml', line, path]])
    for (const { problem, cure } of problems) expect([problem, cure]).not.toContain('')
  })

  it('an extends cycle, in each of its files', () => {
    const other = GOOD.replace('id: xx', 'id: yy').replace('kind: law', 'kind: law\nextends: xx')
    const problems = problemsOf({ 'xx.yaml': GOOD.replace('kind: law', 'kind: law\nextends: yy'), 'yy.yaml': other })
    expect(problems.map((one) => [one.file, one.line, one.problem])).toEqual([
      ['config/policies/xx.yaml', 5, 'goes round in a circle: xx → yy → xx'], ['config/policies/yy.yaml', 5, 'goes round in a circle: yy → xx → yy'],
    ])
  })
})
