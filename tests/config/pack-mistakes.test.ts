import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readPacks } from '../../src/config/folder.ts'

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
    [
      'an overlapping window',
      [
        'allow: [{ from: "08:00", to: "21:00" }]',
        'allow: [{ from: "08:00", to: "21:00" }, { days: [6], from: "20:00", to: "22:00" }]',
      ],
      11,
      'rules[0].allow',
    ],
    ['an impossible time', ['to: "21:00"', 'to: "21:60"'], 11, 'rules[0].allow[0].to'],
    [
      'an unknown channel',
      ['when: { channels: [phone] }', 'when: { channels: [fone] }'],
      17,
      'rules[1].when.channels[0]',
    ],
    ['a cap of zero', ['limit: 3', 'limit: 0'], 18, 'rules[1].limit'],
    ['a citation missing', ['    citation: Law 1\n', ''], 9, 'rules[0].citation'],
    ['a date missing', ['validFrom: "2026-01-01"\n', ''], 1, 'validFrom'],
    ['an impossible date', ['"2026-01-01"', '"2026-02-30"'], 7, 'validFrom'],
    [
      'a date range reversed',
      ['validFrom: "2026-01-01"', 'validFrom: "2026-01-01"\nvalidUntil: "2025-01-01"'],
      8,
      'validUntil',
    ],
    [
      'a rule’s date range reversed',
      ['when: { channels: [phone] }', 'when: { from: "2026-05-01", until: "2026-04-01" }'],
      17,
      'rules[1].when.until',
    ],
    ['a reader without a day', ['source: a collection', 'source: a collection\nreadBy: Counsel'], 1, 'readOn'],
    [
      'a retrieval on no day',
      ['    source: page 1\n', '    source: page 1\n    retrieved: yesterday\n'],
      14,
      'rules[0].retrieved',
    ],
    [
      'a duty without a term',
      [
        'shape: cap\n    when: { channels: [phone] }\n    limit: 3\n    window: { type: calendar-day }\n    counts: attempt\n    key: person\n    channels: [phone]\n',
        'shape: duty\n    after: due-date\n    owes: { event: notice }\n',
      ],
      15,
      'rules[1].withinDays',
    ],
    ['an extends of itself', ['source: a collection', 'source: a collection\nextends: xx'], 7, 'extends'],
  ])('%s', (_name, [from, to], line, path) => {
    const problems = problemsOf({ 'xx.yaml': GOOD.replace(from, to) })
    expect(problems.map((one) => [one.file, one.line, one.path])).toEqual([['config/policies/xx.yaml', line, path]])
    for (const { problem, cure } of problems) expect([problem, cure]).not.toContain('')
  })

  it.each<[string, [string, string], string, string]>([
    [
      'an overlapping window',
      [
        'allow: [{ from: "08:00", to: "21:00" }]',
        'allow: [{ from: "08:00", to: "21:00" }, { days: [6], from: "20:00", to: "22:00" }]',
      ],
      'has two spans that overlap on Saturday: 08:00 to 21:00, and 20:00 to 22:00 (rule "contact-window")',
      'Join the two spans',
    ],
    [
      'an overlapping ban',
      [
        'allow: [{ from: "08:00", to: "21:00" }]',
        'ban: [{ from: "21:00", to: "08:00" }, { days: [1], from: "07:00", to: "09:00" }]',
      ],
      'has two spans that overlap on Monday: 21:00 to 08:00, and 07:00 to 09:00 (rule "contact-window")',
      'Join the two spans',
    ],
    [
      'an impossible time',
      ['to: "21:00"', 'to: "21:60"'],
      'must be a wall time from "00:00" to "24:00", as "HH:MM" (rule "contact-window")',
      'Write the time as "HH:MM"',
    ],
    [
      'an unknown channel',
      ['when: { channels: [phone] }', 'when: { channels: [phones] }'],
      'is "phones", which is none of the words known here (rule "three-a-day")',
      'Did you mean "phone"?',
    ],
    [
      'a cap of zero',
      ['limit: 3', 'limit: 0'],
      'is 0, and must be at least 1 (rule "three-a-day")',
      'To forbid such contacts altogether, write a rule of shape route',
    ],
    [
      'a cap of text',
      ['limit: 3', 'limit: three'],
      'is not a number (rule "three-a-day")',
      'Write a whole number of at least 1.',
    ],
    [
      'an unknown kind of window',
      ['type: calendar-day', 'type: calender-day'],
      'is "calender-day", which is none of the words known here (rule "three-a-day")',
      'Did you mean "calendar-day"?',
    ],
    [
      'a citation missing',
      ['    citation: Law 1\n', ''],
      'is missing (rule "contact-window")',
      'Name the law and its article',
    ],
    [
      'an empty citation',
      ['citation: Law 1', 'citation: ""'],
      'is empty (rule "contact-window")',
      'Name the law and its article',
    ],
    ['a date missing', ['validFrom: "2026-01-01"\n', ''], 'is missing', 'Write a day that the calendar has'],
    [
      'a date range reversed',
      ['validFrom: "2026-01-01"', 'validFrom: "2026-01-01"\nvalidUntil: "2025-01-01"'],
      'must be later than validFrom',
      'first day on which the pack no longer holds',
    ],
    ['a misspelt key', ['limit: 3', 'limits: 3'], 'is not a known key (rule "three-a-day")', 'Did you mean "limit"?'],
  ])('%s is told in plain words, with the rule and what would be right', (_name, [from, to], problem, cure) => {
    const [found] = problemsOf({ 'xx.yaml': GOOD.replace(from, to) }).filter((one) => one.problem === problem)
    expect(found?.cure).toContain(cure)
  })

  it('an extends cycle, in each of its files', () => {
    const other = GOOD.replace('id: xx', 'id: yy').replace('kind: law', 'kind: law\nextends: xx')
    const problems = problemsOf({ 'xx.yaml': GOOD.replace('kind: law', 'kind: law\nextends: yy'), 'yy.yaml': other })
    expect(problems.map((one) => [one.file, one.line, one.problem])).toEqual([
      ['config/policies/xx.yaml', 5, 'goes round in a circle: xx → yy → xx'],
      ['config/policies/yy.yaml', 5, 'goes round in a circle: yy → xx → yy'],
    ])
  })
})
