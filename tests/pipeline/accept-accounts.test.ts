import { beforeAll, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { parse } from '../../src/intake/parse.ts'
import { acceptAccount, acceptAccounts } from '../../src/pipeline/accept/accept-accounts.ts'
import type { Runtime, Actor } from '../../src/pipeline/runtime.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { newId } from '../../src/record/id.ts'
import { addressValue, recipientName } from '../../src/record/vault/vault.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting, type StandingClock } from './accepting-shell.ts'
import { accountService } from '../../src/services/accounts.ts'

const body = (over: Record<string, unknown> = {}) => {
  const parsed = parse(accountBody, {
    asOf: '2026-11-22T16:00:00Z',
    overdue: { amount: '1250.00', currency: 'CNY' },
    dueDate: '2026-11-20',
    daysPastDue: 3,
    recipient: {
      id: 'r-1',
      name: '张三',
      jurisdiction: 'CN-11',
      addresses: [{ channel: 'sms', value: '13800138000' }],
    },
    ...over,
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

eachLedger('putting an account', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let clock: StandingClock
  let actor: Actor
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, clock, actor } = accepting(ledger))
  })
  const account = (id: string) =>
    ledger.db.selectFrom('decorum.account').selectAll().where('external_id', '=', id).executeTakeFirstOrThrow()
  const person = (id: string) =>
    ledger.db.selectFrom('decorum.recipient').selectAll().where('external_id', '=', id).executeTakeFirstOrThrow()
  const spells = async (id: string) =>
    ledger.db
      .selectFrom('decorum.spell')
      .selectAll()
      .where('account_id', '=', (await account(id)).id)
      .orderBy('no')
      .execute()
  const recipient = (id: string, over: Record<string, unknown> = {}) => ({
    recipient: { id, jurisdiction: 'CN', ...over },
  })

  /** Zhang San with an account of his own, so that no case needs another's rows. */
  const zhang = (id: string, over: Record<string, unknown> = {}) =>
    body({
      recipient: {
        id: `p-${id}`,
        name: '张三',
        jurisdiction: 'CN-11',
        addresses: [{ channel: 'sms', value: '13800138000' }],
      },
      ...over,
    })

  it('registers account, person, address and the first spell, pinned to its ladder', async () => {
    const answer = await acceptAccount(runtime, actor, 'a-1', body())
    expect(answer).toEqual({
      applied: true,
      id: 'a-1',
      creditor: 'acme',
      changed: true,
      state: 'open',
      holds: [],
      conflicts: [],
    })
    const row = await account('a-1')
    expect(row).toMatchObject({
      overdue_minor: 125000,
      currency: 'CNY',
      due_date: '2026-11-20',
      ladder: 'plain',
      live: true,
      plan_at: new Date(clock.now()),
    })
    expect(await spells('a-1')).toMatchObject([
      {
        no: 1,
        pass: 1,
        ladder: 'plain',
        ladder_version: 'plain-v1',
        entered_days_past_due: 3,
        entered_by: 'arrival',
        ended_at: null,
      },
    ])
    expect(await ledger.db.selectFrom('decorum.ladder_version').select('version').execute()).toEqual([
      { version: 'plain-v1' },
    ])
  })

  it('keeps name and number where only the vault can read them, and derives the country', async () => {
    await acceptAccount(runtime, actor, 'secret', zhang('secret'))
    const who = await person('p-secret')
    const address = await ledger.db
      .selectFrom('decorum.recipient_address')
      .selectAll()
      .where('recipient_id', '=', who.id)
      .executeTakeFirstOrThrow()
    expect(address).toMatchObject({ channel: 'sms', country: 'CN', kind: 'mobile', relation: 'self' })
    const key = runtime.vault.unwrap(who.data_key, who.data_key_id)
    expect(runtime.vault.open(key, addressValue(address.id), address.value as Buffer)).toBe('+8613800138000')
    expect(runtime.vault.open(key, recipientName(who.id), who.name as Buffer)).toBe('张三')
    const dump = JSON.stringify([who, address, await account('secret')])
    expect(dump).not.toContain('张三')
    expect(dump).not.toContain('13800138000')
  })

  it('changes nothing when the same facts come again', async () => {
    await acceptAccount(runtime, actor, 'again', zhang('again'))
    const before = await person('p-again')
    expect(await acceptAccount(runtime, actor, 'again', zhang('again'))).toMatchObject({
      applied: true,
      changed: false,
    })
    expect(await person('p-again')).toEqual(before)
    expect(await spells('again')).toHaveLength(1)
  })

  it('lets older facts change nothing, the person included', async () => {
    await acceptAccount(runtime, actor, 'older', zhang('older'))
    const answer = await acceptAccount(
      runtime,
      actor,
      'older',
      body({
        asOf: '2026-11-21T16:00:00Z',
        overdue: { amount: '9.00', currency: 'CNY' },
        recipient: { id: 'p-older', name: '李四' },
      }),
    )
    expect(answer).toEqual({ applied: false, reason: 'older_than_known', id: 'older', creditor: 'acme' })
    expect((await account('older')).overdue_minor).toBe(125000)
  })

  it('takes other facts of the same instant as a correction', async () => {
    await acceptAccount(runtime, actor, 'corrected', zhang('corrected'))
    expect(
      await acceptAccount(
        runtime,
        actor,
        'corrected',
        zhang('corrected', { overdue: { amount: '1250.01', currency: 'CNY' } }),
      ),
    ).toMatchObject({ applied: true, changed: true })
    expect((await account('corrected')).overdue_minor).toBe(125001)
  })

  it('keeps what is not stated and clears what is null', async () => {
    await acceptAccount(
      runtime,
      actor,
      'a-2',
      body({ ...recipient('r-2'), riskBand: 'low', reference: { masked: '4821' }, minimumDue: '10.00' }),
    )
    await acceptAccount(
      runtime,
      actor,
      'a-2',
      body({ asOf: '2026-11-22T17:00:00Z', recipient: undefined, riskBand: null }),
    )
    const kept = await account('a-2')
    expect(kept).toMatchObject({
      risk_band: null,
      reference_masked: expect.stringContaining('sealed1:'),
      minimum_due_minor: 1000,
    })
    expect(await accountService(runtime).getAccount(actor, { id: 'a-2', creditor: null })).toMatchObject({
      reference: { masked: '4821' },
    })
  })

  it('ends the spell when nothing is overdue any more, and begins the ladder anew the next time', async () => {
    await acceptAccount(runtime, actor, 'a-3', body(recipient('r-3')))
    const cured = await acceptAccount(
      runtime,
      actor,
      'a-3',
      body({
        ...recipient('r-3'),
        asOf: '2026-11-23T00:00:00Z',
        overdue: { amount: '0.00', currency: 'CNY' },
        daysPastDue: 0,
      }),
    )
    expect(cured).toMatchObject({ state: 'cured' })
    expect(await account('a-3')).toMatchObject({ spell_id: null, plan_at: null })
    clock.set('2026-12-23T02:00:00Z')
    await acceptAccount(
      runtime,
      actor,
      'a-3',
      body({ ...recipient('r-3'), asOf: '2026-12-22T16:00:00Z', dueDate: '2026-12-20' }),
    )
    clock.set('2026-11-23T02:00:00Z')
    expect(await spells('a-3')).toMatchObject([
      { no: 1, ended_as: 'cured' },
      { no: 2, ended_at: null },
    ])
  })

  it('moves on to the next pass of the spell when a part payment brings the oldest due date forward', async () => {
    await acceptAccount(runtime, actor, 'a-4', body({ ...recipient('r-4'), dueDate: '2026-10-20', daysPastDue: 34 }))
    await acceptAccount(runtime, actor, 'a-4', body({ ...recipient('r-4'), asOf: '2026-11-23T00:00:00Z' }))
    expect(await spells('a-4')).toMatchObject([{ no: 1, pass: 2, entered_by: 'payment', entered_days_past_due: 3 }])
  })

  it.each([
    ['days past due far from the due date', { daysPastDue: 40 }],
    ['days past due although nothing is overdue', { overdue: { amount: '0', currency: 'CNY' } }],
    [
      'parts that come to more than the whole',
      { overdue: { amount: '10.00', currency: 'CNY', parts: { principal: '9.00', interest: '2.00' } } },
    ],
  ])('holds an account with %s until its facts agree', async (_what, over) => {
    const id = newId()
    const held = await acceptAccount(runtime, actor, id, body({ ...recipient(id), ...over }))
    expect(held).toMatchObject({ applied: true, holds: ['facts-conflict'] })
    const freed = await acceptAccount(
      runtime,
      actor,
      id,
      body({ ...recipient(id), asOf: '2026-11-22T17:00:00Z', overdue: { amount: '5.00', currency: 'CNY' } }),
    )
    expect(freed).toMatchObject({ applied: true, holds: [], conflicts: [] })
  })

  it('does not take an account that is only about to fall due for a contradiction', async () => {
    const answer = await acceptAccount(
      runtime,
      actor,
      'a-m0',
      body({ ...recipient('r-m0'), dueDate: '2026-11-26', daysPastDue: -3 }),
    )
    expect(answer).toMatchObject({ state: 'open', holds: [] })
    expect(await spells('a-m0')).toMatchObject([{ no: 1, entered_days_past_due: -3 }])
  })

  it('keeps where a person lived before as evidence, until the new place is confirmed', async () => {
    await acceptAccount(runtime, actor, 'a-5', body(recipient('r-5', { jurisdiction: 'US-NY' })))
    await acceptAccount(
      runtime,
      actor,
      'a-5',
      body({ asOf: '2026-11-22T17:00:00Z', ...recipient('r-5', { jurisdiction: 'US-CA' }) }),
    )
    expect((await person('r-5')).location_evidence).toMatchObject([{ kind: 'earlier-address', jurisdiction: 'US-NY' }])
    await acceptAccount(
      runtime,
      actor,
      'a-5',
      body({ asOf: '2026-11-22T18:00:00Z', ...recipient('r-5', { jurisdiction: 'US-CA', locationConfirmed: true }) }),
    )
    expect((await person('r-5')).location_evidence).toEqual([])
  })

  it('retires an address that is no longer stated, and takes it back when it is', async () => {
    const sms = (value: string) => ({ addresses: [{ channel: 'sms', value }] })
    await acceptAccount(runtime, actor, 'a-6', body(recipient('r-6', sms('13800138001'))))
    await acceptAccount(
      runtime,
      actor,
      'a-6',
      body({ asOf: '2026-11-22T17:00:00Z', ...recipient('r-6', sms('13800138002')) }),
    )
    const addresses = async () =>
      await ledger.db
        .selectFrom('decorum.recipient_address')
        .selectAll()
        .where('recipient_id', '=', (await person('r-6')).id)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
    expect((await addresses()).map((address) => address.removed_at !== null)).toEqual([true, false])
    await acceptAccount(
      runtime,
      actor,
      'a-6',
      body({ asOf: '2026-11-22T18:00:00Z', ...recipient('r-6', sms('13800138001')) }),
    )
    expect((await addresses()).map((address) => address.removed_at !== null)).toEqual([false, true])
  })

  it('records a consent once, however often it is stated', async () => {
    const consenting = recipient('r-7', {
      addresses: [
        {
          channel: 'phone',
          value: '+12125550123',
          consents: [{ kind: 'artificial-voice', from: '2026-01-01T00:00:00Z' }],
        },
      ],
    })
    await acceptAccount(runtime, actor, 'a-7', body(consenting))
    await acceptAccount(runtime, actor, 'a-7', body({ ...consenting, asOf: '2026-11-22T17:00:00Z' }))
    const consents = await ledger.db
      .selectFrom('decorum.consent')
      .selectAll()
      .where('recipient_id', '=', (await person('r-7')).id)
      .execute()
    expect(consents).toMatchObject([{ kind: 'artificial-voice', channel: 'phone' }])
    expect(consents[0]?.address_hash).not.toBeNull()
  })

  it('moves an account to another person with its variables and its holds', async () => {
    await acceptAccount(
      runtime,
      actor,
      'a-8',
      body({ ...recipient('r-8'), daysPastDue: 60, variables: { city: 'Hangzhou' } }),
    )
    await acceptAccount(
      runtime,
      actor,
      'a-8',
      body({ asOf: '2026-11-22T16:30:00Z', ...recipient('r-9'), daysPastDue: 60 }),
    )
    const [row, who] = [await account('a-8'), await person('r-9')]
    expect(row.recipient_id).toBe(who.id)
    const key = runtime.vault.unwrap(who.data_key, who.data_key_id)
    expect(
      runtime.vault.open(key, { table: 'account', column: 'variables', rowId: row.id }, row.variables as Buffer),
    ).toBe('{"city":"Hangzhou"}')
    expect(
      await ledger.db.selectFrom('decorum.hold').select('recipient_id').where('account_id', '=', row.id).execute(),
    ).toEqual([{ recipient_id: who.id }])
  })

  it('refuses one account of a batch without touching the others', async () => {
    const results = await acceptAccounts(runtime, actor, [
      { id: 'b-1', body: body(recipient('rb-1')) },
      { id: 'b-2', body: body({ ...recipient('rb-2'), ladder: 'plian' }) },
      { id: 'b-3', body: body({ ...recipient('rb-3'), creditor: 'other' }) },
      { id: 'b-4', body: body({ recipient: undefined, recipientId: 'nobody' }) },
      { id: 'b-5', body: body(recipient('rb-1')) },
    ])
    expect(
      results.map((result) =>
        result.ok ? 'ok' : [result.error.code, result.error.faults[0]?.path, result.error.faults[0]?.cure],
      ),
    ).toEqual([
      'ok',
      ['DECORUM_BAD_INPUT', 'ladder', 'Did you mean "plain"?'],
      ['DECORUM_FORBIDDEN', undefined, undefined],
      ['DECORUM_BAD_INPUT', 'recipientId', expect.any(String)],
      'ok',
    ])
    expect(
      await ledger.db
        .selectFrom('decorum.recipient')
        .select('id')
        .where('external_id', 'in', ['rb-2', 'rb-3'])
        .execute(),
    ).toEqual([])
  })

  it('does not let a test key change a live account, and marks what it registers', async () => {
    const tester = { ...actor, live: false }
    await acceptAccount(runtime, actor, 'live', zhang('live'))
    await expect(
      acceptAccount(runtime, tester, 'live', zhang('live', { asOf: '2026-11-22T18:00:00Z' })),
    ).rejects.toMatchObject({ code: 'DECORUM_FORBIDDEN' })
    await acceptAccount(runtime, tester, 't-1', body(recipient('rt-1')))
    expect((await account('t-1')).live).toBe(false)
  })

  it('puts the same new account from two places at once as one', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => acceptAccount(runtime, actor, 'race', body(recipient('r-race')))),
    )
    expect(answers.filter((answer) => answer.applied && answer.changed)).toHaveLength(1)
    expect(await spells('race')).toHaveLength(1)
  })
})
