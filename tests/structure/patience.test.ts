import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PATIENCE_MS } from '../support/eventually.ts'
import { ROOT } from './source-files.ts'

const EVERYBODYS_MS = Number(
  /testTimeout: ([\d_]+)/.exec(readFileSync(join(ROOT, 'vitest.config.ts'), 'utf8'))?.[1]?.replaceAll('_', ''),
)
const TESTS = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' })
  .map((name) => `tests/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('structure/patience.test.ts'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** On a busy machine everything takes its time; a limit is for what hangs. */
describe('the patience of the tests', () => {
  it('is one: what comes about by itself is waited for by `eventually`, not by vitest’s own second', () => {
    const others = TESTS.filter(({ text }) => /\bvi\.wait(?:For|Until)\(|\bexpect\s*\.poll\(/.test(text))
    expect(others.map(({ path }) => path)).toEqual(['tests/support/eventually.ts'])
  })

  it('is shortened by no test', () => {
    expect(EVERYBODYS_MS).toBeGreaterThan(PATIENCE_MS)
    const limits = TESTS.filter(({ path }) => path.endsWith('.test.ts')).flatMap(({ path, text }) =>
      [...text.matchAll(/^ *\}, ([\d_]+)\)$|^const PATIENCE\w* = ([\d_]+)$/gm)].map(([, given, named]) => ({
        path,
        ms: Number((given ?? named ?? '').replaceAll('_', '')),
      })),
    )
    expect(limits.length).toBeGreaterThan(5)
    // Less than a second is no limit: it says how often something is tried.
    expect(limits.filter(({ ms }) => ms >= 1_000 && ms < EVERYBODYS_MS)).toEqual([])
  })
})
