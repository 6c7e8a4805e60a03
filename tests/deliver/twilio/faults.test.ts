import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryRequest, Provider } from '../../../src/deliver/provider.ts'
import { twilioSmsProvider } from '../../../src/deliver/twilio/sms.ts'
import { httpTransport } from '../../../src/deliver/http-transport.ts'
import { twilioSettingsSchema } from '../../../src/model/route.ts'
import type { TwilioFault } from '../../support/fake-twilio/books.ts'
import { startFakeTwilio, type FakeTwilio } from '../../support/fake-twilio/server.ts'

const request: DeliveryRequest = {
  attempt: { reminderId: 'r1', attemptNo: 1 },
  to: '+12125550123',
  from: '+15005550006',
  message: { channel: 'sms', form: 'text', text: 'words', segments: 1 },
  validForSeconds: 600,
  unsubscribeUrl: null,
  deadlineMs: 1_500,
}

describe('a message that Twilio took and then', () => {
  let fake: FakeTwilio
  let provider: Provider
  beforeEach(async () => {
    fake = await startFakeTwilio({ stepMs: 60_000 })
    provider = twilioSmsProvider(
      twilioSettingsSchema.parse({ accountSid: fake.accountSid, authToken: fake.authToken, baseUrl: fake.url }),
      null,
    )
    // A kept connection, as in the run of a worker.
    await provider.send({ ...request, deadlineMs: 60_000 })
  })
  afterEach(async () => {
    await provider.close()
    await fake.close()
  })

  it.each([
    'accept-then-drop',
    'hang',
    'error-500',
    'error-503-html',
    'not-json',
    'redirect',
    'cut-body',
    'slow-drip',
  ] as TwilioFault['kind'][])(
    'went wrong by %s is in doubt, was asked for once, and the next one goes out',
    async (kind) => {
      fake.books.faults.push({ kind })
      // Only what never ends is awaited for so short a time: a busy machine would not get the others out in it.
      const deadlineMs = kind === 'hang' || kind === 'slow-drip' ? request.deadlineMs : 60_000
      expect((await provider.send({ ...request, deadlineMs })).kind).toBe('unknown')
      expect(fake.books.requests).toBe(2)
      expect((await provider.send({ ...request, deadlineMs: 60_000 })).kind).toBe('accepted')
      expect(fake.books.rows).toHaveLength(3)
    },
  )

  it('answered slowly, but within the deadline, is accepted', async () => {
    fake.books.faults.push({ kind: 'slow-drip' })
    expect((await provider.send({ ...request, deadlineMs: 60_000 })).kind).toBe('accepted')
  })
})

describe('a message that finds no free connection in time', () => {
  it('was surely not sent, and does not leave later', async () => {
    const fake = await startFakeTwilio()
    const transport = httpTransport(1_000, 1)
    const ask = (deadlineMs: number) =>
      transport.exchange({
        method: 'POST',
        url: new URL(`${fake.url}/2010-04-01/Accounts/${fake.accountSid}/Messages.json`),
        body: 'To=%2B12125550123&From=%2B15005550006&Body=x',
        deadlineMs,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${fake.accountSid}:${fake.authToken}`).toString('base64')}`,
        },
      })
    fake.books.faults.push({ kind: 'hang-before' })
    const hanging = ask(1_500)
    await expect(ask(100)).rejects.toMatchObject({ begun: false, code: 'DEADLINE' })
    await expect(hanging).rejects.toMatchObject({ begun: true, code: 'DEADLINE' })
    expect((await ask(60_000)).status).toBe(201)
    expect(fake.books.requests).toBe(2)
    await transport.close()
    await fake.close()
  })
})
