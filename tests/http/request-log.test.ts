import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { requestLogger } from '../../src/http/server.ts'

function logged(write: (log: ReturnType<typeof requestLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = []
  write(requestLogger(pino({}, { write: (line: string) => void lines.push(line) })))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the log of requests', () => {
  it('gives each line of the framework an event, whatever its form, and keeps those that have one', () => {
    const lines = logged((log) => {
      log.info('Server listening at http://127.0.0.1:8080')
      log.child({ requestId: 'r-1' }).warn({ err: new Error('with an address in it') }, 'Promise may not be fulfilled')
      log.child({ requestId: 'r-2' }).info({ event: 'http.request' }, 'request')
    })
    expect(lines.map(({ event, msg, requestId }) => [event, msg, requestId])).toEqual([
      ['http.reported', 'Server listening at http://127.0.0.1:8080', undefined],
      ['http.reported', 'Promise may not be fulfilled', 'r-1'],
      ['http.request', 'request', 'r-2'],
    ])
  })

  it('writes of a request and an error no more than method, id, name and code', () => {
    const [line] = logged((log) =>
      log.error(
        { req: { id: 'r-1', method: 'GET', url: '/v1/x?number=+12125550123' }, err: new Error('+12125550123') },
        'failed',
      ),
    )
    expect(line).toMatchObject({ req: { id: 'r-1', method: 'GET' }, err: { type: 'Error' } })
    expect(JSON.stringify(line)).not.toContain('12125550123')
  })
})
