import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '../support/fresh-database.ts'
import { freshDataDir } from '../support/fresh-embedded.ts'
import type { Setting } from './bench.ts'

/** Where the ledger and the queue are. */
export type Mode = 'embedded' | 'postgres' | 'redis+postgres'

export const MODE_NAMES: Readonly<Record<Mode, string>> = {
  embedded: 'embedded',
  postgres: 'PostgreSQL alone',
  'redis+postgres': 'Redis + PostgreSQL',
}

/** An empty, migrated ledger that nobody else uses. */
export interface Place {
  databaseUrl: string | null
  redisUrl: string | null
  dataDir: string
  clear(): Promise<void>
}

/** What this run has servers for. */
export const modesOf = ({ postgresUrl, redisUrl }: Setting): Mode[] => [
  'embedded',
  ...(postgresUrl === null ? [] : ['postgres' as const]),
  ...(postgresUrl === null || redisUrl === null ? [] : ['redis+postgres' as const]),
]

export async function openPlace(mode: Mode, { postgresUrl, redisUrl }: Setting): Promise<Place> {
  if (mode === 'embedded') {
    const dataDir = await freshDataDir()
    return {
      databaseUrl: null,
      redisUrl: null,
      dataDir,
      clear: async () => rmSync(dataDir, { recursive: true, force: true }),
    }
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'decorum-bench-'))
  const database = await freshDatabase(postgresUrl as string)
  return {
    databaseUrl: database.url,
    redisUrl: mode === 'postgres' ? null : redisUrl,
    dataDir,
    clear: async () => {
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
