import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryRequest, LookUpRequest, Provider } from '../../../src/deliver/provider.ts'
import { findAttempt, MOST_ROWS, sameText } from '../../../src/deliver/twilio/client.ts'
import { twilioSmsProvider } from '../../../src/deliver/twilio/sms.ts'
import { twilioVoiceProvider } from '../../../src/deliver/twilio/voice.ts'
import { twilioSettingsSchema } from '../../../src/model/route.ts'
import { startFakeTwilio, type FakeTwilio } from '../../support/fake-twilio/server.ts'
import { script } from '../twilio-voice/script.ts'

const attempt = { reminderId: 'r1', attemptNo: 1 }
const text = (words: string) => ({ channel: 'sms' as const, form: 'text' as const, text: words, segments: 1 })
const request: DeliveryRequest = {
  attempt,
  to: '+12125550123',
  from: '+15005550006',
  message: text('25.00 is due.'),
  validForSeconds: 600,
  unsubscribeUrl: null,
  deadlineMs: 60_000,
}

describe('a message in doubt', () => {
  let fake: FakeTwilio
  let sms: Provider
  let voice: Provider
  beforeEach(async () => {
    fake = await startFakeTwilio({ stepMs: 60_000 })
    const settings = twilioSettingsSchema.parse({
      accountSid: fake.accountSid,
      authToken: fake.authToken,
      baseUrl: fake.url,
    })
    sms = twilioSmsProvider(settings, null)
    voice = twilioVoiceProvider(settings, null)
  })
  afterEach(async () => {
    await Promise.all([sms.close(), voice.close()])
    await fake.close()
  })
  const now = Date.now()
  const ask = (more: Partial<LookUpRequest> = {}): LookUpRequest => ({
    attempt,
    to: request.to,
    from: request.from,
    message: request.message,
    notBefore: now - 1000,
    notAfter: now + 60_000,
    ...more,
  })

  it("is found in Twilio's books by its words, though it has no sent date and no sender yet", async () => {
    fake.books.faults.push({ kind: 'accept-then-drop' })
    expect((await sms.send({ ...request, from: 'MG00000000000000000000000000000000' })).kind).toBe('unknown')
    expect(await sms.lookUp(ask({ from: 'MG00000000000000000000000000000000' }))).toEqual({
      kind: 'alike',
      complete: true,
      rows: [
        { reference: fake.books.rows[0]?.sid, word: { state: 'in-flight', final: false, code: null, class: null } },
      ],
    })
  })

  it('is not found when it never got there', async () => {
    fake.books.faults.push({ kind: 'hang-before' })
    expect((await sms.send({ ...request, deadlineMs: 1_500 })).kind).toBe('unknown')
    expect(await sms.lookUp(ask())).toEqual({ kind: 'not-found' })
  })

  it('is not mistaken for other words, another sender or another time', async () => {
    await sms.send(request)
    expect(await sms.lookUp(ask({ message: text('30.00 is due.') }))).toEqual({ kind: 'not-found' })
    expect(await sms.lookUp(ask({ from: '+15005550007' }))).toEqual({ kind: 'not-found' })
    expect(await sms.lookUp(ask({ notBefore: now - 7_200_000, notAfter: now - 3_600_000 }))).toEqual({
      kind: 'not-found',
    })
    expect(await sms.lookUp(ask({ to: '+12125550124' }))).toEqual({ kind: 'not-found' })
  })

  it('is found behind several pages of other messages to the same person', async () => {
    await sms.send(request)
    for (let n = 0; n < 450; n += 1) {
      fake.books.add({
        kind: 'message',
        to: request.to,
        from: request.from,
        messagingServiceSid: null,
        body: `other ${n}`,
        twiml: null,
        url: null,
        statusCallback: null,
        statusCallbackEvents: [],
        validityPeriod: 1,
        status: 'delivered',
        errorCode: null,
        answeredBy: null,
        dateSent: now,
      })
    }
    expect(await sms.lookUp(ask())).toMatchObject({ kind: 'alike', rows: [{ reference: fake.books.rows[0]?.sid }] })
  })

  it('stays in doubt while the books cannot be read', async () => {
    const { port } = new URL(fake.url)
    await fake.close()
    const answer = await sms.lookUp(ask())
    expect(answer.kind).toBe('unavailable')
    expect(JSON.stringify(answer)).not.toContain(port)
  })

  it('of the phone is found by number and time, with what became of the call', async () => {
    fake.books.faults.push({ kind: 'error-500' })
    expect((await voice.send({ ...request, message: script })).kind).toBe('unknown')
    Object.assign(fake.books.rows[0] as object, { status: 'completed', answeredBy: 'machine_end_beep' })
    expect(await voice.lookUp(ask({ message: script }))).toMatchObject({
      kind: 'alike',
      rows: [{ word: { state: 'voicemail', final: true } }],
    })
    expect(await voice.lookUp(ask({ message: script, from: '+15005550007' }))).toEqual({ kind: 'not-found' })
  })
})

describe('reading the books', () => {
  const row = (reference: string, createdAt: number) => ({ reference, createdAt, word: null })

  it('shows all that fit, the earliest first: whose they are the books do not say', () => {
    expect(
      findAttempt(
        [row('SM3', 3000), row('SM1', 1000), row('SM9', 99_000), row('SM2', 2000)],
        { notBefore: 0, notAfter: 5000 },
        4,
      ),
    ).toEqual({
      kind: 'alike',
      rows: ['SM1', 'SM2', 'SM3'].map((reference) => ({ reference, word: null })),
      complete: true,
    })
    expect(findAttempt([row('SM1', 1000)], { notBefore: 0, notAfter: 5000 }, MOST_ROWS)).toMatchObject({
      complete: false,
    })
  })

  it('knows the row of a reference for sure, and takes no other for it', () => {
    const rows = [row('SM1', 1000), row('SM2', 2000)]
    expect(findAttempt(rows, { notBefore: 0, notAfter: 5000, reference: 'SM2' }, 2)).toEqual({
      kind: 'found',
      reference: 'SM2',
      word: null,
    })
    expect(findAttempt(rows, { notBefore: 0, notAfter: 5000, reference: 'SM3' }, 2)).toEqual({ kind: 'not-found' })
  })

  it('never says "not found" of books that it has not read to the end', () => {
    expect(findAttempt([], { notBefore: 0, notAfter: 5000 }, MOST_ROWS).kind).toBe('unavailable')
  })

  it("knows the words again after a trial account's preface and folded spaces", () => {
    expect(sameText('您好,  1,250.00元', 'Sent from your Twilio trial account - 您好, 1,250.00元 ')).toBe(true)
    expect(sameText('25.00 is due', '30.00 is due')).toBe(false)
  })
})
