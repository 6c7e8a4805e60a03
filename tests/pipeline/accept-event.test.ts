import { beforeAll, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { contactBody, eventBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { EVENT_TYPES } from '../../src/model/vocabulary.ts'
import { acceptAccount } from '../../src/pipeline/accept/accept-accounts.ts'
import { acceptContact } from '../../src/pipeline/accept/accept-contact.ts'
import { acceptEvent } from '../../src/pipeline/accept/accept-event.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { addReminders } from '../../src/record/planning.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting, at, type StandingClock } from './accepting-shell.ts'
import { remindersNow } from '../support/stage.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

const REQUIRED: Record<string, Record<string, unknown>> = {
  payment: { amount: '1.00' },
  'payment-reversed': { amount: '1.00' },
  'due-date-changed': { dueDate: '2026-11-20' },
  promise: { date: '2026-11-30' },
  notice: { kind: 'validation', via: 'post', sentAt: '2026-11-22T02:00:00Z' },
}

eachLedger('an event of an account', (_name, openFresh) => {
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
  const spell = async (id: string) =>
    ledger.db
      .selectFrom('decorum.spell')
      .selectAll()
      .where('account_id', '=', (await account(id)).id)
      .orderBy('no', 'desc')
      .executeTakeFirstOrThrow()
  const holds = async (id: string) =>
    ledger.db
      .selectFrom('decorum.hold')
      .selectAll()
      .where('recipient_id', '=', (await account(id)).recipient_id)
      .orderBy('seq')
      .execute()
  const put = async (over: Record<string, unknown> = {}) => {
    const id = newId()
    await acceptAccount(
      runtime,
      actor,
      id,
      must(
        parse(accountBody, {
          asOf: '2026-11-22T16:00:00Z',
          overdue: { amount: '1250.00', currency: 'CNY' },
          dueDate: '2026-11-20',
          recipient: { id: `r-${id}`, jurisdiction: 'CN' },
          ...over,
        }),
      ),
    )
    return id
  }
  const say = (id: string, event: Record<string, unknown>) =>
    acceptEvent(
      runtime,
      actor,
      id,
      must(parse(eventBody, { id: newId(), occurredAt: '2026-11-23T01:00:00Z', ...event })),
    )
  /** A reminder that waits for these accounts. */
  const waiting = async (...ids: string[]) => {
    const rows = await Promise.all(ids.map(account))
    const id = newId()
    const lead = rows[0] as (typeof rows)[number]
    await ledger.db.transaction().execute((trx) =>
      addReminders(
        trx,
        [
          {
            id,
            creditor: 'acme',
            recipientId: lead.recipient_id,
            live: true,
            origin: 'ladder',
            kind: 'reminder',
            mode: 'automated',
            tone: 'gentle',
            channel: 'sms',
            fallbackChannels: [],
            follows: null,
            template: 'overdue',
            ladder: 'plain',
            ladderVersion: 'plain-v1',
            rung: 'first',
            uniqueKey: Buffer.from(id).toString('hex'),
            route: 'sms-main',
            dueAt: clock.now(),
            nextAt: clock.now() + 3_600_000,
            expiresAt: clock.now() + 86_400_000,
            variables: null,
            accounts: rows.map((row) => ({ accountId: row.id, spellId: row.spell_id, lead: row === lead })),
          },
        ],
        clock.now(),
      ),
    )
    return {
      id,
      row: () => remindersNow(ledger.db).where('m.id', '=', id).executeTakeFirstOrThrow(),
    }
  }

  it('is accepted and recorded, whatever its type', async () => {
    for (const type of EVENT_TYPES) {
      const id = await put()
      const answer = await say(id, { type, ...REQUIRED[type], note: '张三' })
      expect(answer, type).toMatchObject({
        accountId: id,
        creditor: 'acme',
        repeated: false,
        effect: expect.stringMatching(/./),
      })
      const row = await ledger.db
        .selectFrom('decorum.event')
        .selectAll()
        .where('external_id', '=', answer.id)
        .executeTakeFirstOrThrow()
      expect(JSON.stringify([row.body, row.effect]), type).not.toContain('张三')
      expect(row.note, type).not.toBeNull()
    }
  })

  it('acts once, however often it is reported, and its id never means anything else', async () => {
    const id = await put()
    const event = { id: newId(), type: 'payment', amount: '250.00' }
    expect(await say(id, event)).toMatchObject({ repeated: false })
    expect(await say(id, event)).toMatchObject({ repeated: true, effect: 'paid in part' })
    expect((await account(id)).overdue_minor).toBe(100000)
    await expect(say(id, { ...event, amount: '251.00' })).rejects.toMatchObject({ code: 'DECORUM_CONFLICT' })
    await expect(say(await put(), event)).rejects.toMatchObject({ code: 'DECORUM_CONFLICT' })
  })

  it('is acted on once when it comes from several places at the same time', async () => {
    const id = await put()
    const event = { id: newId(), type: 'payment', amount: '250.00' }
    const answers = await Promise.all([1, 2, 3, 4].map(() => say(id, event)))
    expect(answers.filter((answer) => !answer.repeated)).toHaveLength(1)
    expect((await account(id)).overdue_minor).toBe(100000)
  })

  it('is refused for an account that nobody knows', async () => {
    await expect(say('nobody', { type: 'settled' })).rejects.toMatchObject({ code: 'DECORUM_NOT_FOUND' })
  })

  it.each([
    ['payment', { amount: '1250.00' }],
    ['settled', {}],
    ['withdrawn', {}],
    ['charge-off', {}],
    ['hand-off', {}],
  ])('of type %s closes the account: what waits is cancelled, the spell ends', async (type, fields) => {
    const id = await put()
    const reminder = await waiting(id)
    await say(id, { type, ...fields })
    expect(await account(id)).toMatchObject({ spell_id: null, plan_at: null })
    expect((await account(id)).state).not.toBe('open')
    expect(await spell(id)).toMatchObject({ ended_at: new Date(clock.now()) })
    expect(await reminder.row()).toMatchObject({ status: 'cancelled', end_reason: expect.any(String) })
  })

  it('leaves a reminder that is on its way to its worker', async () => {
    const id = await put()
    const reminder = await waiting(id)
    await ledger.db.deleteFrom('decorum.waiting').where('reminder_id', '=', reminder.id).execute()
    await say(id, { type: 'settled' })
    expect((await reminder.row()).status).toBe('sending')
  })

  it('that closes one account of a gathered reminder lets the others be planned anew', async () => {
    const [one, other] = [await put({ recipient: { id: 'r-two' } }), await put({ recipient: { id: 'r-two' } })]
    const reminder = await waiting(one, other)
    const row = await account(other)
    await ledger.db
      .insertInto('decorum.rung_record')
      .values({
        spell_id: row.spell_id as string,
        pass: 1,
        rung: 'first',
        account_id: row.id,
        state: 'planned',
        reason: null,
        detail: null,
        reminder_id: reminder.id,
        task_id: null,
        at: new Date(clock.now()),
      })
      .execute()
    await ledger.db.updateTable('decorum.account').set({ plan_at: null }).where('id', '=', row.id).execute()
    await say(one, { type: 'settled' })
    expect((await reminder.row()).status).toBe('cancelled')
    expect((await account(other)).plan_at).toEqual(new Date(clock.now()))
    expect(
      await ledger.db.selectFrom('decorum.rung_record').select('rung').where('account_id', '=', row.id).execute(),
    ).toEqual([])
  })

  it('about a payment that the known balance already contains changes no figure', async () => {
    const id = await put()
    await say(id, { type: 'payment', amount: '250.00', occurredAt: '2026-11-22T10:00:00Z' })
    expect((await account(id)).overdue_minor).toBe(125000)
  })

  it('about a payment is not undone by a file that was true before it', async () => {
    const id = await put()
    await say(id, { type: 'payment', amount: '1250.00' })
    const answer = await acceptAccount(
      runtime,
      actor,
      id,
      must(
        parse(accountBody, {
          asOf: '2026-11-22T16:00:01Z',
          overdue: { amount: '1250.00', currency: 'CNY' },
          dueDate: '2026-11-20',
        }),
      ),
    )
    expect(answer).toMatchObject({ applied: false, reason: 'older_than_known' })
    expect((await account(id)).state).toBe('cured')
  })

  it('about a reversal restores figures and spell, pauses for 24 hours and caps the tone', async () => {
    const id = await put()
    await ledger.db
      .updateTable('decorum.spell')
      .set({ last_tone: 'neutral' })
      .where('id', '=', (await spell(id)).id)
      .execute()
    const paymentId = newId()
    await say(id, { id: paymentId, type: 'payment', amount: '1250.00' })
    await say(id, { type: 'payment-reversed', paymentId, occurredAt: '2026-11-23T01:30:00Z' })
    const day = new Date(clock.now() + 86_400_000)
    expect(await account(id)).toMatchObject({
      state: 'open',
      overdue_minor: 125000,
      due_date: '2026-11-20',
      not_before: day,
      tone_ceiling: 'neutral',
    })
    expect(await spell(id)).toMatchObject({ no: 1, pass: 2, entered_by: 'reversal', ended_at: null })
    expect(await holds(id)).toMatchObject([{ kind: 'reversal-pause', ends_at: day }])
  })

  it('about a reversal of what was no payment of the account is refused', async () => {
    const id = await put()
    const { id: dispute } = await say(id, { type: 'dispute' })
    const { id: elsewhere } = await say(await put(), { type: 'payment', amount: '1.00' })
    for (const paymentId of [dispute, elsewhere]) {
      await expect(say(id, { type: 'payment-reversed', paymentId })).rejects.toMatchObject({
        code: 'DECORUM_BAD_INPUT',
        faults: [{ path: 'paymentId' }],
      })
    }
  })

  it('about a promise keeps silence until the promised day is over in the creditor’s books', async () => {
    const id = await put()
    await say(id, { type: 'promise', date: '2026-11-30', amount: '500.00' })
    expect(await holds(id)).toMatchObject([
      {
        kind: 'promise',
        ends_at: new Date(at('2026-11-30T16:00:00Z')),
        details: { date: '2026-11-30', amountMinor: 50000 },
      },
    ])
  })

  it('about payments that together make up what was promised ends the promise as kept', async () => {
    const id = await put()
    await say(id, { type: 'promise', date: '2026-11-30', amount: '500.00' })
    await say(id, { type: 'payment', amount: '200.00' })
    expect((await holds(id))[0]?.ended_at).toBeNull()
    await say(id, { type: 'payment', amount: '300.00' })
    expect((await holds(id))[0]).toMatchObject({ end_reason: 'kept' })
  })

  it.each([
    ['payment-pending', 'payment-failed', 'payment-pending'],
    ['dispute', 'dispute-resolved', 'dispute'],
    ['complaint', 'complaint-closed', 'complaint'],
    ['promise', 'promise-cancelled', 'promise'],
    ['hardship', 'resume', 'hardship'],
    ['legal-action', 'resume', 'legal-action'],
  ])('%s pauses, and %s lets what waits be decided again', async (begin, end, kind) => {
    const id = await put()
    await say(id, { type: begin, ...REQUIRED[begin] })
    expect((await holds(id)).map((hold) => [hold.kind, hold.ended_at])).toEqual([[kind, null]])
    const reminder = await waiting(id)
    await say(id, { type: end })
    expect((await holds(id))[0]?.ended_at).toEqual(new Date(clock.now()))
    expect((await reminder.row()).next_at).toEqual(new Date(clock.now()))
  })

  it('about hardship or a complaint pauses every account of the person', async () => {
    const id = await put()
    await say(id, { type: 'hardship' })
    expect((await holds(id))[0]?.account_id).toBeNull()
  })

  it.each(['bankruptcy', 'deceased', 'attorney', 'identity-fraud'])(
    'about %s stops everything to the person',
    async (type) => {
      const id = await put()
      await say(id, { type })
      await say(id, { type })
      const stops = await ledger.db
        .selectFrom('decorum.suppression')
        .selectAll()
        .where('recipient_id', '=', (await account(id)).recipient_id)
        .execute()
      expect(stops).toMatchObject([{ scope: 'all', reason: type, lifted_at: null }])
    },
  )

  it('that took effect earlier marks the contacts it would have forbidden, and no others', async () => {
    const id = await put()
    const recipientId = `r-${id}`
    const contact = (when: string, direction: string) =>
      acceptContact(
        runtime,
        actor,
        must(
          parse(contactBody, {
            id: newId(),
            recipientId,
            accountIds: [id],
            at: when,
            channel: 'phone',
            direction,
            outcome: 'no-answer',
          }),
        ),
      )
    await contact('2026-11-20T02:00:00Z', 'outbound')
    await contact('2026-11-22T02:00:00Z', 'outbound')
    await contact('2026-11-22T03:00:00Z', 'inbound')
    await say(id, { type: 'dispute', effectiveAt: '2026-11-21T00:00:00Z' })
    const rows = await ledger.db
      .selectFrom('decorum.contact')
      .select(['at', 'excess'])
      .where('recipient_id', '=', (await account(id)).recipient_id)
      .orderBy('at')
      .execute()
    expect(rows.map((row) => row.excess)).toEqual([null, ['retroactive/dispute'], null])
  })

  it('numbers what is said of a person as it happened: each fact before what follows from it, none twice', async () => {
    const id = await put()
    await say(id, { type: 'dispute' })
    await say(id, { type: 'promise', date: '2026-11-30' })
    const recipient = (await account(id)).recipient_id
    const events = await ledger.db
      .selectFrom('decorum.event')
      .select(['type', 'seq'])
      .where('recipient_id', '=', recipient)
      .execute()
    const said = [
      ...events.map(({ type, seq }) => ({ seq, what: `event ${type}` })),
      ...(await holds(id)).map(({ kind, seq }) => ({ seq, what: `hold ${kind}` })),
    ].sort((a, b) => a.seq - b.seq)
    expect(said.map(({ what }) => what)).toEqual(['event dispute', 'hold dispute', 'event promise', 'hold promise'])
    expect(new Set(said.map(({ seq }) => seq)).size).toBe(4)
  })
})
