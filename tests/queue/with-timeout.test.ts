import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withTimeout } from '../../src/queue/outage.ts'

const later = (ms: number, error?: Error): Promise<string> =>
  new Promise((resolve, reject) => {
    setTimeout(() => (error === undefined ? resolve('came') : reject(error)), ms)
  })
const message = (error: unknown): string => (error as Error).message

describe('work with a timeout', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))

  it('gives what came in time', async () => {
    expect(await withTimeout(5_000, Promise.resolve('came'), message)).toBe('came')
  })

  it('gives the other answer when it fails, and hears why', async () => {
    expect(await withTimeout(5_000, Promise.reject(new Error('refused')), message)).toBe('refused')
  })

  it('gives the other answer when nothing came, in the words of an outage', async () => {
    expect(await withTimeout(5, later(30), message)).toBe('no answer within 5 ms')
  })

  it('drops what fails too late: nobody is told of it', async () => {
    expect(await withTimeout(5, later(30, new Error('too late')), message)).toBe('no answer within 5 ms')
    await later(60)
    expect(unhandled).toEqual([])
  })

  it('throws what the other answer throws', async () => {
    await expect(
      withTimeout(5_000, Promise.reject(new Error('refused')), (error) => {
        throw error as Error
      }),
    ).rejects.toThrow('refused')
  })
})
