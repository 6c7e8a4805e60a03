import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/model/errors.ts'
import { ROOT, codeOf, sourceFiles } from './source-files.ts'

const documents = readFileSync(`${ROOT}/src/http/README.md`, 'utf8')

describe('the registry of errors', () => {
  it('is documented code by code in a table', () => {
    const rows = [...documents.matchAll(/^\| *`?(DECORUM_[A-Z_]+)`? *\|/gm)].map(([, code]) => code as string)
    expect(rows.toSorted()).toEqual(Object.keys(ERRORS).toSorted())
  })

  it('has a hint for each code', () => {
    expect(Object.entries(ERRORS).filter(([, error]) => error.hint.length < 10)).toEqual([])
  })

  it('has no code that nothing throws', () => {
    const code = sourceFiles()
      .filter((file) => file.path !== 'src/model/errors.ts')
      .map((file) => codeOf(file.text))
      .join('\n')
    expect(Object.keys(ERRORS).filter((name) => !code.includes(name))).toEqual([])
  })
})
