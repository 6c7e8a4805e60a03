import { describe, expect, it } from 'vitest'
import { TransportFault } from '../../../src/deliver/http-transport.ts'
import { classifyFailure, TWILIO_CODES, TwilioRefusal, UnclearReply } from '../../../src/deliver/twilio/error-codes.ts'

const refused = (status: number, code: string | null, retryAfter: number | null = null) =>
  classifyFailure(new TwilioRefusal(status, code, retryAfter))

describe('what became of a request to Twilio', () => {
  it.each([
    [400, '21211', 'address'],
    [400, '21614', 'address'],
    [400, '21610', 'opted-out'],
    [400, '21408', 'configuration'],
    [400, '21617', 'content'],
    [400, '21611', 'throttled'],
    [401, '20003', 'configuration'],
    [403, null, 'configuration'],
    [404, null, 'configuration'],
    [404, '20404', 'configuration'],
    [429, '20429', 'throttled'],
    [429, null, 'throttled'],
  ])('HTTP %i with code %s was surely not sent: %s', (status, code, cls) => {
    expect(refused(status, code)).toMatchObject({ kind: 'rejected', class: cls })
  })

  it.each([
    [500, '20500'],
    [500, null],
    [502, null],
    [503, '20503'],
    [504, null],
    [302, null],
    [500, '21211'],
  ])('HTTP %i with code %s may have been sent', (status, code) => {
    expect(refused(status, code).kind).toBe('unknown')
  })

  it('a code that Twilio has added since is in doubt, never permanent', () => {
    expect(refused(400, '29999')).toMatchObject({ kind: 'unknown', code: '29999' })
  })

  it('keeps the wait that Twilio asks for, and only then', () => {
    expect(refused(429, '20429', 2000)).toMatchObject({ retryAfterMs: 2000 })
    expect(refused(429, '20429')).not.toHaveProperty('retryAfterMs')
  })

  it('only a connection that never stood proves that nothing was sent', () => {
    for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED']) {
      expect(classifyFailure(new TransportFault(false, code))).toMatchObject({
        kind: 'rejected',
        class: 'retriable',
        code,
      })
    }
    for (const code of ['ECONNRESET', 'UND_ERR_SOCKET', 'DEADLINE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']) {
      expect(classifyFailure(new TransportFault(true, code))).toMatchObject({ kind: 'unknown', code })
    }
  })

  it('an answer that cannot be read may be an acceptance', () => {
    expect(classifyFailure(new UnclearReply('odd')).kind).toBe('unknown')
    expect(classifyFailure(new TypeError('the SDK stumbled over +12125550123'))).toEqual({
      kind: 'unknown',
      code: 'SDK',
      detail: 'the answer could not be read',
    })
  })

  it('no code in the table is called permanent: Twilio says that they change', () => {
    expect([...TWILIO_CODES].filter(([, entry]) => entry.class === 'permanent')).toEqual([])
    expect([...TWILIO_CODES].every(([code, entry]) => /^\d{5}$/.test(code) && entry.meaning !== '')).toBe(true)
  })
})
