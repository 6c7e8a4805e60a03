import type { ChildProcess } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freshDataDir } from '../support/fresh-embedded.ts'
import { testRoot } from '../support/processes.ts'
import { finish, startCli } from './run-cli.ts'

const FILE = 'config/policies/open-always.yaml'
/** Noon in London. */
const CASE = {
  now: '2026-11-23T12:00:00Z',
  reminder: { channel: 'sms' },
  recipient: { id: 'r', jurisdiction: 'GB', timeZone: 'Europe/London' },
  account: { id: 'a', role: 'original-creditor' },
}

interface Ready {
  ready: boolean
  parts: { part: string; problem: string | null }[]
}

let root: ReturnType<typeof testRoot>
let dataDir: string
let child: ChildProcess | null = null
beforeEach(async () => {
  root = testRoot()
  dataDir = await freshDataDir()
})
afterEach(() => {
  child?.kill('SIGKILL')
  root.remove()
  rmSync(dataDir, { recursive: true, force: true })
})

const edit = (change: (text: string) => string): void => {
  const file = join(root.root, FILE)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}
const up = (): ChildProcess =>
  (child = startCli(['up'], { PORT: '0', DECORUM_DATA_DIR: dataDir, DECORUM_ROOT: root.root }))

/** Its address and its first key, once it says them. */
function listening(process: ChildProcess): Promise<{ address: string; key: string }> {
  let heard = ''
  return new Promise((resolve, reject) => {
    process.stderr?.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      const [, address] = /listening on (http:\/\/\S+),/.exec(heard) ?? []
      const [, key] = /shown once: (\S+)/.exec(heard) ?? []
      if (address !== undefined && key !== undefined) resolve({ address, key })
    })
    process.once('exit', () => reject(new Error(heard)))
  })
}

describe('a policy pack that is edited beside a running process', () => {
  it('keeps the version before it in force while it is wrong, /readyz says where and what to do, and once it is right it decides', async () => {
    const { address, key } = await listening(up())
    const decide = async () => {
      const answer = await fetch(`${address}/v1/decide`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(CASE),
      })
      const { verdict, packs } = (await answer.json()) as { verdict: string; packs: { id: string; version: string }[] }
      return [verdict, packs[0]?.version]
    }
    const policies = async () =>
      (
        (await (await fetch(`${address}/readyz`, { headers: { authorization: `Bearer ${key}` } })).json()) as Ready
      ).parts.find(({ part }) => part === 'policies')?.problem
    expect([await decide(), await policies()]).toEqual([['send', '1'], null])

    edit((text) => text.replace('version: "1"', 'version: "2"').replace('to: "24:00"', 'to: "29:00"'))
    await eventually(async () =>
      expect(await policies()).toMatch(
        /those before the last edit: config\/policies\/open-always\.yaml:\d+ rules\[0\]\S*\.to must be a wall time.*\. \S+/,
      ),
    )
    expect(await decide()).toEqual(['send', '1'])

    edit((text) => text.replace('to: "29:00"', 'to: "09:00"'))
    await eventually(async () => expect(await policies()).toBeNull())
    expect(await decide()).toEqual(['defer', '2'])
  })

  it('that is wrong when the process starts ends it with 78 and every fault', async () => {
    edit((text) => text.replace('to: "24:00"', 'to: "29:00"').replace('citation: "a test"', 'citation: ""'))
    const { code, stderr } = await finish(up())
    expect(code).toBe(78)
    expect(stderr).toMatch(/config\/policies\/open-always\.yaml:\d+ rules\[0\]\S*\.to: must be a wall time/)
    expect(stderr).toMatch(/config\/policies\/open-always\.yaml:\d+ rules\[0\]\.citation: /)
    expect(stderr).toContain('decorum check')
  })
})
