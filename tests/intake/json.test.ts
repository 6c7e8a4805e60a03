import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/intake/parse.ts'

describe('a JSON document', () => {
  it('means what JSON.parse takes it to mean, when no key stands twice', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.boolean(), (value, spread) => {
        const text = JSON.stringify(value, null, spread ? 2 : 0)
        if (text.includes('"__proto__"')) return
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
      }),
    )
  })

  it('is accepted or refused as JSON.parse does, whatever is cut out of it, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.nat({ max: 4 }), (value, where, length) => {
        const whole = JSON.stringify(value)
        const at = where % (whole.length + 1)
        const text = whole.slice(0, at) + whole.slice(at + length)
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        const parsed = parseJson(text)
        if (!valid) expect(parsed.ok).toBe(false)
        else if (!parsed.ok) expect(parsed.faults[0]?.problem).toMatch(/twice|can be used|deeper/)
      }),
    )
  })

  it.each([
    ['{"a":1,"a":2}', 'a', /twice/],
    ['{"x":[{"b":1,"\\u0062":2}]}', 'x[0].b', /twice/],
    ['{"__proto__":{}}', '__proto__', /can be used/],
    ['{"a":1}x', 'line 1, column 8', /more follows/],
    ['', 'line 1, column 1', /too early/],
    ['{"a":\n tru}', 'a', /line 2, column 2/],
    ['"\u0000"', 'line 1, column 2', /control character/],
    ['['.repeat(40), expect.stringContaining('[0]'), /deeper than 32/],
  ])('%j is refused with its place', (text, path, problem) => {
    const parsed = parseJson(text)
    expect(parsed).toEqual({
      ok: false,
      faults: [expect.objectContaining({ path, problem: expect.stringMatching(problem) })],
    })
  })

  it('that is refused is never quoted: it may hold a name', () => {
    expect(JSON.stringify(parseJson('{"name": "张三", "phone": 138oo}'))).not.toMatch(/张三|138/)
  })
})
