import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { PersonalData } from '../../src/pipeline/personal-data.ts'
import { lookUpDoubts } from '../../src/pipeline/sweep/doubts.ts'
import { newId } from '../../src/record/id.ts'
import { attemptWordFacts } from '../../src/record/vault/vault.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

eachLedger('attempts in doubt beside another with the same words to the same number', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let sms: ScriptedProvider

  beforeAll(async () => {
    fresh = await openFresh()
    sms = new ScriptedProvider('sms')
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig(),
      overrides: scriptedRoutes({ sms }),
    })
  })
  afterAll(() => stage.app.stop())

  /** One SMS of which nobody knows whether it went out: its worker died before it could say. */
  beforeEach(async () => {
    await emptyLedger(fresh.ledger)
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    await sql`UPDATE decorum.settlement SET status = 'in_doubt', outcome = 'in-doubt', provider_ref = NULL`.execute(
      fresh.ledger.db,
    )
    await sql`UPDATE decorum.reminder SET status = 'in_doubt'`.execute(fresh.ledger.db)
  })

  const row = (reference: string) => ({
    reference,
    word: { state: 'sent' as const, final: false, code: null, class: null },
  })
  const lookUp = async (...references: string[]) => {
    sms.lookUpAnswer = { kind: 'alike', rows: references.map(row), complete: true }
    return lookUpDoubts(stage.app.runtime, () => ({ provider: sms, from: 'x' }), 0)
  }
  const attempts = async () => {
    const rows = await fresh.ledger.db
      .selectFrom('decorum.attempt')
      .select(['status', 'provider_ref'])
      .orderBy('reminder_id')
      .execute()
    return rows.map(({ status, provider_ref: reference }) => [status, reference])
  }
  /** A second reminder with the same words, likewise in doubt unless something else is said. */
  const again = async (
    over: {
      status?: string
      provider_ref?: string
      message_hash?: string
      recipient_id?: string
      address_id?: string
    } = {},
  ) => {
    const { db } = fresh.ledger
    const id = newId()
    const { recipient_id: recipient = null, status, provider_ref: reference, ...attempt } = over
    const first = await db
      .selectFrom('decorum.attempt as a')
      .innerJoin('decorum.recipient as p', 'p.id', 'a.recipient_id')
      .select(['a.reminder_id', 'a.word_facts', 'p.id', 'p.data_key as dataKey', 'p.data_key_id as dataKeyId'])
      .orderBy('a.reminder_id')
      .limit(1)
      .executeTakeFirstOrThrow()
    const data = new PersonalData(stage.app.runtime.vault, first)
    const words = data.sealJson(
      attemptWordFacts(`${id}.1`),
      data.openJson(attemptWordFacts(`${first.reminder_id}.1`), first.word_facts),
    )
    const reminder = { id, unique_key: id, ...(recipient === null ? {} : { recipient_id: recipient }) }
    await sql`INSERT INTO decorum.reminder SELECT (jsonb_populate_record(r, ${JSON.stringify(reminder)}::jsonb)).* FROM decorum.reminder r WHERE r.id = ${first.reminder_id}::uuid`.execute(
      db,
    )
    await sql`INSERT INTO decorum.reservation SELECT (jsonb_populate_record(a, ${JSON.stringify({ ...attempt, ...(recipient === null ? {} : { recipient_id: recipient }), reminder_id: id, word_facts: `\\x${words.toString('hex')}` })}::jsonb)).*
      FROM decorum.reservation a WHERE a.reminder_id = ${first.reminder_id}::uuid`.execute(db)
    if (status === 'sending') return
    const settled = {
      reminder_id: id,
      ...(status === undefined ? {} : { status, outcome: status === 'accepted' ? 'sent' : null }),
      ...(reference === undefined ? {} : { provider_ref: reference }),
    }
    await sql`INSERT INTO decorum.settlement SELECT (jsonb_populate_record(s, ${JSON.stringify(settled)}::jsonb)).*
      FROM decorum.settlement s WHERE s.reminder_id = ${first.reminder_id}::uuid`.execute(db)
  }

  it("are not resolved by a single row, which may be either's", async () => {
    await again()
    expect(await lookUp('SM1')).toBe(0)
    expect(await attempts()).toEqual([
      ['in_doubt', null],
      ['in_doubt', null],
    ])
  })

  it('are not resolved by a row that an attempt still on its way may have made', async () => {
    await again({ status: 'sending' })
    expect(await lookUp('SM1')).toBe(0)
  })

  it('are both resolved by two rows, each by its own', async () => {
    await again()
    expect(await lookUp('SM1', 'SM2')).toBe(2)
    expect(await attempts()).toEqual([
      ['accepted', 'SM1'],
      ['accepted', 'SM2'],
    ])
  })

  it("are not resolved by a row that is known to be the other's", async () => {
    await again({ status: 'accepted', provider_ref: 'SM1' })
    expect(await lookUp('SM1')).toBe(0)
    expect(await lookUp('SM1', 'SM2')).toBe(1)
    expect(await attempts()).toEqual([
      ['accepted', 'SM2'],
      ['accepted', 'SM1'],
    ])
  })

  it("are resolved when the other's words are different, or it never got there", async () => {
    await again({ message_hash: '\\x00' })
    await again({ status: 'not_sent' })
    expect(await attempts()).toHaveLength(3)
    await lookUp('SM1')
    expect((await attempts())[0]).toEqual(['accepted', 'SM1'])
  })

  it('are kept apart from those of another person with the same number, of whichever creditor', async () => {
    const [person, address] = [newId(), newId()]
    await sql`INSERT INTO decorum.recipient SELECT (jsonb_populate_record(p, jsonb_build_object('id', ${person}::text, 'creditor', 'northwind'))).* FROM decorum.recipient p`.execute(
      fresh.ledger.db,
    )
    await sql`INSERT INTO decorum.address SELECT (jsonb_populate_record(a, jsonb_build_object('creditor', 'northwind'))).* FROM decorum.address a`.execute(
      fresh.ledger.db,
    )
    await sql`INSERT INTO decorum.recipient_address SELECT (jsonb_populate_record(a, jsonb_build_object('id', ${address}::text, 'recipient_id', ${person}::text, 'creditor', 'northwind'))).* FROM decorum.recipient_address a WHERE channel = 'sms'`.execute(
      fresh.ledger.db,
    )
    await again({ recipient_id: person, address_id: address })
    expect(await lookUp('SM1')).toBe(0)
  })

  it('do not keep others from being looked up when they cannot be opened', async () => {
    await again({ message_hash: '\\x00' })
    await sql`UPDATE decorum.reservation SET word_facts = '\\x00' WHERE message_hash = '\\x00'`.execute(fresh.ledger.db)
    await lookUp('SM1')
    expect((await attempts())[0]).toEqual(['accepted', 'SM1'])
  })
})
