import { z } from 'zod'
import { importMappingSchema } from './import-mapping.ts'
import { ladderSchema } from './ladder.ts'
import { packFileSchema } from './pack.ts'

const options = { io: 'input', unrepresentable: 'any', reused: 'ref' } as const

/** JSON Schemas of the files that operators edit, by name; `config/schemas/<name>.schema.json` holds each for editors. */
export const FILE_SCHEMAS: Readonly<Record<'pack' | 'ladder' | 'import', object>> = {
  pack: { title: 'Policy pack (config/policies/*.yaml)', ...z.toJSONSchema(packFileSchema, options) },
  ladder: { title: 'Ladder (config/ladders/*.yaml)', ...z.toJSONSchema(ladderSchema, options) },
  import: { title: 'Import mapping (config/imports/*.yaml)', ...z.toJSONSchema(importMappingSchema, options) },
}

/** The text of such a file, as it is checked in. */
export const schemaText = (name: keyof typeof FILE_SCHEMAS): string => `${JSON.stringify(FILE_SCHEMAS[name], null, 2)}\n`
