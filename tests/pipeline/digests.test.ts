import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventBody, reminderBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { canonicalJson } from '../../src/model/canonical-json.ts'
import type { Message } from '../../src/model/message.ts'
import { messageHash } from '../../src/render/render.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { LENDER, overdueAccount, Stage } from '../support/stage.ts'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

eachLedger('from a dump without keys', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let message: Message
  const event = must(
    parse(eventBody, {
      id: 'e-1',
      type: 'dispute',
      occurredAt: '2026-11-23T02:30:00Z',
      note: '张三 says that he paid from 13800138000',
      reference: 'case of 张三',
    }),
  )
  const reminder = must(
    parse(reminderBody, {
      accountId: 'a-2',
      template: 'cn-consumer-loan',
      tone: 'gentle',
      channels: ['sms'],
      variables: { givenName: '三' },
    }),
  )

  beforeAll(async () => {
    fresh = await openFresh()
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z')
    await stage.account('a-1', overdueAccount())
    await stage.account(
      'a-2',
      overdueAccount({ recipient: { ...(overdueAccount()['recipient'] as object), id: 'r-2' } }),
    )
    await stage.settle()
    await stage.app.services.createReminder(LENDER, 'key-1', reminder)
    await stage.app.services.addEvent(LENDER, 'a-1', event)
    const row = await fresh.ledger.db
      .selectFrom('decorum.attempt')
      .select(['reminder_id', 'no'])
      .orderBy('reminder_id')
      .executeTakeFirstOrThrow()
    const kept = await stage.app.services.attemptWords(LENDER, row.reminder_id, row.no)
    if (kept?.state !== 'kept') throw new Error('nothing was sent')
    message = (kept.content as { message?: Message }).message ?? (kept.content as Message)
  })
  afterAll(() => stage.app.stop())

  /** Every row of every table; bytes in hexadecimal. */
  async function dump(): Promise<string> {
    const { rows } = await fresh.ledger.pool.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'decorum' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    )
    const texts = []
    for (const { name } of rows)
      texts.push(...(await fresh.ledger.pool.query(`SELECT t::text AS row FROM ${name} t`)).rows.map(({ row }) => row))
    return texts.join('\n')
  }

  it('no known number, name, message or body can be confirmed by hashing it', async () => {
    const rows = await dump()
    const known = {
      number: sha256('+8613800138000'),
      'number, as it was stated': sha256('13800138000'),
      name: sha256('张三'),
      message: messageHash(message),
      'body of the event': sha256(canonicalJson({ ...event, creditor: LENDER.creditor, accountId: 'a-1' })),
      'body of the reminder': sha256(canonicalJson({ ...reminder, creditor: LENDER.creditor })),
    }
    expect(Object.entries(known).filter(([, hash]) => rows.includes(hash))).toEqual([])
    expect(['张三', '13800138000', Buffer.from('张三').toString('hex')].filter((text) => rows.includes(text))).toEqual(
      [],
    )
  })

  it('while with the keys the same event, and the same reminder, are known again', async () => {
    expect(await stage.app.services.addEvent(LENDER, 'a-1', event)).toMatchObject({ repeated: true })
    expect(await stage.app.services.createReminder(LENDER, 'key-1', reminder)).toMatchObject({ repeated: true })
    const other = { ...event, note: 'something else' }
    await expect(stage.app.services.addEvent(LENDER, 'a-1', other)).rejects.toMatchObject({ code: 'DECORUM_CONFLICT' })
    const wish = { ...reminder, variables: {} }
    await expect(stage.app.services.createReminder(LENDER, 'key-1', wish)).rejects.toMatchObject({
      code: 'DECORUM_CONFLICT',
    })
  })

  it('two people who are sent the same words have nothing in common', async () => {
    const { rows } = await fresh.ledger.pool.query(
      'SELECT count(DISTINCT message_hash)::int AS different, count(*)::int AS sent FROM decorum.reservation',
    )
    expect(rows[0].sent).toBeGreaterThan(1)
    expect(rows[0].different).toBe(rows[0].sent)
  })

  it('and nothing at all once the person was erased: what is told again is answered as erased', async () => {
    await fresh.ledger.pool.query(
      `UPDATE decorum.recipient SET data_key = NULL, data_key_id = NULL WHERE external_id = 'r-1'`,
    )
    await expect(stage.app.services.addEvent(LENDER, 'a-1', event)).rejects.toMatchObject({ code: 'DECORUM_ERASED' })
  })
})
