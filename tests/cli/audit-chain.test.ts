import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChainAudit } from '../../src/report/chain-audit.ts'
import { eventually } from '../support/eventually.ts'
import { freshDatabase, type OwnDatabase } from '../support/fresh-database.ts'
import { masterKey } from '../support/master-key.ts'
import { testRoot } from '../support/processes.ts'
import { postgresUrl, whenThere } from '../support/servers.ts'
import { finish, runCli, startCli } from './run-cli.ts'

const chainKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

whenThere('PostgreSQL', 'decorum audit chain', () =>
  describe('decorum audit chain', () => {
    let database: OwnDatabase
    let psql: pg.Client
    let env: Record<string, string>
    const { root, remove } = testRoot((yaml) => `${yaml}\nchain: { heads: { file: heads.jsonl } }\n`)

    const audit = async (): Promise<{ code: number | null; report: ChainAudit }> => {
      const { code, stdout, stderr } = await runCli(['audit', 'chain', '--json'], { env })
      expect(stderr).toBe('')
      return { code, report: JSON.parse(stdout) as ChainAudit }
    }

    beforeAll(async () => {
      database = await freshDatabase(postgresUrl as string)
      psql = new pg.Client({ connectionString: database.url })
      await psql.connect()
      env = {
        DECORUM_ROOT: root,
        DATABASE_URL: database.url,
        DECORUM_KEYS: masterKey('k1'),
        DECORUM_CHAIN_KEY: chainKey(),
        LOG_LEVEL: 'silent',
      }
    })
    afterAll(async () => {
      await psql.end()
      await database.drop()
      remove()
    })

    it('passes what Decorum wrote, and what it wrote since the sweeper ended; names what psql changed, though a sweeper ran', async () => {
      for (const label of ['one', 'two'])
        expect((await runCli(['keys', 'create', label, '--scopes', 'decide'], { env })).code).toBe(0)
      const sweeper = startCli(['work', 'sweeper'], env)
      await eventually(() => expect(readFileSync(`${root}/heads.jsonl`, 'utf8')).toMatch(/^\{.*"signature"/), 600)
      expect((await runCli(['keys', 'create', 'three', '--scopes', 'decide'], { env })).code).toBe(0)
      const before = await audit()
      expect(before).toMatchObject({ code: 0, report: { intact: true, heads: { file: 1, verified: true } } })

      // Labels are sealed; the second that was made.
      const { rows } = await psql.query<{ id: string }>(
        `SELECT id FROM decorum.api_key ORDER BY created_at OFFSET 1 LIMIT 1`,
      )
      await psql.query(`UPDATE decorum.api_key SET scopes = '{admin}' WHERE id = $1`, [rows[0]?.id])
      await eventually(async () => expect((await psql.query('SELECT 1 FROM decorum.chain_note')).rowCount).toBe(0), 600)
      sweeper.kill('SIGTERM')
      await finish(sweeper)
      const after = await audit()
      expect(after.code).toBe(1)
      expect(after.report.chains.find(({ creditor }) => creditor === '*')?.findings).toEqual([
        {
          fate: 'written-by-another',
          creditor: '*',
          relation: 'api_key',
          row: { id: rows[0]?.id },
          action: 'put',
          link: expect.any(Number),
          at: expect.stringMatching(/^20/),
        },
      ])
      const { code, stdout } = await runCli(['audit', 'chain'], { env })
      expect(code).toBe(1)
      expect(stdout).toContain(
        `first: api_key id ${rows[0]?.id} was written by a session that is not one of Decorum’s: put`,
      )
    })

    it('is refused a file of heads that is not there', async () => {
      expect(await runCli(['audit', 'chain', '--heads', '/nowhere/heads'], { env })).toMatchObject({
        code: 2,
        stdout: '',
      })
    })
  }),
)
