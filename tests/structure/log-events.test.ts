import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LOG_EVENTS } from '../../src/model/log-events.ts'
import { ROOT, codeOf, sourceFiles } from './source-files.ts'

const code = sourceFiles().map(({ path, text }) => ({ path, text: codeOf(text) }))
const LOGGER = String.raw`\b(?:log|logger)\??\.(?:trace|debug|info|warn|error|fatal)\(|\b(?:log|logger)\[`
/** A call of the logger, and the event that it names first, in its own words. */
const CALL = new RegExp(String.raw`(?:${LOGGER})(?:\s*\{\s*event: '([^']+)')?`, 'g')

const calls = code.flatMap(({ path, text }) => [...text.matchAll(CALL)].map(([, event]) => ({ path, event })))
const operators = readFileSync(`${ROOT}/workers/README.md`, 'utf8')

describe('log lines', () => {
  it('are found, whatever the logger is called and wherever its call is broken', () => {
    const text =
      "this.#log.warn({ event: 'a.b' }, 'c')\nrequest.log.info({\n  event: 'd.e',\n})\nlog.error('no event')\nshell.log[level]({})"
    expect([...text.matchAll(CALL)].map(([, event]) => event)).toEqual(['a.b', 'd.e', undefined, undefined])
    expect(calls.length).toBeGreaterThan(40)
  })

  it('name an event of the registry, first and in so many words', () => {
    expect(calls.filter(({ event }) => event === undefined || !(event in LOG_EVENTS))).toEqual([])
  })

  it('are written for each event of the registry', () => {
    expect(
      Object.keys(LOG_EVENTS).filter(
        (event) =>
          !code.some(({ path, text }) => path !== 'src/model/log-events.ts' && text.includes(`event: '${event}'`)),
      ),
    ).toEqual([])
  })

  it('have events that are dotted, lower case and noun.verb-past', () => {
    expect(Object.keys(LOG_EVENTS).filter((event) => !/^[a-z_]+\.[a-z_]+$/.test(event))).toEqual([])
  })

  it('are listed once each for the operator, with their level, when they are written and what to do', () => {
    const rows = [...operators.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \| (\S+) \| ([^|]{10,}) \| ([^|]{4,}) \|$/gm)].map(
      ([, event, level]) => `${event} ${level}`,
    )
    expect(rows.toSorted()).toEqual(
      Object.entries(LOG_EVENTS)
        .map(([event, level]) => `${event} ${level}`)
        .toSorted(),
    )
  })
})
