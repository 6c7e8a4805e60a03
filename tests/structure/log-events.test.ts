import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LOG_EVENTS } from '../../src/model/log-events.ts'
import { ROOT, codeOf, sourceFiles } from './source-files.ts'

const code = sourceFiles().map(({ path, text }) => ({ path, text: codeOf(text) }))
const LOGGER = String.raw`\b(?:log|logger)\??\.(?:trace|debug|info|warn|error|fatal)\(|\b(?:log|logger)\[`
/** A call of the logger, and the event that it names first, in its own words. */
const CALL = new RegExp(String.raw`(?:${LOGGER})(?:\s*\{\s*event: '([^']+)')?`, 'g')

/** What quotes an error, in the fields of a call. */
const QUOTES = /\.message\b|\.stack\b|\bmessage\b\s*[,}]|String\(\w*error|\{ err\b|\berror\b[,}]|error: error\b/

/** Each call of the logger, up to its closing parenthesis. */
const callsIn = (text: string): string[] =>
  [...text.matchAll(CALL)].map((match) => {
    let [end, depth] = [text.indexOf('(', match.index), 0]
    if (end === -1) return ''
    do {
      if (text[end] === '(') depth++
      else if (text[end] === ')') depth--
      end++
    } while (depth > 0 && end < text.length)
    return text.slice(match.index, end)
  })

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

  it('carry of a failure its class and code, never its message, in which a database quotes values', () => {
    const texts = [
      "log.warn({ event: 'a.b', error: (error as Error).message }, 'c')",
      "log.warn({ event: 'a.b' }, 'c (d)')",
    ]
    expect(texts.map((text) => QUOTES.test(callsIn(text).join()))).toEqual([true, false])
    expect(
      code.flatMap(({ path, text }) =>
        callsIn(text)
          .filter((call) => QUOTES.test(call))
          .map((call) => `${path}: ${call}`),
      ),
    ).toEqual([])
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
