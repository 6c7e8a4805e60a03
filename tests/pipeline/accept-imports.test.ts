import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { PLAIN_FILE } from '../../src/model/import-mapping.ts'
import { DecorumError } from '../../src/model/errors.ts'
import type { LineResult } from '../../src/report/views/operations.ts'
import { commandService as bind, type AccountFile } from '../../src/services/commands.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { recipientName } from '../../src/record/vault/vault.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting } from './accepting-shell.ts'

const json = (id: string, over: Record<string, unknown> = {}) =>
  JSON.stringify({
    id,
    asOf: '2026-11-22T16:00:00Z',
    overdue: { amount: '12.00', currency: 'CNY' },
    dueDate: '2026-11-20',
    recipient: { id: `r-${id}`, jurisdiction: 'CN' },
    ...over,
  })
/** The bytes in pieces that end anywhere. */
async function* pieces(text: string | Buffer, size = 97): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const fileOf = (text: string, over: Partial<AccountFile> = {}): AccountFile => ({
  name: 'accounts',
  checksum: createHash('sha256').update(text).digest(),
  bytes: () => pieces(text),
  options: PLAIN_FILE,
  again: false,
  ...over,
})

eachLedger('importing accounts', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let actor: Actor
  let services: ReturnType<typeof bind>
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, actor } = accepting(ledger))
    services = bind(runtime)
  })
  const imported = async (text: string | Buffer) => {
    const results: LineResult[] = []
    const totals = await services.importAccounts(actor, pieces(text), (result) => void results.push(result))
    return { results, totals }
  }
  const known = async (prefix: string) =>
    (
      await ledger.db
        .selectFrom('decorum.account')
        .select('external_id')
        .where('external_id', 'like', `${prefix}%`)
        .execute()
    ).length

  it('answers every line in order, and loses no good line to a bad one', async () => {
    const { results, totals } = await imported(
      Buffer.concat([
        Buffer.from(
          `\ufeff${json('n-1')}\r\n\n{"id": "n-2", "id": "n-3"}\n${json('n-4', { overdue: { amount: '12.005', currency: 'CNY' } })}\n`,
        ),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from(
          `${json('n-5', { recipient: { id: 'r', name: 'a\u0000b' } })}\n${json('n-6', { recipient: { id: 'r', name: '\ud800' } })}\n${json('n-7')}\n${json('n-1')}`,
        ),
      ]),
    )
    expect(results.map((result) => [result.line, result.id, result.status, result.faults?.[0]?.path ?? null])).toEqual([
      [1, 'n-1', 'applied', null],
      [3, 'n-3', 'rejected', 'id'],
      [4, 'n-4', 'rejected', 'overdue.amount'],
      [5, null, 'rejected', ''],
      [6, 'n-5', 'rejected', 'recipient.name'],
      [7, 'n-6', 'rejected', 'recipient.name'],
      [8, 'n-7', 'applied', null],
      [9, 'n-1', 'unchanged', null],
    ])
    expect(totals).toEqual({ lines: 8, applied: 2, unchanged: 1, rejected: 5 })
  })

  it('takes a line without an address that is none, and says so in its result', async () => {
    const { results, totals } = await imported(
      `${json('w-1', {
        recipient: {
          id: 'r-w',
          jurisdiction: 'DE',
          name: '#REF!',
          addresses: [
            { channel: 'sms', value: '1711234567.0' },
            { channel: 'sms', value: '0171 1234567' },
          ],
        },
      })}\n`,
    )
    expect(results).toMatchObject([
      {
        line: 1,
        id: 'w-1',
        status: 'applied',
        warnings: [
          { path: 'recipient.name' },
          { path: 'recipient.addresses[0].value', problem: expect.stringContaining('decimal') },
        ],
      },
    ])
    expect(totals).toEqual({ lines: 1, applied: 1, unchanged: 0, rejected: 0 })
  })

  it('refuses a line longer than a mebibyte alone', async () => {
    const { results } = await imported(`${json('l-1')}\n${'x'.repeat(1_100_000)}\n${json('l-2')}\n`)
    expect(results.map((result) => result.status)).toEqual(['applied', 'rejected', 'applied'])
  })

  it('puts hundreds of lines in few transactions, people who have several accounts included', async () => {
    const lines = Array.from({ length: 450 }, (_, i) =>
      json(`m-${i}`, { recipient: { id: `rm-${i % 40}`, jurisdiction: 'CN' } }),
    )
    expect((await imported(lines.join('\n'))).totals).toEqual({ lines: 450, applied: 450, unchanged: 0, rejected: 0 })
    expect(await known('m-')).toBe(450)
    expect((await imported(lines.join('\n'))).totals).toMatchObject({ applied: 0, unchanged: 450 })
  })

  it('keeps the order of what lines say about one account or person, however far apart and however many are put at once', async () => {
    const said = (i: number) =>
      json(`o-${i % 250}`, {
        asOf: '2026-11-22T16:00:00Z',
        overdue: { amount: `${i + 1}.00`, currency: 'CNY' },
        recipient: { id: `ro-${i % 100}`, jurisdiction: 'CN', name: `name ${i}` },
      })
    const { totals } = await imported(Array.from({ length: 1_000 }, (_, i) => said(i)).join('\n'))
    expect(totals).toMatchObject({ lines: 1_000, rejected: 0 })
    const amounts = await ledger.db
      .selectFrom('decorum.account')
      .select(['external_id', 'overdue_minor'])
      .where('external_id', 'like', 'o-%')
      .execute()
    expect(Object.fromEntries(amounts.map((row) => [row.external_id, row.overdue_minor]))).toEqual(
      Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`o-${i}`, (751 + i) * 100])),
    )
    const recipients = await ledger.db
      .selectFrom('decorum.recipient')
      .selectAll()
      .where('external_id', 'like', 'ro-%')
      .execute()
    const names = recipients.map((row) => [
      row.external_id,
      runtime.vault.open(
        runtime.vault.unwrap(row.data_key, row.data_key_id),
        recipientName(row.id),
        row.name as Buffer,
      ),
    ])
    expect(Object.fromEntries(names)).toEqual(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`ro-${i}`, `name ${900 + i}`])),
    )
  })

  it('answers what was put before a line at which the ledger goes away, and stops there', async () => {
    const lines = Array.from({ length: 900 }, (_, i) => json(`g-${i}`))
    const seen: LineResult[] = []
    let calls = 0
    const failing = bind({
      ...runtime,
      ledger: {
        ...ledger,
        get db() {
          if (++calls === 3) throw new DecorumError('DECORUM_LEDGER_UNAVAILABLE', 'gone')
          return ledger.db
        },
      },
    })
    await expect(
      failing.importAccounts(actor, pieces(lines.join('\n')), (result) => void seen.push(result)),
    ).rejects.toMatchObject({ code: 'DECORUM_LEDGER_UNAVAILABLE' })
    expect(seen.map((result) => result.status)).toEqual(Array.from({ length: 400 }, () => 'applied'))
    // Everything that was answered is there; what was not may be, and is put again without harm.
    const { totals } = await imported(lines.join('\n'))
    expect(totals).toMatchObject({ lines: 900, rejected: 0 })
    expect(totals.unchanged).toBeGreaterThanOrEqual(400)
  })

  it('finds the one line that the ledger itself refuses, and keeps all around it', async () => {
    const lines = ['h-1', 'h-2', 'h-3', 'h-4', 'h-5'].map((id) => json(id))
    await ledger.pool.query(`ALTER TABLE decorum.account ADD CONSTRAINT no_h3 CHECK (external_id <> 'h-3')`)
    const { results } = await imported(lines.join('\n'))
    await ledger.pool.query('ALTER TABLE decorum.account DROP CONSTRAINT no_h3')
    expect(results.map((result) => [result.id, result.status])).toEqual([
      ['h-1', 'applied'],
      ['h-2', 'applied'],
      ['h-3', 'rejected'],
      ['h-4', 'applied'],
      ['h-5', 'applied'],
    ])
    expect(JSON.stringify(results)).not.toContain('external_id')
  })

  it('imports events by line, each with its account', async () => {
    await imported(json('e-1'))
    const event = (over: Record<string, unknown>) =>
      JSON.stringify({
        id: 'ev-1',
        accountId: 'e-1',
        type: 'payment',
        amount: '2.00',
        occurredAt: '2026-11-23T01:00:00Z',
        ...over,
      })
    const results: LineResult[] = []
    await services.importEvents(
      actor,
      pieces(
        [
          event({}),
          event({}),
          event({ amount: '3.00' }),
          event({ id: 'ev-2', accountId: 'none' }),
          event({ id: 'ev-3', type: 'payed' }),
        ].join('\n'),
      ),
      (result) => void results.push(result),
    )
    expect(results.map((result) => [result.status, result.code ?? null])).toEqual([
      ['applied', null],
      ['unchanged', null],
      ['rejected', 'DECORUM_CONFLICT'],
      ['rejected', 'DECORUM_NOT_FOUND'],
      ['rejected', 'DECORUM_BAD_INPUT'],
    ])
  })

  it('reads CSV with dotted columns, and imports the same file once', async () => {
    const csv =
      'id,asOf,overdue.amount,overdue.currency,dueDate,daysPastDue,autoDebit,recipient.id,recipient.name,recipient.jurisdiction,recipient.sms\n' +
      'c-1,2026-11-22T16:00:00Z,12.00,CNY,2026-11-20,3,false,rc-1,"张, 三",CN,13800138000\nc-2,2026-11-22T16:00:00Z,12.00,CNY,2026-11-20,3,false,rc-2,x,CN,\n'
    const results: LineResult[] = []
    const first = await services.importAccountFile(
      actor,
      fileOf(csv),
      () => {},
      (result) => void results.push(result),
    )
    expect(first).toMatchObject({ format: 'csv', lines: 2, applied: 2, rejected: 0, already: false })
    expect(results.map((result) => [result.line, result.status])).toEqual([
      [2, 'applied'],
      [3, 'applied'],
    ])
    expect(
      await services.importAccountFile(
        actor,
        fileOf(csv),
        () => {},
        () => {
          throw new Error('nothing is to be done')
        },
      ),
    ).toMatchObject({ already: true, applied: 2, rejected: 0 })
    expect(
      await services.importAccountFile(
        actor,
        fileOf(csv, { again: true }),
        () => {},
        () => {},
      ),
      'unless it is asked for',
    ).toMatchObject({ already: false, applied: 0, unchanged: 2 })
  })

  it('reads a file again of which lines were rejected: what they lacked may be there by now', async () => {
    const csv =
      'id,asOf,overdue.amount,overdue.currency,dueDate,recipientId,creditor\n' +
      'w-1,2026-11-22T16:00:00Z,12.00,CNY,2026-11-20,rw-1,acme\nw-2,2026-11-22T16:00:00Z,"12,00",CNY,2026-11-20,rw-1,acme\n'
    const results: LineResult[] = []
    const take = (result: LineResult) => void results.push(result)
    expect(await services.importAccountFile(actor, fileOf(csv), () => {}, take)).toMatchObject({
      applied: 0,
      rejected: 2,
      already: false,
    })
    expect(results.map((result) => [result.line, result.id, result.status])).toEqual([
      [2, 'w-1', 'rejected'],
      [3, 'w-2', 'rejected'],
    ])
    await services.putRecipient(actor, 'rw-1', { jurisdiction: 'CN' } as never)
    expect(await services.importAccountFile(actor, fileOf(csv), () => {}, take)).toMatchObject({
      lines: 2,
      applied: 1,
      rejected: 1,
      already: false,
    })
    expect(await services.importAccountFile(actor, fileOf(csv), () => {}, take), 'and again').toMatchObject({
      applied: 0,
      unchanged: 1,
      rejected: 1,
      already: false,
    })
    expect(await known('w-')).toBe(1)
  })

  it('refuses a file whose header cannot be understood, and names what was probably meant', async () => {
    await expect(
      services.importAccountFile(
        actor,
        fileOf('id,asOf,overdue.amunt\nx,y,z\n'),
        () => {},
        () => {},
      ),
    ).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'overdue.amunt', cure: 'Did you mean "amount"?' }],
    })
  })

  it('goes on where an interrupted import stood, and counts no line twice', async () => {
    const text = Array.from({ length: 1_500 }, (_, i) => json(`i-${i}`)).join('\n')
    let seen = 0
    await expect(
      services.importAccountFile(
        actor,
        fileOf(text),
        () => {},
        () => {
          if (++seen === 1_450) throw new Error('the power went')
        },
      ),
    ).rejects.toThrow('the power went')
    const lines: number[] = []
    let resumedAfter = -1
    const rest = await services.importAccountFile(
      actor,
      fileOf(text),
      (done) => {
        resumedAfter = done
      },
      (result) => void lines.push(result.line),
    )
    expect(resumedAfter).toBe(1_000)
    expect(lines[0]).toBe(1_001)
    expect(rest).toMatchObject({ lines: 1_500, rejected: 0, already: false })
    expect(await known('i-')).toBe(1_500)
  })
})
