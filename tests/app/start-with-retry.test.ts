import { afterEach, describe, expect, it, vi } from 'vitest'
import { startWithRetry } from '../../src/app/run-daemon.ts'
import { DecorumError } from '../../src/model/errors.ts'

const NEVER = new Promise<void>(() => {})
const AT_ONCE = 0

/** As pg says it when PostgreSQL shuts down under a connection. */
const ledgerWentAway = (): Error =>
  Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })

function opening() {
  const aborted: number[] = []
  let opened = 0
  return {
    aborted,
    open: async () => {
      const no = ++opened
      return { no, abort: async () => void aborted.push(no) }
    },
  }
}

describe('a process that starts while a server goes away', () => {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text))
    return true
  })
  afterEach(() => void said.splice(0))

  it('lets go of what it had opened, says so, and begins anew', async () => {
    const { open, aborted } = opening()
    const begun = await startWithRetry(
      open,
      async ({ no }) => {
        if (no === 1) throw ledgerWentAway()
        return `started ${no}`
      },
      NEVER,
      AT_ONCE,
    )
    expect([begun?.started, aborted]).toEqual(['started 2', [1]])
    expect(said.join('')).toMatch(/the ledger does not answer[^]*trying again in 0 s/)
  })

  it('does so when a server that it opens does not answer, too', async () => {
    let tries = 0
    const begun = await startWithRetry(
      async () => {
        if (++tries < 3) throw new DecorumError('DECORUM_QUEUE_UNAVAILABLE', 'the queue does not answer')
        return { abort: async () => {} }
      },
      async () => 'started',
      NEVER,
      AT_ONCE,
    )
    expect([begun?.started, tries]).toEqual(['started', 3])
  })

  it('gives up at once when waiting cures nothing', async () => {
    const { open, aborted } = opening()
    const start = vi.fn<() => Promise<never>>(async () => {
      throw new DecorumError('DECORUM_CONFIG', 'port 8080 cannot be listened on')
    })
    await expect(startWithRetry(open, start, NEVER, AT_ONCE)).rejects.toThrow('port 8080')
    expect([start.mock.calls.length, aborted]).toEqual([1, [1]])
  })

  it('ends when the signal comes while it waits', async () => {
    const { open } = opening()
    expect(
      await startWithRetry(
        open,
        async () => {
          throw ledgerWentAway()
        },
        Promise.resolve(),
        60_000,
      ),
    ).toBeNull()
  })
})
