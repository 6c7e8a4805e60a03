import { describe, expect, it } from 'vitest'
import { readCallReceipt, readMessageReceipt } from '../../../src/deliver/twilio/receipts.ts'

describe('a receipt for a message', () => {
  const read = (status: string, more: Record<string, string> = {}) =>
    readMessageReceipt({ MessageSid: 'SM1', MessageStatus: status, ...more })

  it.each([
    ['queued', 'in-flight', false],
    ['accepted', 'in-flight', false],
    ['sending', 'in-flight', false],
    ['sent', 'sent', false],
    ['delivered', 'delivered', true],
    ['read', 'delivered', true],
    ['undelivered', 'failed', true],
    ['failed', 'failed', true],
    ['canceled', 'not-sent', true],
  ])('%s means %s, final: %s', (status, state, final) => {
    expect(read(status)).toMatchObject({ reference: 'SM1', providerStatus: status, word: { state, final } })
  })

  it.each([
    ['30005', 'failed', 'address'],
    ['30006', 'failed', 'address'],
    ['30003', 'failed', 'retriable'],
    ['30007', 'failed', 'content'],
    ['30008', 'failed', null],
    ['30036', 'not-sent', 'retriable'],
    ['30001', 'not-sent', 'throttled'],
    ['21610', 'failed', 'opted-out'],
    ['39999', 'failed', null],
  ])('failed with %s: %s, and the class is %s', (code, state, cls) => {
    expect(read('failed', { ErrorCode: code })?.word).toEqual({ state, final: true, code, class: cls })
  })

  it('is not made of a form that is none', () => {
    expect(readMessageReceipt({})).toBeNull()
    expect(read('received')).toBeNull()
    expect(read('something-new')).toBeNull()
    expect(readMessageReceipt({ MessageSid: '', MessageStatus: 'sent' })).toBeNull()
    expect(readMessageReceipt({ MessageStatus: 'sent', SmsSid: 'SM2' })).toMatchObject({ reference: 'SM2' })
  })
})

describe('a receipt for a call', () => {
  const read = (status: string, more: Record<string, string> = {}) =>
    readCallReceipt({ CallSid: 'CA1', CallStatus: status, ...more })

  it.each([
    ['completed', 'human', 'conversation'],
    ['completed', 'unknown', 'conversation'],
    ['completed', '', 'conversation'],
    ['completed', 'machine_end_beep', 'voicemail'],
    ['completed', 'machine_start', 'voicemail'],
    ['completed', 'fax', 'voicemail'],
    ['no-answer', '', 'no-answer'],
    ['busy', '', 'no-answer'],
    ['canceled', '', 'no-answer'],
    ['failed', '', 'failed'],
  ])('%s, answered by "%s", counts as %s', (status, answeredBy, state) => {
    expect(read(status, { AnsweredBy: answeredBy })?.word).toMatchObject({ state, final: true })
  })

  it('that still rings is not final, and says where it stands in the order of firing', () => {
    expect(read('ringing', { SequenceNumber: '1' })).toMatchObject({
      sequence: 1,
      word: { state: 'in-flight', final: false },
    })
    expect(read('ringing', { SequenceNumber: 'x' })?.sequence).toBeNull()
  })

  it('keeps what the telephone network said', () => {
    expect(read('failed', { SipResponseCode: '404' })?.word.code).toBe('SIP_404')
    expect(read('failed', { SipResponseCode: '404', ErrorCode: '13225' })?.word).toMatchObject({
      code: '13225',
      class: 'address',
    })
    expect(read('completed', { SipResponseCode: '200' })?.word.code).toBeNull()
  })

  it('takes the first of a repeated field and nothing from the prototype', () => {
    expect(readCallReceipt({ CallSid: ['CA1', 'CA2'], CallStatus: 'busy' })?.reference).toBe('CA1')
    expect(readCallReceipt(Object.create({ CallSid: 'CA1', CallStatus: 'busy' }))).toBeNull()
  })
})
