import { sql, type Kysely } from 'kysely'
import { expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { parse } from '../../src/intake/parse.ts'
import { acceptAccount } from '../../src/pipeline/accept/accept-accounts.ts'
import { up } from '../../src/record/migrations/0011-stated-balances.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting } from '../pipeline/accepting-shell.ts'

eachLedger('a ledger of before balances were kept as stated', (_name, openFresh) => {
  it('holds the accounts whose balance is dated ahead of now, and no others, until their balance is stated', async () => {
    const { ledger } = await openFresh()
    const { shell, clock, actor } = accepting(ledger, new Date().toISOString())
    const put = async (id: string, overdue = '100.00') => {
      const parsed = parse(accountBody, { asOf: new Date(clock.now()).toISOString(), overdue: { amount: overdue, currency: 'USD' }, dueDate: '2026-01-20', recipient: { id: 'r-1', jurisdiction: 'CN' } })
      if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
      return acceptAccount(shell, actor, id, parsed.value)
    }
    for (const id of ['ahead-1', 'ahead-2', 'now']) await put(id)
    await sql`ALTER TABLE decorum.account DROP COLUMN stated_minor, DROP COLUMN stated_at, DROP COLUMN stated_by`.execute(ledger.db)
    await sql`DROP INDEX decorum.event_of_balance`.execute(ledger.db)
    await sql`UPDATE decorum.account SET as_of = as_of + interval '1 year' WHERE external_id LIKE 'ahead%'`.execute(ledger.db)
    await up(ledger.db as unknown as Kysely<unknown>)
    const holds = await ledger.db.selectFrom('decorum.hold as h').innerJoin('decorum.account as a', 'a.id', 'h.account_id')
      .select(['a.external_id as account', 'h.kind', 'h.ends_at', 'h.seq']).where('h.ended_at', 'is', null).orderBy('a.external_id').execute()
    expect(holds).toMatchObject([{ account: 'ahead-1', kind: 'facts-conflict', ends_at: null }, { account: 'ahead-2', kind: 'facts-conflict', ends_at: null }])
    const { seq } = await ledger.db.selectFrom('decorum.recipient').select('seq').executeTakeFirstOrThrow()
    expect(holds.map((hold) => hold.seq).sort((a, b) => a - b)).toEqual([seq - 1, seq])
    expect(await put('ahead-1', '40.00')).toMatchObject({ applied: true, changed: true, holds: [] })
    expect(await put('now')).toMatchObject({ applied: true, changed: false, holds: [] })
  }, 120_000)
})
