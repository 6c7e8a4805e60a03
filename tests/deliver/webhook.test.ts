import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWebhook, type WebhookEndpoint } from '../../src/deliver/webhook.ts'
import { openReceiver, type Manner, type Receiver } from '../support/webhook-receiver.ts'

const MESSAGE = {
  id: 'r-1_7_0',
  body: '{"type":"reminder.sent","timestamp":"2026-11-23T03:00:00.000Z","data":{"name":"für 张"}}',
}

describe('an endpoint that is told', () => {
  let receiver: Receiver
  let endpoint: WebhookEndpoint
  beforeEach(async () => {
    receiver = await openReceiver('servicing')
    endpoint = openWebhook(receiver.webhook, 60_000)
  })
  afterEach(async () => {
    await endpoint.close()
    await receiver.close()
  })

  it('gets the message signed as Standard Webhooks has it, so that it can prove who spoke', async () => {
    expect(await endpoint.tell(MESSAGE)).toEqual({ kind: 'taken' })
    const [heard] = receiver.heard
    const timestamp = String(heard?.headers['webhook-timestamp'])
    const key = Buffer.from(receiver.webhook.secret.slice('whsec_'.length), 'base64')
    expect(heard?.headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(`${MESSAGE.id}.${timestamp}.${MESSAGE.body}`).digest('base64')}`,
    )
    expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(60_000)
    expect(heard).toMatchObject({ id: MESSAGE.id, raw: MESSAGE.body, headers: { 'content-type': 'application/json' } })
  })

  it('hears the same id at every try, so that it can drop what it has', async () => {
    await endpoint.tell(MESSAGE)
    await endpoint.tell(MESSAGE)
    expect(receiver.heard.map((heard) => heard.id)).toEqual([MESSAGE.id, MESSAGE.id])
  })

  it.each<[string, Manner, unknown]>([
    ['200 is taken', 200, { kind: 'taken' }],
    ['299 is taken', 299, { kind: 'taken' }],
    ['a redirect is not followed', 302, { kind: 'failed', code: 'http_302' }],
    ['400 is a failure to be tried again', 400, { kind: 'failed', code: 'http_400' }],
    ['410 asks for silence', 410, { kind: 'gone' }],
    ['429 is a failure', 429, { kind: 'failed', code: 'http_429' }],
    ['503 is a failure', 503, { kind: 'failed', code: 'http_503' }],
    [
      '429 may say how long to stay away',
      { status: 429, retryAfter: '120' },
      { kind: 'failed', code: 'http_429', retryAfterMs: 120_000 },
    ],
    [
      'so may 503, with a date',
      { status: 503, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      { kind: 'failed', code: 'http_503', retryAfterMs: 0 },
    ],
    [
      'what cannot be read is no request to stay away',
      { status: 503, retryAfter: 'later' },
      { kind: 'failed', code: 'http_503' },
    ],
    [
      'with another status it does not say when to ask again',
      { status: 500, retryAfter: '120' },
      { kind: 'failed', code: 'http_500' },
    ],
    ['a death with the request in hand is a failure', 'die', { kind: 'failed', code: 'UND_ERR_SOCKET' }],
  ])('%s', async (_what, manner, answer) => {
    receiver.manner = manner
    expect(await endpoint.tell(MESSAGE)).toEqual(answer)
    expect(receiver.heard).toHaveLength(1)
  })

  it('no answer within the deadline is a failure', async () => {
    receiver.manner = 'hang'
    const impatient = openWebhook(receiver.webhook, 1_500)
    expect(await impatient.tell(MESSAGE)).toEqual({ kind: 'failed', code: 'DEADLINE' })
    expect(receiver.heard).toHaveLength(1)
    await impatient.close()
  })

  it('that is not there is a failure whose code names no address', async () => {
    await receiver.close()
    expect(await endpoint.tell(MESSAGE)).toEqual({ kind: 'failed', code: 'ECONNREFUSED' })
  })
})
