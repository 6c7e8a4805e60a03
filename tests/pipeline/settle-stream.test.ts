import { describe, expect, it } from 'vitest'
import { SettleStream } from '../../src/pipeline/dispatch/settle-stream.ts'
import { type Settlement, settlementOf } from '../../src/pipeline/dispatch/settlement.ts'
import type { Runtime } from '../../src/pipeline/runtime.ts'

const REMINDER = '01900000-0000-7000-8000-000000000001'

const settlement = (attemptNo: number): Settlement =>
  settlementOf(
    { reminderId: REMINDER, attemptNo, reservedAt: 0 },
    'sms',
    { kind: 'accepted', reference: 'SM1' },
    0,
    0,
    0,
  )

/** A ledger that cannot be reached for as long as `away` is true. */
function streamTo(ledger: { away: boolean; tried: number; taken: number }) {
  const complaints: string[] = []
  const written = { rows: [{ reminderId: REMINDER, attemptNo: 1 }] }
  const runtime = {
    config: { webhooks: [] },
    clock: { now: () => 0 },
    log: { error: (_fields: unknown, message: string) => void complaints.push(message) },
    ledger: {
      pool: {
        connect: async () => {
          ledger.tried++
          if (ledger.away) throw new Error('Connection terminated unexpectedly')
          ledger.taken++
          return { query: async () => written, release: () => undefined }
        },
      },
    },
  }
  return { stream: new SettleStream(runtime as unknown as Runtime), complaints }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo())
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
}

describe('results while the ledger does not answer', () => {
  it('are tried again until it does, and complained of once', async () => {
    const ledger = { away: true, tried: 0, taken: 0 }
    const { stream, complaints } = streamTo(ledger)
    stream.add(settlement(1))
    await until(() => ledger.tried > 9)
    ledger.away = false
    await stream.drained()
    expect([ledger.taken, complaints]).toEqual([1, ['results not written yet, retrying: the ledger does not answer']])
  })

  it('are left to the sweep once the stream is aborted', async () => {
    const ledger = { away: true, tried: 0, taken: 0 }
    const { stream } = streamTo(ledger)
    stream.add(settlement(1))
    await until(() => ledger.tried > 5)
    stream.abort()
    ledger.away = false
    await stream.drained()
    const { tried } = ledger
    await new Promise((resolve) => {
      setTimeout(resolve, 300)
    })
    expect([ledger.tried, ledger.taken <= 1]).toEqual([tried, true])
  })
})
