import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FILE_SCHEMAS, schemaText } from '../../src/authoring/schemas.ts'
import { RULE_SHAPES } from '../../src/model/pack-rule.ts'

const CONFIG = new URL('../../config/', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, CONFIG), 'utf8')

describe('the JSON Schemas that editors check packs, ladders and import mappings with', () => {
  it.each(['pack', 'ladder', 'import'] as const)(
    'are those of the code: %s (npx tsx src/authoring/schemas.ts writes them)',
    (name) => {
      expect(read(`schemas/${name}.schema.json`)).toBe(schemaText(name))
    },
  )

  it.each([
    ['policies', 'pack'],
    ['ladders', 'ladder'],
    ['imports', 'import'],
  ])('are named in the first line of every file under %s', (folder, name) => {
    for (const file of readdirSync(new URL(`${folder}/`, CONFIG)).filter((one) => one.endsWith('.yaml'))) {
      expect([file, read(`${folder}/${file}`).split('\n')[0]]).toEqual([
        file,
        `# yaml-language-server: $schema=../schemas/${name}.schema.json`,
      ])
    }
  })

  it('know every shape of rule', () => {
    const text = JSON.stringify(FILE_SCHEMAS.pack)
    for (const shape of Object.keys(RULE_SHAPES)) expect(text).toContain(`"const":"${shape}"`)
  })
})
