import { captureProvider, type Captured } from '../../src/deliver/capture.ts'
import type { DeliveryRequest } from '../../src/deliver/provider.ts'
import { smtpProvider } from '../../src/deliver/smtp/smtp.ts'
import { twilioSmsProvider } from '../../src/deliver/twilio/sms.ts'
import { twilioVoiceProvider } from '../../src/deliver/twilio/voice.ts'
import { smtpSettingsSchema, twilioSettingsSchema } from '../../src/model/route.ts'
import { startFakeSmtp } from '../support/fake-smtp/server.ts'
import type { TwilioFault } from '../support/fake-twilio/books.ts'
import { startFakeTwilio } from '../support/fake-twilio/server.ts'
import { providerContract, type Bench, type Trouble } from './provider-contract.ts'

const attempt = { reminderId: '0199d2c4-0000-7000-8000-000000000001', attemptNo: 1 }
const shared = { attempt, validForSeconds: 600, unsubscribeUrl: null, deadlineMs: 60_000 }

const smsRequest: DeliveryRequest = {
  ...shared,
  to: '+12125550123',
  from: '+15005550006',
  message: { channel: 'sms', form: 'text', text: 'Ana, 25.00 is due.', segments: 1 },
}
const callRequest: DeliveryRequest = {
  ...shared,
  to: '+12125550123',
  from: '+15005550006',
  message: {
    channel: 'phone',
    form: 'text',
    locale: 'en-US',
    opening: 'Is this Ana?',
    body: 'Ana, 25.00 is due.',
    voicemail: 'Please call us back.',
    replies: {
      repeat: 'Again.',
      paid: 'Thanks.',
      promise: 'Noted.',
      person: 'One moment.',
      dispute: 'Noted.',
      'wrong-number': 'Sorry.',
      stop: 'No more calls.',
      goodbye: 'Goodbye.',
    },
  },
}
const mailRequest: DeliveryRequest = {
  ...shared,
  to: 'ana@example.com',
  from: 'Northwind Credit <reminders@northwind.example>',
  unsubscribeUrl: 'https://pay.example/u/token',
  message: {
    channel: 'email',
    form: 'text',
    subject: 'Your account',
    text: 'Ana, 25.00 is due.',
    html: '<p>Ana, 25.00 is due.</p>',
  },
}

async function twilioBench(open: typeof twilioSmsProvider, request: DeliveryRequest): Promise<Bench> {
  const fake = await startFakeTwilio({ stepMs: 60_000 })
  const settings = twilioSettingsSchema.parse({
    accountSid: fake.accountSid,
    authToken: fake.authToken,
    baseUrl: fake.url,
  })
  const provider = open(settings, null)
  const fault =
    (...faults: TwilioFault[]) =>
    () => {
      fake.books.faults.push(...faults)
    }
  return {
    provider,
    request,
    badAddress: { ...request, to: '12125550123' },
    reached: () => fake.books.rows.length,
    asked: () => fake.books.requests,
    references: () => fake.books.rows.map((row) => row.sid),
    next: {
      refused: fault({ kind: 'refuse', status: 400, code: 21211 }),
      optedOut: fault({ kind: 'refuse', status: 400, code: 21610 }),
      throttled: fault({ kind: 'throttle', retryAfterSeconds: 2 }),
      acceptThenDrop: fault({ kind: 'accept-then-drop' }),
      hangAfter: fault({ kind: 'hang' }),
      hangBefore: fault({ kind: 'hang-before' }),
      serverError: fault({ kind: 'error-500' }),
      garbled: fault({ kind: 'not-json' }),
    },
    secrets: [fake.authToken, '2125550123', 'Ana', 'Basic '],
    nobodyThere: () => open({ ...settings, baseUrl: 'http://127.0.0.1:9' }, null),
    wrongCredentials: () => open({ ...settings, authToken: 'not-the-token' }, null),
    async close() {
      await provider.close()
      await fake.close()
    },
  }
}

const http: readonly Trouble[] = [
  'refused',
  'optedOut',
  'throttled',
  'acceptThenDrop',
  'hangAfter',
  'hangBefore',
  'serverError',
  'garbled',
]
providerContract('Twilio SMS', () => twilioBench(twilioSmsProvider, smsRequest), {
  troubles: http,
  refusedClass: 'address',
  hangBefore: 'unknown',
  credentials: true,
})
providerContract('Twilio voice', () => twilioBench(twilioVoiceProvider, callRequest), {
  troubles: http,
  refusedClass: 'address',
  hangBefore: 'unknown',
  credentials: true,
})

providerContract(
  'SMTP',
  async () => {
    const fake = await startFakeSmtp({ user: 'relay-user', password: 'relay-pass' })
    const open = (url: string) => smtpProvider(smtpSettingsSchema.parse({ url }))
    const provider = open(fake.url)
    return {
      provider,
      request: mailRequest,
      badAddress: { ...mailRequest, to: 'ana@example.com\r\nBcc: boss@example.com' },
      reached: () => fake.received.length,
      asked: () => fake.dots,
      references: () => fake.received.map((message) => message.messageId),
      next: {
        refused: () => {
          fake.faults.push({ at: 'rcpt', do: '550 5.1.1 no such user ana@example.com' })
        },
        acceptThenDrop: () => {
          fake.faults.push({ at: 'dot', do: 'close', accepted: true })
        },
        hangAfter: () => {
          fake.faults.push({ at: 'dot', do: 'hang', accepted: true })
        },
        hangBefore: () => {
          fake.faults.push({ at: 'rcpt', do: 'hang' })
        },
        garbled: () => {
          fake.faults.push({ at: 'dot', do: 'perhaps', accepted: true })
        },
      },
      secrets: ['relay-pass', 'relay-user', 'ana@example.com', 'Ana'],
      nobodyThere: () => open('smtp://relay-user:relay-pass@127.0.0.1:9'),
      wrongCredentials: () => open(fake.url.replace('relay-pass', 'wrong')),
      async close() {
        await provider.close()
        await fake.close()
      },
    }
  },
  {
    // After the dot a 4xx or 5xx is a clear refusal; SMTP knows no "our fault, who knows", no throttling and no opt-out.
    troubles: ['refused', 'acceptThenDrop', 'hangAfter', 'hangBefore', 'garbled'],
    refusedClass: 'address',
    hangBefore: 'rejected',
    credentials: true,
  },
)

providerContract(
  'capture',
  async () => {
    const kept: Captured[] = []
    const provider = captureProvider('sms', { seed: 1 }, (captured) => {
      kept.push(captured)
    })
    const failing = (): typeof provider => ({
      ...captureProvider('sms', { seed: 1 }, () => {
        throw new Error('disk full for Ana')
      }),
      check: async () => 'disk full',
    })
    return {
      provider,
      request: smsRequest,
      badAddress: { ...smsRequest, to: '' },
      reached: () => kept.length,
      asked: () => kept.length,
      references: () => kept.map((captured) => captured.reference),
      next: {},
      secrets: ['Ana', '2125550123'],
      nobodyThere: failing,
      close: async () => {},
    }
  },
  { troubles: [], refusedClass: 'address', hangBefore: 'unknown', credentials: false },
)
