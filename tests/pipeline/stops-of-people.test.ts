import { beforeAll, describe, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { eventBody, suppressionBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { recipientBody } from '../../src/intake/recipient-body.ts'
import { RECIPIENT_REASONS } from '../../src/model/vocabulary.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { applyReply } from '../../src/pipeline/replies.ts'
import { readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { commandService as bind } from '../../src/services/commands.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting } from './accepting-shell.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

let numbers = 13_800_100_000
const number = () => `+86${numbers++}`

eachLedger('stops of people', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let actor: Actor
  let services: ReturnType<typeof bind>
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, actor } = accepting(ledger))
    services = bind(runtime)
  })

  const put = async (id: string, addresses: unknown[], over: Record<string, unknown> = {}) =>
    services.putAccount(
      actor,
      id,
      must(
        parse(accountBody, {
          asOf: '2026-11-22T16:00:00Z',
          overdue: { amount: '1250.00', currency: 'CNY' },
          dueDate: '2026-11-20',
          recipient: { id: `r-${id}`, jurisdiction: 'CN', addresses, ...over },
        }),
      ),
    )
  const recipient = async (externalId: string) =>
    (
      await ledger.db
        .selectFrom('decorum.recipient')
        .select('id')
        .where('external_id', '=', externalId)
        .executeTakeFirstOrThrow()
    ).id
  const stop = (body: Record<string, unknown>) =>
    services.addSuppression(actor, must(parse(suppressionBody, { creditor: 'acme', ...body })))
  /** What decisions about this person see. */
  const seen = async (externalId: string) => {
    const id = await recipient(externalId)
    return ((await readRecipients(ledger.db, [id], runtime.clock.now())).get(id)?.suppressions ?? []).map(
      ({ scope, reason, otherRecipient }) => ({ scope, reason, otherRecipient }),
    )
  }
  const everything = (reason: string) => ({ scope: 'all', reason, otherRecipient: false })
  const event = (account: string, type: string, id = newId()) =>
    services.addEvent(
      actor,
      account,
      must(parse(eventBody, { id, creditor: 'acme', type, occurredAt: '2026-11-22T10:00:00Z' })),
    )

  describe('recorded at an address, but about the person', () => {
    it.each(RECIPIENT_REASONS)('%s stops the person everywhere, says so, and is lifted as one', async (reason) => {
      const [id, value] = [newId(), number()]
      await put(id, [
        { channel: 'sms', value },
        { channel: 'email', value: `${id}@example.com` },
      ])
      const answer = await stop({ scope: 'address', value, reason })
      expect(answer).toMatchObject({ standing: false, scope: 'all' })
      expect(await seen(`r-${id}`)).toContainEqual(everything(reason))
      expect(await stop({ scope: 'address', value, reason })).toMatchObject({
        id: answer.id,
        standing: true,
        scope: 'all',
      })
      expect(await services.liftSuppression(actor, answer.id, { reason: 'an error' })).toEqual({
        id: answer.id,
        changed: true,
      })
      expect(await seen(`r-${id}`)).toEqual([])
    })

    it('and any stop of a number finds its holder in whichever form the number is stored, and is lifted as one', async () => {
      const id = newId()
      await put(id, [{ channel: 'sms', value: '+5491123456780' }], { jurisdiction: 'AR' })
      const answer = await stop({ scope: 'address', value: '+541123456780', reason: 'opt-out' })
      expect(await seen(`r-${id}`)).toEqual([{ scope: 'address', reason: 'opt-out', otherRecipient: false }])
      expect(
        must(parse(suppressionBody, { scope: 'address', value: '+52 1 55 1234 5678', reason: 'opt-out' })).value,
      ).toBe('+525512345678')
      await services.liftSuppression(actor, answer.id, { reason: 'an error' })
      expect(await seen(`r-${id}`)).toEqual([])
    })

    it('also when it names one channel', async () => {
      const id = newId()
      await put(id, [{ channel: 'sms', value: number() }])
      expect(
        await stop({ scope: 'channel', recipientId: `r-${id}`, channel: 'phone', reason: 'attorney' }),
      ).toMatchObject({ scope: 'all' })
      expect(await seen(`r-${id}`)).toEqual([everything('attorney')])
    })

    it('stays when the address is not theirs any more, and reaches whoever comes to have it', async () => {
      const [id, next, value] = [newId(), newId(), number()]
      await put(id, [{ channel: 'sms', value }])
      await stop({ scope: 'address', value, reason: 'deceased' })
      await services.putRecipient(
        actor,
        `r-${id}`,
        must(parse(recipientBody, { creditor: 'acme', addresses: [{ channel: 'sms', value: number() }] })),
      )
      expect(await seen(`r-${id}`)).toEqual([everything('deceased')])
      await put(next, [{ channel: 'sms', value }])
      expect(await seen(`r-${next}`)).toContainEqual(everything('deceased'))
    })

    it('of a person who is named concerns the others who share the number at that number alone', async () => {
      const [gone, widow, value] = [newId(), newId(), number()]
      for (const id of [gone, widow]) await put(id, [{ channel: 'sms', value }])
      await stop({ scope: 'address', value, recipientId: `r-${gone}`, reason: 'deceased' })
      expect(await seen(`r-${gone}`)).toContainEqual(everything('deceased'))
      expect(await seen(`r-${widow}`)).toEqual([{ scope: 'address', reason: 'deceased', otherRecipient: true }])
    })

    it('and a wrong number or an opt-out stays with the address', async () => {
      const [id, value] = [newId(), number()]
      await put(id, [{ channel: 'sms', value }])
      for (const reason of ['wrong-number', 'opt-out', 'bad-address'])
        expect(await stop({ scope: 'address', value, reason })).toMatchObject({ scope: 'address' })
      expect((await seen(`r-${id}`)).map(({ scope }) => scope)).toEqual(['address', 'address', 'address'])
    })
  })

  describe('that come before their person', () => {
    it.each([
      ['all', {}],
      ['channel', { channel: 'sms' }],
    ])('are kept and act when the person comes: scope %s', async (scope, over) => {
      const id = newId()
      const answer = await stop({ scope, recipientId: `r-${id}`, reason: 'opt-out', ...over })
      expect(answer).toMatchObject({ standing: false, awaits: 'recipient' })
      expect(await stop({ scope, recipientId: `r-${id}`, reason: 'opt-out', ...over })).toMatchObject({
        id: answer.id,
        standing: true,
      })
      await put(id, [{ channel: 'sms', value: number() }])
      expect(await seen(`r-${id}`)).toEqual([{ scope, reason: 'opt-out', otherRecipient: false }])
      expect(await services.liftSuppression(actor, answer.id, { reason: 'asked for' })).toMatchObject({ changed: true })
      expect(await seen(`r-${id}`)).toEqual([])
    })

    it('with an address act at once on the address, and on the person when they come with another', async () => {
      const [id, value] = [newId(), number()]
      await stop({ scope: 'address', value, recipientId: `r-${id}`, reason: 'deceased' })
      await put(id, [{ channel: 'sms', value: number() }])
      expect(await seen(`r-${id}`)).toContainEqual(everything('deceased'))
    })

    it('through a recipient put by itself as well', async () => {
      await stop({ scope: 'all', recipientId: 'r-alone', reason: 'cease' })
      await services.putRecipient(actor, 'r-alone', must(parse(recipientBody, { creditor: 'acme', locale: 'zh-CN' })))
      expect(await seen('r-alone')).toEqual([everything('cease')])
    })

    it('are lost neither to the person nor to the stop when both come at once', async () => {
      for (let i = 0; i < 6; i++) {
        const id = newId()
        await Promise.all([
          put(id, [{ channel: 'sms', value: number() }]),
          stop({ scope: 'all', recipientId: `r-${id}`, reason: 'deceased' }),
        ])
        expect(await seen(`r-${id}`)).toEqual([everything('deceased')])
      }
    })

    it('and lifted before they act, do not', async () => {
      const id = newId()
      const { id: stopId } = await stop({ scope: 'all', recipientId: `r-${id}`, reason: 'opt-out' })
      await services.liftSuppression(actor, stopId, { reason: 'a mistake' })
      await put(id, [{ channel: 'sms', value: number() }])
      expect(await seen(`r-${id}`)).toEqual([])
    })
  })

  describe('reported as an event of an account that is not known yet', () => {
    it.each(['deceased', 'bankruptcy', 'attorney', 'identity-fraud'])(
      '%s is kept, once, and acts when the account comes',
      async (type) => {
        const [id, eventId] = [newId(), newId()]
        expect(await event(id, type, eventId)).toMatchObject({
          repeated: false,
          effect: expect.stringContaining('kept'),
        })
        expect(await event(id, type, eventId)).toMatchObject({ repeated: true })
        await put(id, [{ channel: 'sms', value: number() }])
        expect(await seen(`r-${id}`)).toEqual([everything(type)])
      },
    )

    it('other events are refused as before', async () => {
      await expect(event(newId(), 'complaint')).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
    })
  })

  it('a reply that holds one channel holds decisions of that channel alone', async () => {
    const [id, value] = [newId(), number()]
    await put(id, [{ channel: 'sms', value }])
    await applyReply(runtime, {
      route: 'sms-main',
      channel: 'sms',
      creditors: ['acme', 'other'],
      from: value,
      reference: null,
      text: '我明天去还',
      understood: null,
      source: 'test',
    })
    const who = await recipient(`r-${id}`)
    expect((await readRecipients(ledger.db, [who], runtime.clock.now())).get(who)?.holds).toMatchObject([
      { kind: 'reply', account: null, channel: 'sms', until: null },
    ])
  })

  it('many replies at once make one task', async () => {
    const [id, value] = [newId(), number()]
    await put(id, [{ channel: 'sms', value }])
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        applyReply(runtime, {
          route: 'sms-main',
          channel: 'sms',
          creditors: ['acme'],
          from: value,
          reference: `SM${i}`,
          text: `请问 ${i}`,
          understood: null,
          source: 'test',
        }),
      ),
    )
    const tasks = await ledger.db
      .selectFrom('decorum.task')
      .select('id')
      .where('recipient_id', '=', await recipient(`r-${id}`))
      .execute()
    expect(tasks).toHaveLength(1)
    expect(
      await ledger.db
        .selectFrom('decorum.reply')
        .select('id')
        .where('task_id', '=', tasks[0]?.id ?? '')
        .execute(),
    ).toHaveLength(12)
  })
})
