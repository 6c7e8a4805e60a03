import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { openLedger } from '../../src/record/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { freshDataDir } from '../support/fresh-embedded.ts'
import { finish, startCli, startWorker, type Ran } from './run-cli.ts'
import { masterKey, masterKeyBytes } from '../support/master-key.ts'

const running: ChildProcess[] = []
const directories: string[] = []

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

async function dataDir(): Promise<string> {
  const directory = await freshDataDir()
  directories.push(directory)
  return directory
}

interface Daemon {
  child: ChildProcess
  ended: Promise<Ran>
  /** Resolves with the match once it has said so; rejects when it ends before. */
  said(pattern: RegExp): Promise<string>
}

function watch(child: ChildProcess): Daemon {
  running.push(child)
  let heard = ''
  const waiting: (() => void)[] = []
  child.stderr?.on('data', (chunk: Buffer) => {
    heard += chunk.toString()
    for (const check of waiting) check()
  })
  const ended = finish(child)
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = pattern.exec(heard)
        if (found !== null) resolve(found[1] ?? found[0])
      }
      waiting.push(check)
      check()
      void ended.then(({ code }) => reject(new Error(`ended with ${code}: ${heard}`)))
    })
  return { child, ended, said }
}

const up = (directory: string, ...flags: string[]): Daemon =>
  watch(startCli(['up', ...flags], { PORT: '0', DECORUM_DATA_DIR: directory }))

describe('decorum up', () => {
  it('says where it listens and shows the first key once, answers, and drains on SIGTERM with exit code 0', async () => {
    const directory = await dataDir()
    const first = up(directory)
    const address = await first.said(/decorum: listening on (http:\/\/\S+),/)
    expect(await first.said(/first admin key, shown once: (\S+)/)).toMatch(/^dk_live_/)
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)

    const second = up(directory)
    await second.said(/listening on/)
    second.child.kill('SIGINT')
    const { code, stderr } = await second.ended
    expect(code).toBe(0)
    expect(stderr).not.toContain('shown once')
  })

  it('--paused sends nothing until told: it says which command goes on, /readyz warns, and starting so again adds no second pause', async () => {
    const directory = await dataDir()
    const first = up(directory, '--paused')
    const id = await first.said(
      /decorum: starts paused; nothing is sent until you run\n {2}curl -X POST \S+\/v1\/switches\/([0-9a-f-]{36}):lift /,
    )
    const address = await first.said(/decorum: listening on (http:\/\/\S+),/)
    const headers = {
      authorization: `Bearer ${await first.said(/first admin key, shown once: (\S+)/)}`,
      'content-type': 'application/json',
    }
    const ready = await fetch(`${address}/readyz`, { headers })
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      {
        ready: true,
        parts: expect.arrayContaining([
          expect.objectContaining({
            part: 'switches',
            ok: true,
            warning: expect.stringMatching(new RegExp(`everything is paused .*${id}:lift`)),
          }),
        ]),
      },
    ])
    first.child.kill('SIGTERM')
    await first.ended

    const second = up(directory, '--paused')
    expect(await second.said(/everything was paused before; .*\n.*switches\/([0-9a-f-]{36}):lift/)).toBe(id)
    const again = await second.said(/decorum: listening on (http:\/\/\S+),/)
    const { items } = (await (await fetch(`${again}/v1/switches?active=true`, { headers })).json()) as {
      items: object[]
    }
    expect(items).toMatchObject([{ id, scope: {}, state: 'paused', reason: 'started paused' }])
    expect(
      (await fetch(`${again}/v1/switches/${id}:lift`, { method: 'POST', headers, body: '{"reason":"all is well"}' }))
        .status,
    ).toBe(200)
    await eventually(async () =>
      expect(JSON.stringify(await (await fetch(`${again}/readyz`, { headers })).json())).not.toContain(
        'everything is paused',
      ),
    )
    second.child.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
  })

  it('refuses a data directory that another process has, with exit code 69 and what to do', async () => {
    const directory = await dataDir()
    const first = up(directory)
    await first.said(/listening on/)
    const { code, stderr } = await up(directory).ended
    expect(code).toBe(69)
    expect(stderr).toContain('Stop that process, or set DATABASE_URL')
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
  })
})

describe('a daemon older than its ledger', () => {
  it('refuses with exit code 57, so that nobody restarts it', async () => {
    const directory = await dataDir()
    const ledger = await openLedger({ dataDir: directory })
    await sql`INSERT INTO decorum.migration (number, name, breaking) VALUES (9999, '9999-tomorrow', true)`.execute(
      ledger.db,
    )
    await ledger.close()
    const { code, stderr } = await watch(startWorker('sweeper', [], { DECORUM_DATA_DIR: directory })).ended
    expect(code).toBe(57)
    expect(stderr).toContain('run a build at least as new')
  })
})

describe('a daemon with other keys than its ledger', () => {
  it('refuses with exit code 78 and names the key', async () => {
    const directory = await dataDir()
    const start = (keys: string) =>
      watch(startWorker('sweeper', [], { DECORUM_DATA_DIR: directory, DECORUM_KEYS: keys }))
    const first = start(masterKey('k1'))
    await first.said(/daemons.started/)
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    for (const [keys, message] of [
      [masterKey('k2'), 'DECORUM_KEYS has no key k1'],
      [masterKey('k1', 'another'), 'key k1 of DECORUM_KEYS has other bytes'],
      [`${masterKey('k1')},${masterKey('k2')}`, 'key k2 of DECORUM_KEYS is newer than k1 and stands behind it'],
    ] as const) {
      const { code, stderr } = await start(keys).ended
      expect([code, stderr]).toEqual([78, expect.stringContaining(message)])
    }
  })
})

describe('a daemon whose ledger does not answer', () => {
  it('says which and what to do, is alive but not ready, tries again, and ends on a signal', async () => {
    const daemon = watch(
      startWorker('planner', ['--health-port', '0'], {
        DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none',
        DECORUM_KEYS: masterKeyBytes('k1').toString('hex'),
      }),
    )
    const port = await daemon.said(/health on port (\d+)/)
    await daemon.said(/the ledger does not answer/)
    await daemon.said(/trying again in 2 s/)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { ready: false, parts: [{ part: 'start', ok: false }] },
    ])
    daemon.child.kill('SIGTERM')
    const { code, stderr } = await daemon.ended
    expect(code).toBe(0)
    expect(stderr).toContain('Is PostgreSQL up, and does DATABASE_URL name it?')
    expect(stderr).not.toContain('secret')
  })
})
