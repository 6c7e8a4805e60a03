import { describe, expect, it } from 'vitest'
import { drainOrAbort } from '../../src/app/run-daemon.ts'

function signals() {
  let [onFirst, onSecond] = [(): void => {}, (): void => {}]
  const first = new Promise<void>((resolve) => {
    onFirst = resolve
  })
  const second = new Promise<void>((resolve) => {
    onSecond = resolve
  })
  return { first, second, onFirst: () => onFirst(), onSecond: () => onSecond() }
}

describe('a daemon that is told to stop', () => {
  it('drains on the first signal and ends well', async () => {
    const s = signals()
    const done: string[] = []
    const code = drainOrAbort(
      s,
      async () => void done.push('drained'),
      async () => void done.push('aborted'),
    )
    s.onFirst()
    expect([await code, done]).toEqual([0, ['drained']])
  })

  it('aborts on the second when draining takes too long, and says so by its exit code', async () => {
    const s = signals()
    const done: string[] = []
    const code = drainOrAbort(
      s,
      () => new Promise(() => {}),
      async () => void done.push('aborted'),
    )
    s.onFirst()
    s.onSecond()
    expect([await code, done]).toEqual([130, ['aborted']])
  })

  it('reports a drain that fails', async () => {
    const s = signals()
    s.onFirst()
    await expect(
      drainOrAbort(
        s,
        () => Promise.reject(new Error('the ledger went away')),
        async () => {},
      ),
    ).rejects.toThrow('the ledger went away')
  })
})
