import { beforeAll, expect, it } from 'vitest'
import { accountBody } from '../../src/intake/account-body.ts'
import { contactBody, eventBody, suppressionBody, taskCompletion } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { acceptAccount } from '../../src/pipeline/accept/accept-accounts.ts'
import { acceptContact } from '../../src/pipeline/accept/accept-contact.ts'
import { acceptEvent } from '../../src/pipeline/accept/accept-event.ts'
import { acceptSuppression } from '../../src/pipeline/accept/accept-suppression.ts'
import { addressHash } from '../../src/pipeline/accept/merge-recipient.ts'
import { completeTask } from '../../src/pipeline/accept/complete-task.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import { applyReply } from '../../src/pipeline/replies.ts'
import { applyVoiceKey, type VoiceKey } from '../../src/pipeline/voice-keys.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { takeLocks } from '../../src/record/locks.ts'
import { addReminders, addTasks } from '../../src/record/planning.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting, at, type StandingClock } from './accepting-shell.ts'
import { recordAttempt } from '../support/recorded-attempt.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

/** How each entrance says the fact; a text: why it cannot. */
interface Said {
  event: Record<string, unknown> | string
  task: Record<string, unknown> | string
  key: VoiceKey['meaning'] | { cannot: string }
  reply: { text: string } | string
  suppression?: Record<string, unknown>
}

const READ_BY_A_PERSON = 'what is written in own words is read by a person'
const NOT_ON_THE_MENU = 'the menu has no such key'

const FACTS: Record<string, Said> = {
  'a promise to pay': {
    event: { type: 'promise', date: '2026-11-30' },
    task: { outcome: 'promise', promise: { date: '2026-11-30' } },
    key: { cannot: 'a key names no day' },
    reply: READ_BY_A_PERSON,
  },
  'a payment under way': {
    event: { type: 'payment-pending' },
    task: 'no such outcome',
    key: 'paid',
    reply: READ_BY_A_PERSON,
  },
  'a dispute': { event: { type: 'dispute' }, task: { outcome: 'dispute' }, key: 'dispute', reply: READ_BY_A_PERSON },
  hardship: {
    event: { type: 'hardship' },
    task: { outcome: 'hardship' },
    key: { cannot: NOT_ON_THE_MENU },
    reply: READ_BY_A_PERSON,
  },
  'a complaint': {
    event: { type: 'complaint' },
    task: { outcome: 'complaint' },
    key: { cannot: NOT_ON_THE_MENU },
    reply: READ_BY_A_PERSON,
  },
  'a stop of the recipient': {
    event: { type: 'attorney' },
    task: 'no such outcome',
    key: { cannot: NOT_ON_THE_MENU },
    reply: { text: 'stop all contact' },
    suppression: { scope: 'all', reason: 'attorney' },
  },
  'a stop of the address': {
    event: 'events are about recipients',
    task: { outcome: 'wrong-number', address: '$number' },
    key: 'wrong-number',
    reply: { text: 'STOP' },
    suppression: { scope: 'address', reason: 'wrong-number', value: '$number' },
  },
}

eachLedger('a fact, whichever way it was heard', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let clock: StandingClock
  let actor: Actor
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, clock, actor } = accepting(ledger))
  })

  let numbers = 0

  /** An account of which a day was promised before, with a contact made yesterday and a reminder that waits. */
  async function debt() {
    const id = newId()
    const number = `+86138001${String(38000 + numbers++)}`
    await acceptAccount(
      runtime,
      actor,
      id,
      must(
        parse(accountBody, {
          asOf: '2026-11-20T16:00:00Z',
          overdue: { amount: '1250.00', currency: 'CNY' },
          dueDate: '2026-11-18',
          recipient: {
            id: `r-${id}`,
            jurisdiction: 'CN',
            timeZone: 'Asia/Shanghai',
            addresses: [
              { channel: 'phone', value: number, kind: 'mobile' },
              { channel: 'sms', value: number, kind: 'mobile' },
            ],
          },
        }),
      ),
    )
    await acceptEvent(
      runtime,
      actor,
      id,
      must(parse(eventBody, { id: newId(), occurredAt: '2026-11-21T01:00:00Z', type: 'promise', date: '2026-11-25' })),
    )
    for (const [name, when] of [
      ['before', '2026-11-20T02:00:00Z'],
      ['since', '2026-11-22T02:00:00Z'],
    ]) {
      await acceptContact(
        runtime,
        actor,
        must(
          parse(contactBody, {
            id: `${name}-${id}`,
            recipientId: `r-${id}`,
            accountIds: [id],
            at: when,
            channel: 'phone',
            outcome: 'no-answer',
          }),
        ),
      )
    }
    const row = await ledger.db
      .selectFrom('decorum.account')
      .selectAll()
      .where('external_id', '=', id)
      .executeTakeFirstOrThrow()
    const address = await ledger.db
      .selectFrom('decorum.recipient_address')
      .selectAll()
      .where('recipient_id', '=', row.recipient_id)
      .where('channel', '=', 'phone')
      .executeTakeFirstOrThrow()
    const waiting = newId()
    await ledger.db.transaction().execute((trx) =>
      addReminders(
        trx,
        [
          {
            id: waiting,
            creditor: 'acme',
            recipientId: row.recipient_id,
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
            uniqueKey: Buffer.from(waiting).toString('hex'),
            route: 'sms-main',
            dueAt: clock.now(),
            nextAt: clock.now() + 3_600_000,
            expiresAt: clock.now() + 86_400_000,
            variables: null,
            accounts: [{ accountId: row.id, spellId: row.spell_id, lead: true }],
          },
        ],
        clock.now(),
      ),
    )
    await ledger.db.updateTable('decorum.account').set({ plan_at: null }).where('id', '=', row.id).execute()
    return { id, number, accountId: row.id, recipientId: row.recipient_id, addressId: address.id, waiting }
  }
  type Debt = Awaited<ReturnType<typeof debt>>

  const filled = (fields: Record<string, unknown>, { number }: Debt) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === '$number' ? number : value]))
  const openTask = async ({ accountId, recipientId }: Debt): Promise<string> => {
    const id = newId()
    await ledger.db.transaction().execute(async (trx) =>
      addTasks(
        await takeLocks(trx, { recipients: [recipientId] }, 'wait'),
        [
          {
            id,
            creditor: 'acme',
            recipientId,
            accountIds: [accountId],
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
    return id
  }

  /** A call that a provider has accepted. */
  async function called({
    accountId,
    recipientId,
    addressId,
  }: Debt): Promise<{ reminderId: string; attemptNo: number }> {
    const { reminderId } = await recordAttempt(ledger.db, {
      creditor: 'acme',
      recipientId,
      addressId,
      accountIds: [accountId],
      channel: 'phone',
      at: new Date(clock.now()),
      settled: { outcome: 'pending' },
    })
    await ledger.db
      .insertInto('decorum.reminder_account')
      .values({ reminder_id: reminderId, account_id: accountId, spell_id: null, lead: true })
      .execute()
    return { reminderId, attemptNo: 1 }
  }

  const hear: {
    [E in keyof Required<Said>]: (said: Required<Said>[E], about: Debt, late?: string) => Promise<unknown>
  } = {
    event: (said, { id }, late) =>
      acceptEvent(
        runtime,
        actor,
        id,
        must(
          parse(eventBody, {
            id: newId(),
            occurredAt: '2026-11-23T02:00:00Z',
            ...(late === undefined ? {} : { effectiveAt: late }),
            ...(said as object),
          }),
        ),
      ),
    task: async (said, about, late) =>
      completeTask(
        runtime,
        actor,
        await openTask(about),
        must(
          parse(taskCompletion, {
            ...(late === undefined ? {} : { at: late }),
            ...filled(said as Record<string, unknown>, about),
          }),
        ),
      ),
    key: async (said, about) =>
      applyVoiceKey(runtime, { ...(await called(about)), meaning: said as VoiceKey['meaning'] }),
    reply: (said, { number }) =>
      applyReply(runtime, {
        route: 'sms-main',
        channel: 'sms',
        creditors: ['acme'],
        from: number,
        reference: newId(),
        text: (said as { text: string }).text,
        understood: null,
        source: 'test-inbound',
      }),
    suppression: (said, about, late) =>
      acceptSuppression(
        runtime,
        actor,
        must(
          parse(suppressionBody, {
            recipientId: `r-${about.id}`,
            source: 'api',
            ...(late === undefined ? {} : { from: late }),
            ...filled(said, about),
          }),
        ),
      ),
  }

  /** What came of it, in terms that are the same whichever way it was heard. */
  async function outcome({ accountId, recipientId, waiting }: Debt) {
    const holds = await ledger.db
      .selectFrom('decorum.hold')
      .selectAll()
      .where('recipient_id', '=', recipientId)
      .orderBy('seq')
      .execute()
    const addresses = await ledger.db
      .selectFrom('decorum.recipient_address')
      .select('hash')
      .where('recipient_id', '=', recipientId)
      .execute()
    const stops = await ledger.db
      .selectFrom('decorum.suppression')
      .select(['scope', 'channel'])
      .where((eb) =>
        eb.or([
          eb('recipient_id', '=', recipientId),
          eb(
            'address_hash',
            'in',
            addresses.map(({ hash }) => hash),
          ),
        ]),
      )
      .execute()
    const contacts = await ledger.db
      .selectFrom('decorum.contact')
      .select(['at', 'excess'])
      .where('recipient_id', '=', recipientId)
      .where('at', '<', new Date(at('2026-11-22T12:00:00Z')))
      .orderBy('at')
      .execute()
    const [{ next_at: nextAt }, { plan_at: planAt }] = [
      await ledger.db
        .selectFrom('decorum.waiting')
        .select('next_at')
        .where('reminder_id', '=', waiting)
        .executeTakeFirstOrThrow(),
      await ledger.db
        .selectFrom('decorum.account')
        .select('plan_at')
        .where('id', '=', accountId)
        .executeTakeFirstOrThrow(),
    ]
    return {
      open: holds
        .filter((hold) => hold.ended_at === null)
        .map((hold) => [
          hold.kind,
          hold.account_id === null ? 'everything' : 'account',
          hold.channel,
          hold.starts_at.toISOString(),
          hold.ends_at?.toISOString() ?? null,
          hold.details['account'] === accountId,
        ]),
      ended: holds.filter((hold) => hold.ended_at !== null).map((hold) => [hold.kind, hold.end_reason]),
      // The recipient is stopped whichever address it came with.
      stopped: [
        ...new Set(
          stops.some(({ scope }) => scope === 'all')
            ? ['all']
            : stops.map(({ scope, channel }) => [scope, channel].join(':')),
        ),
      ],
      excess: contacts.map(({ excess }) => excess),
      decidedAgain: nextAt?.getTime() === clock.now(),
      plannedAgain: planAt?.getTime() === clock.now(),
    }
  }

  for (const [fact, said] of Object.entries(FACTS)) {
    const ways = (Object.keys(said) as (keyof Said)[])
      .filter((way) => typeof said[way] !== 'string' || way === 'key')
      .filter((way) => typeof said[way] === 'string' || !('cannot' in (said[way] as object)))
    it(`${fact}: the same comes of it as ${ways.join(', ')}`, async () => {
      expect(ways.length).toBeGreaterThan(1)
      const outcomes: Record<string, unknown> = {}
      for (const way of ways) {
        const about = await debt()
        await hear[way](said[way] as never, about)
        outcomes[way] = await outcome(about)
      }
      const [first] = Object.values(outcomes)
      for (const way of ways) expect(outcomes[way], way).toEqual(first)
      expect(first).toMatchObject({ decidedAgain: true, plannedAgain: true })
      // Beside the promise that stood before.
      const { open, ended, stopped } = first as Awaited<ReturnType<typeof outcome>>
      expect(open.length + ended.length + stopped.length).toBeGreaterThan(1)
    })
  }

  it('a key of one call counts once, however often it is pressed or its callback is repeated', async () => {
    const keys = Object.values(FACTS).flatMap(({ key }) => (typeof key === 'string' ? [key] : []))
    for (const meaning of new Set([...keys, 'promise' as const, 'person' as const, 'stop' as const])) {
      const about = await debt()
      const call = await called(about)
      await applyVoiceKey(runtime, { ...call, meaning })
      const once = await everything(about)
      await applyVoiceKey(runtime, { ...call, meaning })
      await Promise.all([applyVoiceKey(runtime, { ...call, meaning }), applyVoiceKey(runtime, { ...call, meaning })])
      expect(await everything(about), meaning).toEqual(once)
      expect(once.holds + once.stops + once.tasks, meaning).toBeGreaterThan(0)
      // Pressed in another call it is news.
      await applyVoiceKey(runtime, { ...(await called(about)), meaning })
      expect((await everything(about)).keys, meaning).toBe(once.keys + 1)
    }
  })

  /** How much of each kind is there about a recipient? */
  async function everything({ recipientId, number }: Debt) {
    const rows = (table: 'hold' | 'task') =>
      ledger.db.selectFrom(`decorum.${table}`).select('id').where('recipient_id', '=', recipientId).execute()
    const { hash } = addressHash(runtime.vault, 'phone', number, true)
    const stops = await ledger.db
      .selectFrom('decorum.suppression')
      .select('id')
      .where((eb) => eb.or([eb('recipient_id', '=', recipientId), eb('address_hash', '=', hash)]))
      .execute()
    const keys = await ledger.db
      .selectFrom('decorum.idempotency')
      .select('key')
      .where('scope', '=', 'voice-key')
      .execute()
    const [holds, tasks] = [await rows('hold'), await rows('task')]
    return { holds: holds.length, stops: stops.length, tasks: tasks.length, keys: keys.length }
  }

  it('an earlier promise ends when another is given, whichever way either came', async () => {
    for (const way of ['event', 'task'] as const) {
      const about = await debt()
      await hear[way](FACTS['a promise to pay']?.[way] as never, about)
      const { open, ended } = await outcome(about)
      expect(ended, way).toEqual([['promise', 'another promise was given']])
      expect(open, way).toEqual([
        ['promise', 'account', null, '2026-11-23T02:00:00.000Z', '2026-11-30T16:00:00.000Z', true],
      ])
    }
  })

  it.each([
    ['a promise to pay', 'retroactive/promise', ['event', 'task']],
    ['a dispute', 'retroactive/dispute', ['event', 'task']],
    ['hardship', 'retroactive/hardship', ['event', 'task']],
    ['a complaint', 'retroactive/complaint', ['event', 'task']],
    ['a stop of the recipient', 'retroactive/attorney', ['event', 'suppression']],
  ] as const)(
    '%s that is learnt late marks the contacts made since, and no others, however it is learnt',
    async (fact, rule, ways) => {
      for (const way of ways) {
        const about = await debt()
        await hear[way](FACTS[fact]?.[way] as never, about, '2026-11-21T02:00:00Z')
        const own = way === 'task' ? [expect.not.arrayContaining([rule])] : []
        const excess = (await outcome(about)).excess.map((marks) => marks ?? [])
        expect(excess, way).toEqual([[], ...own, [rule]])
      }
    },
  )

  it('a promised day that is over is recorded of a system, and refused to a person, who can correct it; an earlier promise stands', async () => {
    const [told, typed] = [await debt(), await debt()]
    expect(await hear.event({ type: 'promise', date: '2026-11-22' }, told)).toMatchObject({
      effect: 'recorded; the promised day has passed',
    })
    const task = await openTask(typed)
    const complete = (date: string) =>
      completeTask(runtime, actor, task, must(parse(taskCompletion, { outcome: 'promise', promise: { date } })))
    await expect(complete('2026-11-22')).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'promise.date', cure: expect.stringContaining('contacted') }],
    })
    for (const about of [told, typed])
      expect(await outcome(about)).toMatchObject({
        open: [['promise', 'account', null, expect.any(String), '2026-11-25T16:00:00.000Z', true]],
        ended: [],
      })
    expect(await complete('2026-11-23')).toMatchObject({ status: 'done' })
  })

  it('a key that would promise, or asks for a person, is followed up by a person; a promise to pay needs a day', async () => {
    for (const [meaning, words] of [
      ['promise', 'agree the date'],
      ['person', 'Call back'],
      ['dispute', 'what they dispute'],
    ] as const) {
      const about = await debt()
      await hear.key(meaning, about)
      const tasks = await ledger.db
        .selectFrom('decorum.task')
        .select(['instructions', 'channels', 'step_kind', 'account_ids'])
        .where('recipient_id', '=', about.recipientId)
        .execute()
      expect(tasks).toMatchObject([
        {
          instructions: expect.stringContaining(words),
          channels: ['phone'],
          step_kind: 'confirmation',
          account_ids: [about.accountId],
        },
      ])
      expect((await outcome(about)).ended, 'the earlier promise stands').toEqual([])
    }
  })

  it('a day that is agreed ends what waited for it since the key', async () => {
    const about = await debt()
    await hear.key('promise', about)
    await hear.task(FACTS['a promise to pay']?.task as Record<string, unknown>, about)
    expect(await outcome(about)).toMatchObject({
      open: [['promise', 'account', null, expect.any(String), '2026-11-30T16:00:00.000Z', true]],
      ended: [
        ['promise', 'another promise was given'],
        ['manual', 'a day was agreed'],
      ],
    })
  })

  it('numbers of one recipient’s sequence are taken once, whatever is heard in one call', async () => {
    const about = await debt()
    await hear.key('dispute', about)
    await hear.reply({ text: 'my lawyer will write to you' }, about)
    await hear.task({ outcome: 'complaint' }, about)
    const seqs = (
      await Promise.all(
        (['decorum.hold', 'decorum.contact', 'decorum.task'] as const).map((table) =>
          ledger.db.selectFrom(table).select('seq').where('recipient_id', '=', about.recipientId).execute(),
        ),
      )
    )
      .flat()
      .map((row) => row.seq)
      .filter((seq) => seq !== null && seq < 1_000)
    expect(new Set(seqs).size).toBe(seqs.length)
  })
})
