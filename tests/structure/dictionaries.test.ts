import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DICTIONARIES } from '../../src/record/packed/packed-json.ts'
import { ROOT } from './source-files.ts'

/** `<sha256>  <version>` a line. Rows can be read only with the bytes they were packed with: add the next version. */
const frozen = readFileSync(`${ROOT}/tests/structure/dictionaries.sha256`, 'utf8').trim().split('\n')

describe('dictionaries of packed rows', () => {
  it('are frozen, and numbered without gaps', () => {
    const now = [...DICTIONARIES.values()].map(
      ({ version, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${version}`,
    )
    expect(now).toEqual(frozen)
    expect([...DICTIONARIES.keys()]).toEqual(frozen.map((_line, index) => index + 1))
  })
})
