import { expect, it } from 'vitest'
import { sql } from 'kysely'
import { openLedger } from '../../src/record/ledger.ts'
import { freshDatabase } from '../support/fresh-database.ts'
import { postgresUrl, whenThere } from '../support/servers.ts'

whenThere('PostgreSQL', 'a connection lost in the middle of a transaction', () => {
  it('a connection that breaks between two statements fails the transaction and nothing else', async () => {
    const database = await freshDatabase(postgresUrl as string)
    const ledger = await openLedger({ databaseUrl: database.url })
    try {
      const broken = ledger.db.transaction().execute(async (trx) => {
        const {
          rows: [own],
        } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx)
        await ledger.pool.query('SELECT pg_terminate_backend($1, 5000)', [own?.pid])
        // The loss is told to the idle client before the next statement is asked.
        await new Promise((resolve) => setImmediate(resolve))
        await ledger.pool.query('SELECT 1')
        await sql`SELECT 1`.execute(trx)
      })
      await expect(broken).rejects.toThrow(/terminat|queryable/i)
      expect(await ledger.check()).toBeNull()
    } finally {
      await ledger.close()
      await database.drop()
    }
  })
})
