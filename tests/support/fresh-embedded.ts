import { createHash } from 'node:crypto'
import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLedger } from '../../src/record/ledger.ts'
import { migrate } from '../../src/record/migrate.ts'

const MIGRATIONS = new URL('../../src/record/migrations/', import.meta.url)
const LIST = new URL('../../src/record/migrate.ts', import.meta.url)
const PGLITE = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url)
const CACHE = new URL('../../node_modules/.cache/decorum-tests/', import.meta.url)

/**
 * A data directory of its own with a migrated, empty ledger.
 *
 * Creating one takes about 5 s, copying 0.1 s: the copy's original stays under node_modules/.cache
 * until a migration or PGlite changes.
 */
export async function freshDataDir(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'decorum-data-'))
  cpSync(await template(), directory, { recursive: true, mode: constants.COPYFILE_FICLONE })
  return directory
}

async function template(): Promise<string> {
  const directory = join(CACHE.pathname, templateKey())
  if (existsSync(directory)) return directory
  mkdirSync(CACHE, { recursive: true })
  const building = mkdtempSync(join(CACHE.pathname, 'building-'))
  const ledger = await openLedger({ dataDir: building })
  await migrate(ledger)
  await ledger.close()
  try {
    renameSync(building, directory)
  } catch {
    // Another test file built it meanwhile; both are the same.
    rmSync(building, { recursive: true, force: true })
  }
  return directory
}

/** Changes whenever what is in the template would. */
export function templateKey(): string {
  const hash = createHash('sha256').update(readFileSync(PGLITE)).update(readFileSync(LIST))
  for (const file of readdirSync(MIGRATIONS).sort()) hash.update(file).update(readFileSync(new URL(file, MIGRATIONS)))
  return hash.digest('hex').slice(0, 16)
}
