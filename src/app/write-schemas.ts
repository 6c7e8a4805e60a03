import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILE_SCHEMAS, schemaText } from '../model/file-schemas.ts'
import { rootDirectory } from './root-directory.ts'

/** Writes `config/schemas/`, which editors complete and check packs and ladders with: `npx tsx src/app/write-schemas.ts`. */
const folder = join(rootDirectory(), 'config/schemas')
mkdirSync(folder, { recursive: true })
for (const name of Object.keys(FILE_SCHEMAS) as (keyof typeof FILE_SCHEMAS)[]) writeFileSync(join(folder, `${name}.schema.json`), schemaText(name))
