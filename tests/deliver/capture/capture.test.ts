import { describe, expect, it } from 'vitest'
import { type Captured, captureProvider, planReceipts } from '../../../src/deliver/capture.ts'
import type { DeliveryRequest } from '../../../src/deliver/provider.ts'
import type { Channel } from '../../../src/model/vocabulary.ts'

const request: DeliveryRequest = {
  attempt: { reminderId: 'r1', attemptNo: 1 },
  to: '+12125550123',
  from: 'capture',
  message: { channel: 'sms', form: 'text', text: 'words', segments: 1 },
  validForSeconds: 60,
  unsubscribeUrl: null,
  deadlineMs: 1000,
}

describe('capture', () => {
  it('keeps exactly what would have gone out, and reaches nobody', async () => {
    const kept: Captured[] = []
    const provider = captureProvider('sms', { seed: 1 }, (captured) => {
      kept.push(captured)
    })
    expect(provider.harmless).toBe(true)
    expect(await provider.send(request)).toEqual({ kind: 'accepted', reference: 'capture-r1.1', status: 'captured' })
    expect(kept).toEqual([
      { request, channel: 'sms', reference: 'capture-r1.1', receipts: planReceipts('sms', request.attempt, 1) },
    ])
  })

  it('does not claim to have sent what it could not keep', async () => {
    const provider = captureProvider('sms', { seed: 1 }, () => Promise.reject(new Error('disk full: words')))
    expect(await provider.send(request)).toEqual({
      kind: 'rejected',
      class: 'retriable',
      code: 'not_kept',
      detail: 'the capture store did not take the message',
    })
    expect((await provider.lookUp({ ...request, notBefore: 0, notAfter: 0 })).kind).toBe('unavailable')
  })

  it('invents the same receipts for the same attempt and seed, each of them final', () => {
    for (const channel of ['phone', 'sms', 'email'] as Channel[]) {
      const [receipt, ...more] = planReceipts(channel, { reminderId: 'r1', attemptNo: 1 }, 7)
      expect(more).toEqual([])
      expect(receipt).toEqual(planReceipts(channel, { reminderId: 'r1', attemptNo: 1 }, 7)[0])
      expect(receipt?.word.final).toBe(true)
      expect(receipt?.afterMs).toBeGreaterThan(0)
    }
  })

  it('invents a mixed world: calls that are answered, that meet a machine, that nobody takes', () => {
    const states = Array.from(
      { length: 400 },
      (_, n) => planReceipts('phone', { reminderId: `r${n}`, attemptNo: 1 }, 1)[0]?.word.state,
    )
    for (const [state, least] of [
      ['no-answer', 100],
      ['voicemail', 50],
      ['conversation', 100],
    ] as const) {
      expect(states.filter((one) => one === state).length).toBeGreaterThan(least)
    }
  })
})
