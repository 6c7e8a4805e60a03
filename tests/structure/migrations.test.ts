import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/record/migrate.ts'
import { ROOT, importsOf } from './source-files.ts'

const FOLDER = 'src/record/migrations'
const files = readdirSync(`${ROOT}/${FOLDER}`).sort()

/** `<sha256>  <file>` a line, as sha256sum writes it. A released migration never changes: add the next one. */
const frozen = Object.fromEntries(
  readFileSync(`${ROOT}/tests/structure/migrations.sha256`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).reverse() as [string, string]),
)

describe('migrations', () => {
  it('are numbered without gaps, and all are in the list', () => {
    expect(MIGRATIONS.map((m) => m.number)).toEqual(files.map((_file, index) => index + 1))
    expect(MIGRATIONS.map((m) => `${m.name}.ts`)).toEqual(files)
  })

  it('are frozen', () => {
    const now = Object.fromEntries(
      files.map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(`${ROOT}/${FOLDER}/${file}`))
          .digest('hex'),
      ]),
    )
    expect(now).toEqual(frozen)
  })

  it('import nothing of ours, so that later changes cannot reach them', () => {
    for (const file of files) {
      const path = `${FOLDER}/${file}`
      expect(importsOf({ path, text: readFileSync(`${ROOT}/${path}`, 'utf8') })).toEqual(['kysely'])
    }
  })
})
