import { generateKeyPairSync } from 'node:crypto'
import { simpleParser } from 'mailparser'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryRequest, Provider } from '../../../src/deliver/provider.ts'
import { smtpProvider } from '../../../src/deliver/smtp/smtp.ts'
import { smtpSettingsSchema } from '../../../src/model/route.ts'
import { startFakeSmtp, type FakeSmtp, type SmtpFault } from '../../support/fake-smtp/server.ts'

const request: DeliveryRequest = {
  attempt: { reminderId: '0199d2c4-0000-7000-8000-000000000001', attemptNo: 3 },
  to: 'ana@example.com',
  from: 'Northwind Credit <reminders@northwind.example>',
  message: {
    channel: 'email',
    form: 'text',
    subject: '账户提醒',
    text: '本期应还1,250.00元。',
    html: '<p>本期应还1,250.00元。</p>',
  },
  validForSeconds: 3600,
  unsubscribeUrl: 'https://pay.example/u/abc',
  deadlineMs: 60_000,
}

describe('an email through a relay', () => {
  let fake: FakeSmtp
  let provider: Provider
  beforeEach(async () => {
    fake = await startFakeSmtp()
    provider = smtpProvider(smtpSettingsSchema.parse({ url: fake.url }))
  })
  afterEach(async () => {
    await provider.close()
    await fake.close()
  })

  it('arrives with its words, its unsubscription and the name of its attempt, at one recipient', async () => {
    expect(await provider.send(request)).toEqual({
      kind: 'accepted',
      reference: `${request.attempt.reminderId}.3@northwind.example`,
      status: 'relayed',
    })
    const [message] = fake.received
    const mail = await simpleParser(Buffer.from(message?.raw ?? '', 'latin1'))
    expect(mail.subject).toBe('账户提醒')
    expect(mail.text?.trim()).toBe('本期应还1,250.00元。')
    expect(mail.html).toContain('<p>本期应还1,250.00元。</p>')
    expect(mail.messageId).toBe(`<${request.attempt.reminderId}.3@northwind.example>`)
    expect(message).toMatchObject({ to: ['ana@example.com'], from: 'reminders@northwind.example' })
    expect(message?.headers).toMatch(/^List-Unsubscribe: <https:\/\/pay\.example\/u\/abc>\r$/m)
    expect(message?.headers).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m)
    expect(message?.headers).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(/^Feedback-ID: (.*)\r$/m.exec(message?.headers ?? '')?.[1]).not.toMatch(/ana|1250|overdue/i)
  })

  it('is kept back when TLS is required and the relay offers none', async () => {
    const strict = smtpProvider(smtpSettingsSchema.parse({ url: fake.url, requireTls: true }))
    expect(await strict.send(request)).toMatchObject({ kind: 'rejected', class: 'configuration' })
    await strict.close()
    expect([fake.received, fake.dots]).toEqual([[], 0])
  })

  it('has no unsubscription where none applies', async () => {
    await provider.send({ ...request, unsubscribeUrl: null })
    expect(fake.received[0]?.headers).not.toContain('List-Unsubscribe')
  })

  it('is signed over both unsubscription headers when a key is configured', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const signing = smtpProvider(
      smtpSettingsSchema.parse({ url: fake.url, dkim: { domain: 'northwind.example', selector: 's1', privateKey } }),
    )
    expect((await signing.send(request)).kind).toBe('accepted')
    await signing.close()
    const signature =
      /^DKIM-Signature:((?:.*\r\n)(?:[ \t].*\r\n)*)/m
        .exec(`${fake.received[0]?.headers}\r\n`)?.[1]
        ?.replace(/\s/g, '') ?? ''
    expect(signature).toContain('d=northwind.example')
    const signed = /;h=([^;]*);/.exec(signature)?.[1]?.toLowerCase().split(':')
    expect(signed).toEqual(
      expect.arrayContaining(['from', 'to', 'subject', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post']),
    )
  })

  const outcomes: [string, SmtpFault, object][] = [
    ['greeting 421', { at: 'greeting', do: '421 4.3.2 too busy' }, { kind: 'rejected', class: 'retriable' }],
    ['greeting 554', { at: 'greeting', do: '554 5.7.1 not you' }, { kind: 'rejected', class: 'configuration' }],
    ['greeting closed', { at: 'greeting', do: 'close' }, { kind: 'rejected', class: 'retriable' }],
    ['sender 451', { at: 'mail', do: '451 4.3.0 later' }, { kind: 'rejected', class: 'retriable' }],
    ['sender 550', { at: 'mail', do: '550 5.1.8 bad sender' }, { kind: 'rejected', class: 'configuration' }],
    [
      'recipient 550 5.1.1',
      { at: 'rcpt', do: '550 5.1.1 no such user' },
      { kind: 'rejected', class: 'address', code: 'SMTP_550_5.1.1' },
    ],
    ['recipient 550 bare', { at: 'rcpt', do: '550 no' }, { kind: 'rejected', class: 'address' }],
    ['recipient 550 5.7.1', { at: 'rcpt', do: '550 5.7.1 blocked' }, { kind: 'rejected', class: 'configuration' }],
    ['recipient greylisted', { at: 'rcpt', do: '451 4.7.1 greylisted' }, { kind: 'rejected', class: 'retriable' }],
    ['recipient full', { at: 'rcpt', do: '552 5.2.2 mailbox full' }, { kind: 'rejected', class: 'retriable' }],
    ['recipient reset', { at: 'rcpt', do: 'reset' }, { kind: 'rejected', class: 'retriable' }],
    ['data 452', { at: 'data', do: '452 4.3.1 no space' }, { kind: 'rejected', class: 'retriable' }],
    ['data closed', { at: 'data', do: 'close' }, { kind: 'rejected', class: 'retriable' }],
    ['dot 421', { at: 'dot', do: '421 4.3.0 closing' }, { kind: 'rejected', class: 'retriable' }],
    ['dot 451', { at: 'dot', do: '451 4.3.0 later' }, { kind: 'rejected', class: 'retriable' }],
    ['dot 552 full', { at: 'dot', do: '552 5.2.2 mailbox full' }, { kind: 'rejected', class: 'retriable' }],
    ['dot 554 content', { at: 'dot', do: '554 5.6.0 content' }, { kind: 'rejected', class: 'content' }],
    ['dot closed', { at: 'dot', do: 'close', accepted: true }, { kind: 'unknown' }],
    ['dot reset', { at: 'dot', do: 'reset', accepted: true }, { kind: 'unknown' }],
    ['dot garbage', { at: 'dot', do: 'what', accepted: true }, { kind: 'unknown' }],
  ]
  it.each(outcomes)('ends truly after %s', async (_phase, fault, expected) => {
    fake.faults.push(fault)
    const outcome = await provider.send(request)
    expect(outcome).toMatchObject(expected)
    expect(JSON.stringify(outcome)).not.toContain('ana')
    if (outcome.kind === 'rejected') expect(fake.received).toHaveLength(0)
    // The next one is none the worse for it.
    expect((await provider.send({ ...request, attempt: { ...request.attempt, attemptNo: 4 } })).kind).toBe('accepted')
  })

  it.each([
    ['greeting', 'rejected'],
    ['ehlo', 'rejected'],
    ['rcpt', 'rejected'],
    ['data', 'rejected'],
    ['dot', 'unknown'],
  ] as const)('that hangs at the %s until the deadline is %s, and never goes out later', async (at, kind) => {
    fake.faults.push({ at, do: 'hang', accepted: at === 'dot' })
    expect(await provider.send({ ...request, deadlineMs: 1_500 })).toMatchObject({ kind, code: 'DEADLINE' })
    expect((await provider.send({ ...request, attempt: { ...request.attempt, attemptNo: 4 } })).kind).toBe('accepted')
    expect(fake.received.filter((message) => message.messageId.includes('.3@'))).toHaveLength(at === 'dot' ? 1 : 0)
  })

  it('waits for nobody when a relay dropped the idle connection', async () => {
    await provider.send(request)
    fake.faults.push({ at: 'mail', do: 'close' })
    expect(await provider.send(request)).toMatchObject({ kind: 'rejected', class: 'retriable' })
  })

  it('cannot be looked up: SMTP keeps no books', async () => {
    expect(provider.lookUpIsConclusive).toBe(false)
    expect((await provider.lookUp({ ...request, notBefore: 0, notAfter: 1 })).kind).toBe('unavailable')
  })
})
