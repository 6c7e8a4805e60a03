import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { rootDirectory } from '../config/root-directory.ts'
import { importMappingSchema } from '../model/import-mapping.ts'
import { ladderSchema } from '../model/ladder.ts'
import { packFileSchema } from '../model/pack.ts'

const OPTIONS = { io: 'input', unrepresentable: 'any', reused: 'ref' } as const

/** JSON Schemas of the files that operators edit, by name; `config/schemas/<name>.schema.json` holds each for editors. */
export const FILE_SCHEMAS: Readonly<Record<'pack' | 'ladder' | 'import', object>> = {
  pack: { title: 'Policy pack (config/policies/*.yaml)', ...z.toJSONSchema(packFileSchema, OPTIONS) },
  ladder: { title: 'Ladder (config/ladders/*.yaml)', ...z.toJSONSchema(ladderSchema, OPTIONS) },
  import: { title: 'Import mapping (config/imports/*.yaml)', ...z.toJSONSchema(importMappingSchema, OPTIONS) },
}

/** The text of a schema file. */
export const schemaText = (name: keyof typeof FILE_SCHEMAS): string =>
  `${JSON.stringify(FILE_SCHEMAS[name], null, 2)}\n`

// `npx tsx src/authoring/schemas.ts` writes config/schemas/; a test fails while the files differ from the code.
if (process.argv[1] === import.meta.filename) {
  const folder = join(rootDirectory(), 'config/schemas')
  mkdirSync(folder, { recursive: true })
  for (const name of Object.keys(FILE_SCHEMAS) as (keyof typeof FILE_SCHEMAS)[])
    writeFileSync(join(folder, `${name}.schema.json`), schemaText(name))
}
