import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { counters } from '../../src/pipeline/counters.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { sentAttempt, type SentAttempt } from './sent-attempt.ts'
import { account, AUTH_TOKEN, PUBLIC_URL, serve, type Answer, type Served } from './served.ts'

/** Sunday evening in New York, when each case begins. */
const NOW = '2026-11-23T02:00:00Z'

eachLedger('callbacks of Twilio', (_name, openFresh) => {
  let served: Served
  let admin: string
  beforeAll(async () => {
    served = await serve((await openFresh()).ledger)
  })
  beforeEach(async () => {
    await emptyLedger(served.app.runtime.ledger)
    served.clock.set(NOW)
    served.log.length = 0
    counters.resetMetrics()
    admin = await served.key(['admin'])
    await served.call('PUT', '/v1/accounts/A-1', { key: admin, body: account() })
  })
  afterAll(() => served.close())

  /** A form post, signed as Twilio would unless a signature is given. */
  async function post(
    path: string,
    form: Record<string, string>,
    signature = getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + path, form),
  ): Promise<Answer> {
    return served.call('POST', path, {
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    })
  }
  const message = ({ reminderId, attemptNo }: SentAttempt, form: Record<string, string>, signature?: string) =>
    post(`/hooks/twilio/message/${reminderId}/${attemptNo}`, { MessageSid: 'SM1', ...form }, signature)
  const reminder = async (id: string) => (await served.call('GET', `/v1/reminders/${id}`, { key: admin })).body

  describe('about a message', () => {
    it('are refused without a signature, with a wrong one, and with one for another address or form', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      const path = `/hooks/twilio/message/${sent.reminderId}/1`
      const form = { MessageSid: 'SM1', MessageStatus: 'delivered' }
      for (const [what, signature] of [
        ['none', ''],
        ['nonsense', 'x'.repeat(28)],
        ['of another token', getExpectedTwilioSignature('other', PUBLIC_URL + path, form)],
        ['of another address', getExpectedTwilioSignature(AUTH_TOKEN, `${PUBLIC_URL}/hooks/twilio/message/x/1`, form)],
        [
          'of http instead of https',
          getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL.replace('https', 'http') + path, form),
        ],
        [
          'of another form',
          getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + path, { ...form, MessageStatus: 'sent' }),
        ],
      ] as const) {
        const answer = await post(path, form, signature)
        expect([answer.status, answer.body.code], what).toEqual([403, 'DECORUM_FORBIDDEN'])
      }
      expect((await reminder(sent.reminderId)).status, 'nothing was believed').toBe('sent')
    })

    it('show in the reminder and in the timeline', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      expect((await message(sent, { MessageStatus: 'delivered' })).status).toBe(204)
      const shown = await reminder(sent.reminderId)
      expect(shown.status).toBe('delivered')
      expect(shown.attempts[0]).toMatchObject({
        delivery: { state: 'delivered', final: true },
        receipts: [{ state: 'delivered', changed: true }],
      })
      const timeline = await served.call('GET', '/v1/accounts/A-1/timeline?limit=500', { key: admin })
      expect(timeline.body.items).toContainEqual(expect.objectContaining({ type: 'receipt', id: sent.reminderId }))
    })

    it('say the same thing once, however often and in whatever order they come', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      for (const status of ['delivered', 'sent', 'delivered', 'queued', 'sent'])
        expect((await message(sent, { MessageStatus: status })).status).toBe(204)
      const shown = await reminder(sent.reminderId)
      expect(shown.status).toBe('delivered')
      expect(shown.attempts[0].receipts).toHaveLength(3)
    })

    it('resolve an attempt in doubt', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { status: 'in_doubt' })
      await message(sent, { MessageStatus: 'sent' })
      expect((await reminder(sent.reminderId)).attempts[0]).toMatchObject({
        status: 'accepted',
        providerRef: 'SM1',
        resolvedBy: 'receipt',
      })
    })

    it('answer 404 for an attempt that is none of ours, and 403 for strangers who ask', async () => {
      const path = '/hooks/twilio/message/0190b3a2-7c1e-7000-8000-00000000dead/1'
      expect((await post(path, { MessageSid: 'SM9', MessageStatus: 'sent' })).status).toBe(404)
      expect((await post(path, { MessageSid: 'SM9', MessageStatus: 'sent' }, 'x')).status).toBe(403)
    })

    it('with fields we do not know, or a status we do not know, do no harm', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'sms', { providerRef: 'SM1' })
      expect((await message(sent, { MessageStatus: 'teleported', Novelty: ' 1 ', Empty: '' })).status).toBe(204)
      expect((await reminder(sent.reminderId)).status).toBe('sent')
    })
  })

  describe('about a call', () => {
    const voice = ({ reminderId, attemptNo }: SentAttempt, query: string, form: Record<string, string>) =>
      post(`/hooks/twilio/voice/${reminderId}/${attemptNo}${query}`, { CallSid: 'CA1', ...form })

    it('reveal nothing before the listener has confirmed to be the right person', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
      const opening = await voice(sent, '', { AnsweredBy: 'human' })
      expect(opening.status).toBe(200)
      expect(opening.headers['content-type']).toMatch(/^text\/xml/)
      expect(opening.text).toContain('<Gather')
      expect(opening.text).not.toMatch(/120|overdue|past due|4821/i)
      const body = await voice(sent, '?step=confirm-1', { Digits: '1' })
      expect(body.text).toMatch(/120/)
    })

    it('leave a voicemail that reveals nothing to a machine', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
      const machine = await voice(sent, '', { AnsweredBy: 'machine_end_beep' })
      expect(machine.text).not.toMatch(/<Gather|120|overdue|4821/)
      expect(machine.text).toContain('<Say')
    })

    it('stop calls when the listener presses the key for it', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
      const answer = await voice(sent, '?step=menu-1', { Digits: '9' })
      expect(answer.text).toContain('<Hangup')
      const { items } = (await served.call('GET', '/v1/suppressions?recipientId=P-1&open=true', { key: admin })).body
      expect(items.length).toBeGreaterThan(0)
    })

    describe('whose words cannot be made again', () => {
      /** Neither the installed nor any kept text gives this hash. */
      const unsayable = async (): Promise<SentAttempt> => {
        const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
        await served.app.runtime.ledger.db
          .updateTable('decorum.reservation')
          .set({ message_hash: Buffer.alloc(32) })
          .where('reminder_id', '=', sent.reminderId)
          .execute()
        return sent
      }
      const ends = (sent: SentAttempt, form: Record<string, string>) =>
        post(`/hooks/twilio/call/${sent.reminderId}/1`, {
          CallSid: 'CA1',
          CallStatus: 'completed',
          SequenceNumber: '4',
          ...form,
        })

      it('leave the voicemail text, which reveals nothing, and never silence', async () => {
        const answer = await voice(await unsayable(), '', { AnsweredBy: 'human' })
        expect(answer.text).toMatch(/<Say[^>]*>[^<]{20,}/)
        expect(answer.text).toContain('<Hangup')
        expect(answer.text).not.toMatch(/<Gather|120|overdue|past due|4821/i)
      })

      it('apologise when the call is under way, and when not even a voicemail text is to be had', async () => {
        expect((await voice(await unsayable(), '?step=confirm-1', { Digits: '1' })).text).toContain('We are sorry')
        const gone = await unsayable()
        await served.app.runtime.ledger.db
          .updateTable('decorum.reservation')
          .set({ word_facts: null })
          .where('reminder_id', '=', gone.reminderId)
          .execute()
        expect((await voice(gone, '', { AnsweredBy: 'human' })).text).toContain('We are sorry')
      })

      it('are recorded as failed, whatever the provider calls their end, and count as something left with the person', async () => {
        const sent = await unsayable()
        await voice(sent, '', { AnsweredBy: 'human' })
        expect((await reminder(sent.reminderId)).status).toBe('failed')
        expect((await ends(sent, { AnsweredBy: 'human' })).status).toBe(204)
        const shown = await reminder(sent.reminderId)
        expect(shown).toMatchObject({ status: 'failed', endReason: 'words_unavailable' })
        expect(shown.attempts[0].delivery).toMatchObject({ state: 'failed', final: true, code: 'WORDS_UNAVAILABLE' })
        const { items } = (await served.call('GET', '/v1/contacts?recipientId=P-1', { key: admin })).body
        expect(items.find((item: { reminderId: string }) => item.reminderId === sent.reminderId)).toMatchObject({
          outcome: 'voicemail',
        })
      })

      it('stay a conversation when the listener had proven it by a key before', async () => {
        const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
        await voice(sent, '?step=confirm-1', { Digits: '1' })
        await served.app.runtime.ledger.db
          .updateTable('decorum.reservation')
          .set({ message_hash: Buffer.alloc(32) })
          .where('reminder_id', '=', sent.reminderId)
          .execute()
        expect((await voice(sent, '?step=menu-1', { Digits: '2' })).text).toContain('We are sorry')
        await ends(sent, { AnsweredBy: 'human' })
        expect((await reminder(sent.reminderId)).attempts[0].delivery).toMatchObject({
          state: 'conversation',
          final: true,
        })
      })

      it('raise an alarm in the log and in the metrics', async () => {
        await voice(await unsayable(), '', { AnsweredBy: 'human' })
        expect(served.log.some((line) => line.includes('"event":"call.words_unavailable"'))).toBe(true)
        expect((await served.call('GET', '/metrics', { key: admin })).text).toMatch(
          /^decorum_calls_without_words_total [1-9]/m,
        )
      })
    })

    it('tell how it went', async () => {
      const sent = await sentAttempt(served.app, 'A-1', 'phone', { providerRef: 'CA1' })
      const path = `/hooks/twilio/call/${sent.reminderId}/1`
      const answer = await post(path, {
        CallSid: 'CA1',
        CallStatus: 'no-answer',
        SequenceNumber: '3',
        Timestamp: 'Mon, 23 Nov 2026 02:00:30 +0000',
      })
      expect(answer.status).toBe(204)
      expect((await reminder(sent.reminderId)).attempts[0].receipts).toMatchObject([
        { state: 'no-answer', final: true, saidAt: '2026-11-23T02:00:30Z' },
      ])
    })
  })

  describe('about what people write back', () => {
    const inbound = (form: Record<string, string>, signature?: string) =>
      post(
        '/hooks/twilio/inbound',
        { MessageSid: 'SM77', From: '+12125550123', To: '+15005550006', ...form },
        signature,
      )
    const stops = async (creditor: string) =>
      await served.app.runtime.ledger.db
        .selectFrom('decorum.suppression')
        .select(['reason', 'source'])
        .where('creditor', '=', creditor)
        .where('source', '=', 'twilio-inbound')
        .where('lifted_at', 'is', null)
        .execute()

    it('are refused unsigned', async () => {
      expect((await inbound({ Body: 'STOP' }, 'x')).status).toBe(403)
      expect(await stops('northwind')).toEqual([])
    })

    const replies = async (query = '') => (await served.call('GET', `/v1/replies${query}`, { key: admin })).body.items
    const openTasks = async () =>
      (await served.call('GET', '/v1/tasks?recipientId=P-1&status=open', { key: admin })).body.items.filter(
        (task: { kind: string }) => task.kind === 'reply',
      )
    const openHolds = async () =>
      (await served.call('GET', '/v1/holds?recipientId=P-1&open=true', { key: admin })).body.items
    let sid = 100
    const fresh = () => ({ MessageSid: `SM${sid++}` })

    it('keep the words of a reply that is not understood for a person, once, and hold the channel until they have read it', async () => {
      for (const day of ['2026-11-23T02:00:00Z', '2026-11-23T02:00:05Z', '2026-11-23T02:10:00Z']) {
        served.clock.set(day)
        const answer = await inbound({ Body: 'I paid on Friday, ask Wilhelmina' })
        expect([answer.status, answer.text], day).toEqual([200, '<?xml version="1.0" encoding="UTF-8"?><Response/>'])
      }
      const { items } = (await served.call('GET', '/v1/contacts?recipientId=P-1', { key: admin })).body
      expect(items.filter((item: { direction: string }) => item.direction === 'inbound')).toHaveLength(1)
      const [task, ...more] = await openTasks()
      expect(more).toEqual([])
      expect(task.instructions).toContain('a dispute or a payment')
      expect(JSON.stringify(task)).not.toContain('Wilhelmina')
      expect(await replies(`?taskId=${task.id}`)).toMatchObject([
        { words: 'I paid on Friday, ask Wilhelmina', meaning: 'other', recipientId: 'P-1' },
      ])
      expect(await openHolds()).toMatchObject([{ kind: 'reply', channel: 'sms', accountId: null }])
      expect(served.log.join('')).not.toContain('Wilhelmina')
      const log = await served.app.runtime.ledger.db
        .selectFrom('decorum.access_log')
        .select(['action', 'subject'])
        .where('subject', 'like', 'reply:%')
        .execute()
      expect(log).toHaveLength(1)
    })

    it('add later replies to the same task, up to a bound a day', async () => {
      for (let i = 0; i < 70; i++) expect((await inbound({ ...fresh(), Body: `question ${i}` })).status).toBe(200)
      expect((await inbound({ ...fresh(), Body: '', NumMedia: '1' })).status).toBe(200)
      const [task, ...more] = await openTasks()
      expect(more).toEqual([])
      expect((await replies(`?taskId=${task.id}&limit=500`)).length).toBe(50)
      expect(await openHolds()).toHaveLength(1)
      served.clock.set('2026-11-24T02:11:00Z')
      await inbound({ ...fresh(), Body: 'one more question' })
      expect((await replies(`?taskId=${task.id}&limit=500`)).length).toBe(51)
    })

    it('let the channel go when the task is done, and not by saying that it was not', async () => {
      await inbound({ ...fresh(), Body: 'one question' })
      const [task] = await openTasks()
      const complete = (outcome: string) =>
        served.call('POST', `/v1/tasks/${task.id}:complete`, { key: admin, body: { outcome } })
      expect((await complete('not-done')).status).toBe(400)
      expect((await complete('handed-off')).status).toBe(400)
      expect(await openHolds()).toHaveLength(1)
      expect((await complete('read')).status).toBe(200)
      expect(await openHolds()).toEqual([])
      await inbound({ ...fresh(), Body: '' })
      const [next] = await openTasks()
      expect(next.instructions).toContain('without words')
    })

    it('are read by those alone who may read personal data, and at their own creditor', async () => {
      await inbound({ ...fresh(), Body: 'one question' })
      expect(await replies()).toHaveLength(1)
      expect((await served.call('GET', '/v1/replies', { key: await served.key(['tasks:read']) })).status).toBe(403)
      expect(
        (
          await served.call('GET', '/v1/replies', {
            key: await served.key(['people:read'], { creditor: 'lakeside' }),
          })
        ).body.items,
      ).toEqual([])
    })

    it('stop the number at every creditor of the route, also one that nobody knows', async () => {
      for (const from of ['+12125550123', '+12125550177'])
        expect((await inbound({ Body: ' Stop. ', From: from })).status).toBe(200)
      expect(await stops('northwind')).toHaveLength(2)
      expect(await stops('lakeside')).toHaveLength(2)
    })

    it('stop it too when Twilio has understood the wish in another language', async () => {
      await inbound({ Body: 'genug', OptOutType: 'STOP', From: '+12125550178' })
      expect(await stops('northwind')).toHaveLength(1)
    })

    it('in the same words again, or delivered again, stop it once; START from that number takes it back, and a repeated delivery does not stop it anew', async () => {
      await inbound({ ...fresh(), Body: 'STOP', From: '+12125550178' })
      const [stopped, started] = [fresh(), fresh()]
      for (let i = 0; i < 2; i++) await inbound({ ...stopped, Body: 'Please stop texting me', From: '+12125550179' })
      expect(await stops('northwind')).toHaveLength(2)
      for (let i = 0; i < 2; i++)
        expect((await inbound({ ...started, Body: 'START', From: '+12125550179' })).status).toBe(200)
      expect(await stops('northwind')).toHaveLength(1)
      expect((await inbound({ ...stopped, Body: 'Please stop texting me', From: '+12125550179' })).status).toBe(200)
      expect(await stops('northwind')).toHaveLength(1)
    })

    it('under an id that came before with other words are other messages', async () => {
      const reference = fresh()
      await inbound({ ...reference, Body: 'hello', From: '+12125550172' })
      await inbound({ ...reference, Body: 'STOP', From: '+12125550172' })
      expect(
        (
          await served.call('POST', '/v1/suppressions', {
            key: admin,
            body: { creditor: 'northwind', scope: 'address', value: '+12125550172', reason: 'opt-out' },
          })
        ).body.standing,
      ).toBe(true)
    })

    it('START lifts nothing that somebody else recorded', async () => {
      const stop = (reason: string) =>
        served.call('POST', '/v1/suppressions', {
          key: admin,
          body: { creditor: 'northwind', scope: 'address', value: '+12125550171', reason },
        })
      for (const reason of ['opt-out', 'cease', 'wrong-number']) expect((await stop(reason)).status).toBe(201)
      await inbound({ ...fresh(), Body: 'Start', From: '+12125550171' })
      for (const reason of ['opt-out', 'cease', 'wrong-number'])
        expect((await stop(reason)).body.standing, reason).toBe(true)
    })

    it('act on a stop that says more, and leave what it says to a person', async () => {
      await inbound({ ...fresh(), Body: 'Please stop texting me, I will not answer these. Call my lawyer.' })
      const [task] = await openTasks()
      expect(task.instructions).toContain('an attorney')
      expect(await replies(`?taskId=${task.id}`)).toMatchObject([
        { meaning: 'stop', words: expect.stringContaining('lawyer') },
      ])
      expect(
        (await served.call('GET', '/v1/suppressions?recipientId=P-1&open=true', { key: admin })).body.items,
      ).toContainEqual(expect.objectContaining({ reason: 'opt-out', scope: 'address' }))
    })

    it('stop everything where everything is asked for', async () => {
      await inbound({ ...fresh(), Body: 'Do not contact me again' })
      expect(
        (await served.call('GET', '/v1/suppressions?recipientId=P-1&open=true', { key: admin })).body.items,
      ).toContainEqual(expect.objectContaining({ reason: 'cease', scope: 'all' }))
    })

    it.each([
      ['+5215512345678', '+525512345678', 'MX'],
      ['+551187654321', '+5511987654321', 'BR'],
      ['+541123456789', '+5491123456789', 'AR'],
    ])('from %s stop the number that is stored as %s', async (from, stored, country) => {
      await served.call('PUT', `/v1/recipients/P-${country}`, {
        key: admin,
        body: { creditor: 'northwind', jurisdiction: country, addresses: [{ channel: 'sms', value: stored }] },
      })
      await inbound({ ...fresh(), Body: 'ALTO', From: from })
      const { items } = (
        await served.call('GET', `/v1/suppressions?recipientId=P-${country}&creditor=northwind&open=true`, {
          key: admin,
        })
      ).body
      expect(items).toContainEqual(expect.objectContaining({ reason: 'opt-out' }))
    })

    it('stop a number that nobody has yet, and bind whoever comes with it', async () => {
      await inbound({ ...fresh(), Body: 'stop ❤️', From: '+12125550155' })
      await served.call('PUT', '/v1/recipients/P-late', {
        key: admin,
        body: { creditor: 'northwind', jurisdiction: 'US-NY', addresses: [{ channel: 'sms', value: '+12125550155' }] },
      })
      expect(
        (await served.call('GET', '/v1/suppressions?recipientId=P-late&creditor=northwind&open=true', { key: admin }))
          .body.items,
      ).toMatchObject([{ reason: 'opt-out', scope: 'address' }])
    })

    it.each([
      ['NETFLIX', 'unreadable-sender'],
      ['22000', 'unreadable-sender'],
      ['', 'unreadable-sender'],
      ['whatsapp:+12125550123', 'unreadable-sender'],
      ['+12125550111', 'unknown-number'],
    ])(
      'from %j leave a trace though they concern nobody: a log line, a counter and an entry without their words',
      async (From, problem) => {
        const reference = fresh()
        for (let i = 0; i < 2; i++)
          expect(
            (await inbound({ ...reference, Body: problem === 'unknown-number' ? 'Who is Wilhelmina?' : 'STOP', From }))
              .status,
          ).toBe(200)
        expect(await stops('northwind')).toEqual([])
        expect(await replies('?unresolved=true')).toMatchObject([{ recipientId: null, problem, words: null }])
        const said = served.log.join('')
        expect(said).toContain('reply.unresolved')
        if (From.length > 5) expect(said).not.toContain(From)
        expect((await served.call('GET', '/metrics', { key: admin })).text).toContain(`problem="${problem}"`)
      },
    )
  })
})
