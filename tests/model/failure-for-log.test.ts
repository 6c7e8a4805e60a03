import { describe, expect, it } from 'vitest'
import { failureForLog } from '../../src/model/log-events.ts'

describe('what the log carries of a failure', () => {
  const quoted = 'invalid input for "Ann Example"\n    at ann@example.org, +442079460000'

  it('is its class, its code and where it was thrown, without its message', () => {
    const { at, ...rest } = failureForLog(Object.assign(new TypeError(quoted), { code: '22P05' }))
    expect(rest).toEqual({ error: 'TypeError', code: '22P05' })
    expect(at?.[0]).toContain('failure-for-log.test.ts')
    expect(JSON.stringify(at)).not.toMatch(/ann|4420/i)
  })

  it('is the state of the database where that made it fail, also when the driver gives no code', () => {
    expect(failureForLog(new Error('Connection terminated unexpectedly'))).toEqual({
      error: 'Error',
      failure: 'unreachable',
    })
  })

  it('is the type alone of what is not an Error', () => {
    expect(failureForLog('Ann Example')).toEqual({ error: 'string' })
  })
})
