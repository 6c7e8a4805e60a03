import { rmSync } from 'node:fs'
import { afterAll, describe, expect } from 'vitest'
import { openLedger, type Ledger } from '../../src/record/ledger.ts'
import { eventually } from './eventually.ts'
import { freshDatabase } from './fresh-database.ts'
import { freshDataDir } from './fresh-embedded.ts'
import { postgresUrl, whenThere } from './servers.ts'

/** A migrated ledger nobody else uses, with where it is (for child processes); `dispose` closes and removes it. */
export interface FreshLedger {
  ledger: Ledger
  source: { databaseUrl: string } | { dataDir: string }
  dispose(): Promise<void>
}

export type OpenFresh = () => Promise<FreshLedger>

export async function openEmbeddedFresh(): Promise<FreshLedger> {
  const dataDir = await freshDataDir()
  const ledger = await openLedger({ dataDir })
  return {
    ledger,
    source: { dataDir },
    dispose: async () => {
      await closeWithoutLeak(ledger)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Only where `postgresUrl` is not null. */
export async function openServerFresh(): Promise<FreshLedger> {
  if (postgresUrl === null) throw new Error('no PostgreSQL in this run; ask whenThere first')
  const database = await freshDatabase(postgresUrl)
  const ledger = await openLedger({ databaseUrl: database.url })
  return {
    ledger,
    source: { databaseUrl: database.url },
    dispose: async () => {
      await closeWithoutLeak(ledger)
      await database.drop()
    },
  }
}

/**
 * Runs a suite on the embedded ledger and, when there is one, on a PostgreSQL server.
 *
 * `openFresh` gives a new migrated ledger at each call (0.7 s embedded, 0.2 s on a server: once
 * per file is usual) and whatever it opened is closed and checked for leaks when the suite ends.
 *
 * @example
 * eachLedger('holds', (name, openFresh) => {
 *   let ledger: Ledger
 *   beforeAll(async () => { ({ ledger } = await openFresh()) })
 *   it('…', async () => { … })
 * })
 */
export function eachLedger(suite: string, define: (ledgerName: string, openFresh: OpenFresh) => void): void {
  const run = (name: string, open: OpenFresh): void => {
    describe(`${suite} (${name})`, () => {
      const opened: FreshLedger[] = []
      afterAll(async () => {
        for (const fresh of opened) await fresh.dispose()
      })
      define(name, async () => {
        const fresh = await open()
        opened.push(fresh)
        return fresh
      })
    })
  }
  run('embedded', openEmbeddedFresh)
  whenThere('PostgreSQL', suite, () => run('PostgreSQL', openServerFresh))
}

/** A client that was never given back would keep `close` waiting for ever; one that is just being given back gets a moment. */
async function closeWithoutLeak(ledger: Ledger): Promise<void> {
  const lent = (): number => ledger.pool.totalCount - ledger.pool.idleCount
  await eventually(() => expect(lent(), 'clients that were not given back to the pool').toBe(0), 20)
  await ledger.close()
}
