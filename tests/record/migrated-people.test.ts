import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { migrate, MIGRATIONS } from '../../src/record/migrate.ts'
import { eachLedger } from '../support/ledger.ts'

const STEP = '0003-people'
const before = MIGRATIONS.slice(
  0,
  MIGRATIONS.findIndex(({ name }) => name === STEP),
)

eachLedger('a ledger of before people were live or test', (_name, openFresh) => {
  it('tells by their accounts which people are test, keeps the rest live, and lets keys that read people go on', async () => {
    const { ledger } = await openFresh()
    const { pool } = ledger
    await pool.query('DROP SCHEMA decorum CASCADE')
    await migrate(ledger, before)
    const people = Object.fromEntries(['live', 'test', 'both', 'none', 'party'].map((name) => [name, randomUUID()]))
    for (const [name, id] of Object.entries(people))
      await pool.query(
        `INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES ($1, 'acme', $2, now(), now())`,
        [id, name],
      )
    const account = async (owner: string, live: boolean): Promise<string> => {
      const id = randomUUID()
      await pool.query(
        `INSERT INTO decorum.account (id, creditor, external_id, recipient_id, live, product, role, ladder, state, currency, overdue_minor, as_of, created_at, updated_at)
         VALUES ($1, 'acme', $2, $3, $4, 'loan', 'creditor', 'default', 'open', 'USD', 1, now(), now(), now())`,
        [id, id, people[owner], live],
      )
      return id
    }
    const lives = await account('live', true)
    const tests = await account('test', false)
    await account('both', true)
    await account('both', false)
    await account('party', false)
    await pool.query('INSERT INTO decorum.account_party VALUES ($1, $2, $3)', [lives, people['party'], 'guarantor'])
    for (const [id, owner] of [
      [lives, 'live'],
      [tests, 'test'],
    ] as const)
      await pool.query(
        `INSERT INTO decorum.event (id, creditor, external_id, recipient_id, account_id, type, occurred_at, effective_at, received_at, body, body_hash)
         VALUES ($1, 'acme', $2, $3, $4, 'withdrawn', now(), now(), now(), '{}', '')`,
        [randomUUID(), owner, people[owner], id],
      )
    for (const [label, scopes] of [
      ['reader', '{accounts:read}'],
      ['writer', '{accounts:write}'],
    ] as const)
      await pool.query(
        `INSERT INTO decorum.api_key (id, hash, label, kind, scopes, created_at) VALUES ($1, $2, $3, 'live', $4, now())`,
        [randomUUID(), Buffer.from(label), label, scopes],
      )

    expect(await migrate(ledger)).toContain(STEP)

    const rows = async (query: string) => (await pool.query(query)).rows
    expect(await rows('SELECT external_id FROM decorum.recipient WHERE NOT live')).toEqual([{ external_id: 'test' }])
    expect(await rows('SELECT external_id FROM decorum.event WHERE NOT live')).toEqual([{ external_id: 'test' }])
    expect(await rows('SELECT label, scopes, expires_at FROM decorum.api_key ORDER BY label')).toEqual([
      { label: 'reader', scopes: ['accounts:read', 'people:read'], expires_at: null },
      { label: 'writer', scopes: ['accounts:write'], expires_at: null },
    ])
  })
})
