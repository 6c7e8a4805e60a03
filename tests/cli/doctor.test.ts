import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

interface Part {
  part: string
  ok: boolean
  problem: string | null
  finding: string
}

let directory = ''
/** A port at which nobody listens. */
let nobody = 0
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'decorum-doctor-'))
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  nobody = (server.address() as AddressInfo).port
  server.close()
  await once(server, 'close')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function doctor(env: Record<string, string>): Promise<{ code: number | null; part: (name: string) => Part }> {
  const { code, stdout } = await runCli(['doctor', '--json'], { env })
  const { parts } = JSON.parse(stdout) as { parts: Part[] }
  return {
    code,
    part: (name) => {
      const found = parts.find((candidate) => candidate.part === name)
      if (found === undefined) throw new Error(`doctor says nothing of ${name}: ${parts.map((p) => p.part).join(', ')}`)
      return found
    },
  }
}

describe('decorum doctor', () => {
  it('finds all well before the first start, and makes nothing', async () => {
    const dataDir = join(directory, 'none')
    const { code, part } = await doctor({ DECORUM_DATA_DIR: dataDir })
    expect([code, part('ledger').ok, part('queue').ok, part('time zone data').ok]).toEqual([0, true, true, true])
    expect(part('ledger').finding).toContain('made at the first start')
    expect(existsSync(dataDir)).toBe(false)
  })

  it('a PostgreSQL that does not answer is no ledger, and no queue either', async () => {
    const { code, part } = await doctor({ DATABASE_URL: `postgres://decorum:secret@127.0.0.1:${nobody}/decorum` })
    expect(code).toBe(1)
    expect(part('ledger')).toMatchObject({ ok: false, problem: expect.stringContaining('does not answer') as string })
    expect(part('queue')).toMatchObject({ ok: false, problem: expect.stringContaining('does not answer') as string })
    expect(JSON.stringify([part('ledger'), part('queue')])).not.toContain('secret')
  })

  it('a Redis that does not answer is no queue, whatever becomes of the ledger', async () => {
    const { code, part } = await doctor({
      DECORUM_DATA_DIR: join(directory, 'none'),
      REDIS_URL: `redis://:secret@127.0.0.1:${nobody}`,
    })
    expect(code).toBe(1)
    expect(part('ledger').ok).toBe(true)
    expect(part('queue')).toMatchObject({ ok: false, problem: expect.stringContaining('does not answer') as string })
    expect(JSON.stringify(part('queue'))).not.toContain('secret')
  })
})
