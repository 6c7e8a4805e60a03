import { beforeAll, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { contactBody, holdBody, reminderBody, suppressionBody, taskCompletion } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { recipientBody } from '../../src/intake/recipient-body.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { personalDataOf } from '../../src/pipeline/personal-data.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { addTasks } from '../../src/record/planning.ts'
import { suppressionLiftReason } from '../../src/record/vault/vault.ts'
import { commandService as bind } from '../../src/services/commands.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting, type StandingClock } from './accepting-shell.ts'
import { remindersNow } from '../support/stage.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

eachLedger('accepting stops, pauses, contacts and wishes', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let clock: StandingClock
  let actor: Actor
  let services: ReturnType<typeof bind>
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, clock, actor } = accepting(ledger))
    services = bind(runtime)
  })

  const account = (id: string) =>
    ledger.db.selectFrom('decorum.account').selectAll().where('external_id', '=', id).executeTakeFirstOrThrow()
  const put = async (addresses: unknown[] = [{ channel: 'sms', value: '+8613800138000' }], jurisdiction = 'CN') => {
    const id = newId()
    await services.putAccount(
      actor,
      id,
      must(
        parse(accountBody, {
          asOf: '2026-11-22T16:00:00Z',
          overdue: { amount: '1250.00', currency: 'CNY' },
          dueDate: '2026-11-20',
          recipient: { id: `r-${id}`, jurisdiction, addresses },
        }),
      ),
    )
    return id
  }
  const remind = (id: string, over: Record<string, unknown> = {}, key: string | null = null) =>
    services.createReminder(
      actor,
      key,
      must(parse(reminderBody, { accountId: id, template: 'overdue', tone: 'gentle', channels: ['sms'], ...over })),
    )
  const reminder = (id: string) => remindersNow(ledger.db).where('m.id', '=', id).executeTakeFirstOrThrow()
  const stop = (body: Record<string, unknown>) => services.addSuppression(actor, must(parse(suppressionBody, body)))

  it('gives the same answer to the same key and body, and a conflict to another body', async () => {
    const id = await put()
    const first = await remind(id, {}, 'k-1')
    expect(first).toEqual({ id: expect.any(String), status: 'scheduled', repeated: false })
    expect(await remind(id, {}, 'k-1')).toEqual({ ...first, repeated: true })
    await expect(remind(id, { tone: 'firm' }, 'k-1')).rejects.toMatchObject({ code: 'DECORUM_CONFLICT' })
    expect((await remind(id)).id).not.toBe((await remind(id)).id)
  })

  it('makes one reminder of the same key asked for at the same time', async () => {
    const id = await put()
    const answers = await Promise.all([1, 2, 3].map(() => remind(id, {}, 'k-race')))
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1)
  })

  it('takes the first channel that a route serves, and keeps the others that one serves as fallbacks', async () => {
    const asked = await remind(await put(), { channels: ['email', 'sms', 'phone'] })
    expect(await reminder(asked.id)).toMatchObject({
      channel: 'sms',
      route: 'sms-main',
      fallback_channels: ['phone'],
      origin: 'direct',
      status: 'scheduled',
    })
  })

  it('owes a reminder that no route serves too, so that its refusal can be read', async () => {
    expect(await reminder((await remind(await put([], 'US-NY'))).id)).toMatchObject({
      route: 'none',
      status: 'scheduled',
    })
  })

  it.each([
    [{ template: 'overdu' }, 'template', 'Did you mean "overdue"?'],
    [{ tone: 'final' }, 'tone', expect.any(String)],
    [{ expiresAt: '2026-11-20T00:00:00Z' }, 'expiresAt', expect.any(String)],
  ])('refuses a reminder with %j and says what would be right', async (over, path, cure) => {
    await expect(remind(await put(), over)).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path, cure }],
    })
  })

  it('cancels a reminder that waits, and not one that is on its way', async () => {
    const id = await put()
    const [waits, goes] = [await remind(id), await remind(id)]
    await ledger.db.deleteFrom('decorum.waiting').where('reminder_id', '=', goes.id).execute()
    expect(await services.cancelReminder(actor, waits.id)).toEqual({
      id: waits.id,
      status: 'cancelled',
      cancelled: true,
    })
    expect(await services.cancelReminder(actor, goes.id)).toEqual({ id: goes.id, status: 'sending', cancelled: false })
    await expect(services.cancelReminder({ ...actor, creditor: 'other' }, waits.id)).rejects.toMatchObject({
      code: 'DECORUM_NOT_FOUND',
    })
    await expect(services.cancelReminder(actor, 'not-an-id')).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
  })

  it('records a stop for a number that nobody has yet, with a row to lock', async () => {
    const answer = await stop({ scope: 'address', value: '+8613900139000', channel: 'sms', reason: 'opt-out' })
    expect(answer).toMatchObject({ creditor: 'acme', standing: false })
    const row = await ledger.db
      .selectFrom('decorum.suppression')
      .selectAll()
      .where('id', '=', answer.id)
      .executeTakeFirstOrThrow()
    const anchors = await ledger.db
      .selectFrom('decorum.address')
      .selectAll()
      .where('hash', '=', row.address_hash as Buffer)
      .execute()
    expect(anchors).toHaveLength(1)
    expect(await stop({ scope: 'address', value: '+86 139 0013 9000', channel: 'sms', reason: 'opt-out' })).toEqual({
      ...answer,
      standing: true,
    })
  })

  it('finds the people of a mailbox whatever its case, and lets what waits for them be decided again', async () => {
    const id = await put([{ channel: 'email', value: 'Ana@example.com' }])
    const waits = await remind(id)
    await ledger.db
      .updateTable('decorum.waiting')
      .set({ next_at: new Date(clock.now() + 9e6) })
      .where('reminder_id', '=', waits.id)
      .execute()
    const answer = await stop({ scope: 'address', value: 'ana@EXAMPLE.com', reason: 'opt-out' })
    expect((await reminder(waits.id)).next_at).toEqual(new Date(clock.now()))
    const [own] = await ledger.db
      .selectFrom('decorum.recipient_address')
      .selectAll()
      .where('recipient_id', '=', (await account(id)).recipient_id)
      .execute()
    const row = await ledger.db
      .selectFrom('decorum.suppression')
      .selectAll()
      .where('id', '=', answer.id)
      .executeTakeFirstOrThrow()
    expect(row.address_hash).toEqual(own?.hash)
  })

  it('lifts a stop once, and remembers who did and why', async () => {
    const { id } = await stop({ scope: 'all', recipientId: `r-${await put()}`, reason: 'cease' })
    expect(await services.liftSuppression(actor, id, { reason: 'asked in writing' })).toEqual({ id, changed: true })
    expect(await services.liftSuppression(actor, id, { reason: 'again' })).toEqual({ id, changed: false })
    const row = await ledger.db
      .selectFrom('decorum.suppression')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.lifted_by).toBe('key:test')
    const person = await personalDataOf(runtime, ledger.db, row.recipient_id as string)
    expect(person.openText(suppressionLiftReason(id), row.lift_reason)).toBe('asked in writing')
    await expect(services.liftSuppression({ ...actor, creditor: 'other' }, id, { reason: 'x' })).rejects.toMatchObject({
      code: 'DECORUM_NOT_FOUND',
    })
  })

  it('pauses an account until the pause is ended', async () => {
    const id = await put()
    const hold = await services.addHold(
      actor,
      must(parse(holdBody, { accountId: id, kind: 'manual', reason: 'complaint desk' })),
    )
    expect(await services.endHold(actor, hold.id, { reason: 'done' })).toEqual({ id: hold.id, changed: true })
    expect(await services.endHold(actor, hold.id, { reason: 'done' })).toEqual({ id: hold.id, changed: false })
  })

  it('counts a contact made elsewhere once, with its address', async () => {
    const id = await put()
    const body = must(
      parse(contactBody, {
        id: newId(),
        recipientId: `r-${id}`,
        accountIds: [id],
        at: '2026-11-22T02:00:00Z',
        channel: 'phone',
        outcome: 'conversation',
        address: '13800138000',
      }),
    )
    expect(await services.addContact(actor, body)).toMatchObject({ repeated: false })
    expect(await services.addContact(actor, body)).toMatchObject({ repeated: true })
    await expect(services.addContact(actor, { ...body, outcome: 'no-answer' })).rejects.toMatchObject({
      code: 'DECORUM_CONFLICT',
    })
    const rows = await ledger.db
      .selectFrom('decorum.contact')
      .selectAll()
      .where('recipient_id', '=', (await account(id)).recipient_id)
      .execute()
    const [own] = await ledger.db
      .selectFrom('decorum.recipient_address')
      .selectAll()
      .where('recipient_id', '=', (await account(id)).recipient_id)
      .execute()
    expect(rows).toMatchObject([{ outcome: 'conversation', mode: 'agent', direction: 'outbound', made_by: 'agent' }])
    expect(rows[0]?.address_hash).toEqual(own?.hash)
  })

  it('refuses a contact about somebody else’s account', async () => {
    const [mine, theirs] = [await put(), await put()]
    const body = must(
      parse(contactBody, {
        id: newId(),
        recipientId: `r-${mine}`,
        accountIds: [theirs],
        at: '2026-11-22T02:00:00Z',
        channel: 'phone',
        outcome: 'no-answer',
      }),
    )
    await expect(services.addContact(actor, body)).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'accountIds[0]' }],
    })
  })

  it('learns about a person put by itself, and nothing older than it knows', async () => {
    const recipient = (body: Record<string, unknown>) =>
      services.putRecipient(actor, 'p-1', must(parse(recipientBody, body)))
    expect(
      await recipient({
        asOf: '2026-11-20T00:00:00Z',
        locale: 'zh-cn',
        blockedTimes: [{ days: [1], from: '09:00', to: '17:00' }],
      }),
    ).toMatchObject({ applied: true, changed: true })
    expect(await recipient({ asOf: '2026-11-20T00:00:00Z', locale: 'zh-CN' })).toMatchObject({
      applied: true,
      changed: false,
    })
    expect(await recipient({ asOf: '2026-11-19T00:00:00Z', locale: 'en' })).toEqual({
      applied: false,
      reason: 'older_than_known',
      id: 'p-1',
      creditor: 'acme',
    })
    expect(
      await ledger.db
        .selectFrom('decorum.recipient')
        .selectAll()
        .where('external_id', '=', 'p-1')
        .executeTakeFirstOrThrow(),
    ).toMatchObject({
      locale: 'zh-CN',
      blocked_times: [{ days: [1], from: '09:00', to: '17:00', channel: null, until: null }],
    })
  })

  it.each([
    ['promise', { promise: { date: '2026-11-30' } }, 'promise', 'conversation'],
    ['dispute', {}, 'dispute', 'conversation'],
    ['no-answer', {}, null, 'no-answer'],
    ['not-done', {}, null, null],
  ])(
    'completes a task as %s: the contact counts, and what was learnt holds',
    async (outcome, fields, hold, contact) => {
      const id = await put()
      const row = await account(id)
      const taskId = newId()
      await ledger.db.transaction().execute(async (trx) =>
        addTasks(
          await takeLocks(trx, { recipients: [row.recipient_id] }, 'wait'),
          [
            {
              id: taskId,
              creditor: 'acme',
              recipientId: row.recipient_id,
              accountIds: [row.id],
              kind: 'step',
              ladder: 'plain',
              rung: 'call',
              tone: 'neutral',
              instructions: '',
              dueAt: clock.now(),
              expiresAt: clock.now() + 9e7,
            },
          ],
          clock.now(),
        ),
      )
      const body = must(parse(taskCompletion, { outcome, ...fields, note: 'spoke in the evening' }))
      expect(await services.completeTask(actor, taskId, body)).toMatchObject({ id: taskId, status: 'done' })
      await expect(services.completeTask(actor, taskId, body)).rejects.toMatchObject({ code: 'DECORUM_STATE_CONFLICT' })
      const holds = await ledger.db
        .selectFrom('decorum.hold')
        .select('kind')
        .where('recipient_id', '=', row.recipient_id)
        .execute()
      expect(holds.map((known) => known.kind)).toEqual(hold === null ? [] : [hold])
      const contacts = await ledger.db
        .selectFrom('decorum.contact')
        .select('outcome')
        .where('recipient_id', '=', row.recipient_id)
        .execute()
      expect(contacts.map((known) => known.outcome)).toEqual(contact === null ? [] : [contact])
    },
  )

  it('hands an account off when a person says so, and then reminds no more', async () => {
    const id = await put()
    const row = await account(id)
    const [taskId, waits] = [newId(), await remind(id)]
    await ledger.db.transaction().execute(async (trx) =>
      addTasks(
        await takeLocks(trx, { recipients: [row.recipient_id] }, 'wait'),
        [
          {
            id: taskId,
            creditor: 'acme',
            recipientId: row.recipient_id,
            accountIds: [row.id],
            kind: 'hand-off',
            ladder: 'plain',
            rung: 'hand-off',
            tone: null,
            instructions: '',
            dueAt: clock.now(),
            expiresAt: clock.now() + 9e7,
          },
        ],
        clock.now(),
      ),
    )
    await expect(
      services.completeTask(actor, taskId, must(parse(taskCompletion, { outcome: 'contacted' }))),
    ).rejects.toMatchObject({ code: 'DECORUM_BAD_INPUT' })
    await services.completeTask(actor, taskId, must(parse(taskCompletion, { outcome: 'handed-off' })))
    expect(await account(id)).toMatchObject({ state: 'handed-off', spell_id: null })
    expect((await reminder(waits.id)).status).toBe('cancelled')
  })
})
