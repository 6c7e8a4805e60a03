import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/record/embedded/engine.ts'
import { type Connection, listeningIn, Session } from '../../src/record/embedded/session.ts'
import { readAnswer, RequestReader, simpleQuery, sqlOf } from '../../src/record/embedded/wire.ts'

const ready = (state: 'I' | 'T' | 'E'): Buffer => Buffer.from([0x5a, 0, 0, 0, 5, state.charCodeAt(0)])
const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])

/** An engine that only knows BEGIN and ROLLBACK, and what it was asked. */
function scripted(): Engine & { asked: string[] } {
  let open = false
  const asked: string[] = []
  return {
    asked,
    ask: async (bytes) => {
      const sql = sqlOf(Buffer.from(bytes))
      asked.push(sql)
      if (sql === 'BEGIN') open = true
      if (sql === 'ROLLBACK') open = false
      return ready(open ? 'T' : 'I')
    },
    onLost: () => undefined,
    close: async () => undefined,
  }
}

/** A connection that remembers what it was told, and leaves when it is hung up on. */
function connect(session: Session): Connection & { said: string[]; ended: Promise<void> } {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => (end = resolve))
  const said: string[] = []
  const connection = {
    said,
    ended,
    deliver: (bytes: Buffer) => void said.push(bytes.toString('latin1')),
    terminate: (last?: Buffer) => {
      if (last !== undefined) said.push(last.toString('latin1'))
      session.leave(connection)
      end()
    },
  }
  session.join(connection)
  return connection
}

describe('sharing one session', () => {
  it('ends a transaction that says nothing for too long, and lets the next one in', async () => {
    const engine = scripted()
    const session = new Session(engine, 20)
    const [idle, next] = [connect(session), connect(session)]
    session.send(idle, simpleQuery('BEGIN'))
    session.send(next, simpleQuery('SELECT 1'))
    await idle.ended
    await new Promise(setImmediate)
    expect(idle.said.at(-1)).toContain('25P03')
    expect(engine.asked).toEqual(['BEGIN', 'ROLLBACK', 'SELECT 1'])
  })

  it('forgets what a connection had asked when it leaves', async () => {
    const engine = scripted()
    const session = new Session(engine, 1_000)
    const [owner, leaver] = [connect(session), connect(session)]
    session.send(owner, simpleQuery('BEGIN'))
    session.send(leaver, simpleQuery('DELETE'))
    session.leave(leaver)
    session.send(owner, simpleQuery('ROLLBACK'))
    await new Promise(setImmediate)
    expect(engine.asked).toEqual(['BEGIN', 'ROLLBACK'])
  })
})

describe('reading requests', () => {
  it('finds the same requests however the bytes are cut', () => {
    const bytes = Buffer.concat([startup, simpleQuery('SELECT 1'), simpleQuery('催收'), simpleQuery('')])
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }), (cuts) => {
        const reader = new RequestReader()
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const requests = edges.slice(1).flatMap((end, i) => reader.read(bytes.subarray(edges[i], end)).requests)
        expect(requests.map(sqlOf)).toEqual(['SELECT 1', '催收', ''])
      }),
    )
  })

  it('takes notifications out of an answer and keeps the rest in order', () => {
    const notification = Buffer.concat([
      Buffer.from([0x41, 0, 0, 0, 15]),
      Buffer.from([0, 0, 0, 1]),
      Buffer.from('jobs\0x\0'),
    ])
    const answer = readAnswer(Buffer.concat([notification, ready('E')]))
    expect(answer.notifications).toEqual([{ channel: 'jobs', message: notification }])
    expect(answer.reply).toEqual(ready('E'))
    expect(answer.state).toBe('failed')
  })
})

describe('LISTEN in SQL', () => {
  it.each([
    ['LISTEN jobs', [{ channel: 'jobs', on: true }]],
    ['-- why\n/* of */ listen "Jobs";', [{ channel: 'Jobs', on: true }]],
    [
      'BEGIN; LISTEN a; UNLISTEN b',
      [
        { channel: 'a', on: true },
        { channel: 'b', on: false },
      ],
    ],
    ['UNLISTEN *', [{ channel: '*', on: false }]],
    ['-- LISTEN jobs\nSELECT 1', []],
    ["SELECT 'listen up'", []],
  ])('%j', (text, changes) => {
    expect(listeningIn(text)).toEqual(changes)
  })
})
