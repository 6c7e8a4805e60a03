import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryRequest, Provider } from '../../../src/deliver/provider.ts'
import { isFromTwilio, readCallReceipt, readMessageReceipt } from '../../../src/deliver/twilio/receipts.ts'
import { twilioSmsProvider } from '../../../src/deliver/twilio/sms.ts'
import { readVoiceStep, type VoiceMeaning, voiceTurn } from '../../../src/deliver/twilio/voice-script.ts'
import { twilioVoiceProvider } from '../../../src/deliver/twilio/voice.ts'
import { type DeliveryReport, mergeDelivery, type Receipt } from '../../../src/model/delivery.ts'
import { type TwilioSettings, twilioSettingsSchema } from '../../../src/model/route.ts'
import { type FakeTwilio, startFakeTwilio } from '../../support/fake-twilio/server.ts'
import { script } from '../twilio-voice/script.ts'

/** Our side of the callbacks, without the pipeline: verifies, reads, remembers. */
interface OurSide {
  url: string
  paths: string[]
  receipts: Receipt[]
  meanings: VoiceMeaning[]
  unverified: number
  /** Resolves when a final word has come. */
  settled(): Promise<DeliveryReport>
  server: Server
}

async function startOurSide(authToken: string): Promise<OurSide> {
  let wake = (): void => {}
  const side: OurSide = {
    url: '',
    paths: [],
    receipts: [],
    meanings: [],
    unverified: 0,
    server: createServer(),
    async settled() {
      for (;;) {
        const word = side.receipts.reduce<DeliveryReport | null>(
          (known, receipt) => mergeDelivery(known, receipt.word),
          null,
        )
        if (word?.final === true) return word
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
  side.server.on('request', (request, response) => {
    const chunks: Buffer[] = []
    request
      .on('data', (chunk) => chunks.push(chunk as Buffer))
      .on('end', () => {
        const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
        const path = request.url ?? ''
        side.paths.push(path)
        if (!isFromTwilio(authToken, side.url, path, request.headers['x-twilio-signature'] as string, form)) {
          side.unverified += 1
          return response.writeHead(403).end()
        }
        if (path.startsWith('/hooks/twilio/voice/')) {
          const url = new URL(path, side.url)
          const turn = voiceTurn(script, {
            step: readVoiceStep(url.searchParams.get('step')),
            digits: form['Digits'] ?? null,
            answeredBy: form['AnsweredBy'] ?? null,
            actionUrl: side.url + url.pathname,
          })
          if (turn.meaning !== null) side.meanings.push(turn.meaning)
          return response.writeHead(200, { 'content-type': 'text/xml' }).end(turn.twiml)
        }
        const receipt = path.startsWith('/hooks/twilio/call/') ? readCallReceipt(form) : readMessageReceipt(form)
        if (receipt !== null) side.receipts.push(receipt)
        response.writeHead(204).end()
        wake()
      })
  })
  await new Promise<void>((resolve) => side.server.listen(0, '127.0.0.1', resolve))
  side.url = `http://127.0.0.1:${(side.server.address() as AddressInfo).port}`
  return side
}

const sms: DeliveryRequest = {
  attempt: { reminderId: '0199d2c4-0000-7000-8000-000000000001', attemptNo: 2 },
  to: '+12125550123',
  from: '+15005550006',
  message: { channel: 'sms', form: 'text', text: '25.00 is due.', segments: 1 },
  validForSeconds: 3600.9,
  unsubscribeUrl: null,
  deadlineMs: 60_000,
}
const call: DeliveryRequest = { ...sms, message: script }

describe('Twilio calls back', () => {
  let fake: FakeTwilio
  let side: OurSide
  let settings: TwilioSettings
  const open: Provider[] = []
  const providerOf = (make: typeof twilioSmsProvider): Provider => {
    const provider = make(settings, side.url)
    open.push(provider)
    return provider
  }
  beforeEach(async () => {
    fake = await startFakeTwilio({ stepMs: 2 })
    side = await startOurSide(fake.authToken)
    settings = twilioSettingsSchema.parse({ accountSid: fake.accountSid, authToken: fake.authToken, baseUrl: fake.url })
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((provider) => provider.close()))
    await fake.close()
    side.server.closeAllConnections()
    await new Promise((resolve) => side.server.close(resolve))
  })

  it('about a message, at an address that names the attempt and asks for retries', async () => {
    const outcome = await providerOf(twilioSmsProvider).send(sms)
    expect(await side.settled()).toMatchObject({ state: 'delivered', final: true })
    expect(fake.books.rows[0]?.statusCallback).toBe(
      `${side.url}/hooks/twilio/message/${sms.attempt.reminderId}/2#rc=5&rp=all`,
    )
    expect(side.paths[0]).toBe(`/hooks/twilio/message/${sms.attempt.reminderId}/2`)
    expect(side.receipts.every((receipt) => receipt.reference === (outcome as { reference: string }).reference)).toBe(
      true,
    )
    expect(side.unverified).toBe(0)
  })

  it('twice and in the wrong order, and the end is the same', async () => {
    Object.assign(fake.webhooks, { copies: 2, reversed: true })
    await providerOf(twilioSmsProvider).send(sms)
    expect(await side.settled()).toMatchObject({ state: 'delivered', final: true })
  })

  it('with a failure after it had accepted the message', async () => {
    fake.books.faults.push({ kind: 'report-failure', code: 30005 })
    await providerOf(twilioSmsProvider).send(sms)
    expect(await side.settled()).toEqual({ state: 'failed', final: true, code: '30005', class: 'address' })
  })

  it('and lets a message go stale no later than we said', async () => {
    const provider = providerOf(twilioSmsProvider)
    for (const validForSeconds of [3600.9, 1, 90_000]) await provider.send({ ...sms, validForSeconds })
    expect(fake.books.rows.map((row) => row.validityPeriod)).toEqual([3600, 6, 36_000])
  })

  it('to ask what to say, and the right person hears the body', async () => {
    fake.books.listeners.set(call.to, { answer: 'human', digits: ['1', '2'] })
    await providerOf(twilioVoiceProvider).send(call)
    expect(await side.settled()).toMatchObject({ state: 'conversation' })
    expect(fake.books.rows[0]?.heard).toEqual([script.opening, script.body, script.replies.paid])
    expect(side.meanings).toEqual(['confirmed', 'paid'])
    expect(side.unverified).toBe(0)
  })

  it('to ask what to say to a machine, which hears nothing of the debt', async () => {
    fake.books.listeners.set(call.to, { answer: 'machine_end_beep', digits: [] })
    await providerOf(twilioVoiceProvider).send(call)
    expect(await side.settled()).toMatchObject({ state: 'voicemail' })
    expect(fake.books.rows[0]?.heard).toEqual([script.voicemail])
  })

  it('to ask what to say when detection is unsure, which counts as a talk and tells nothing', async () => {
    fake.books.listeners.set(call.to, { answer: 'unknown', digits: [] })
    await providerOf(twilioVoiceProvider).send(call)
    expect(await side.settled()).toMatchObject({ state: 'conversation' })
    expect(fake.books.rows[0]?.heard).toEqual([script.voicemail])
  })

  it.each(['no-answer', 'busy'] as const)('about a call that ended %s', async (answer) => {
    fake.books.listeners.set(call.to, { answer, digits: [] })
    await providerOf(twilioVoiceProvider).send(call)
    expect(await side.settled()).toMatchObject({ state: 'no-answer', final: true })
    expect(side.receipts.map((receipt) => receipt.providerStatus)).toEqual(['initiated', 'ringing', answer])
    expect(side.receipts.map((receipt) => receipt.sequence)).toEqual([0, 1, 2])
  })
})
