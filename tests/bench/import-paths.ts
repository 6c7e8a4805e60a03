import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { request } from 'undici'
import { startProcess, type Usage } from './ask.ts'
import { benchEnvironment } from './bench-config.ts'
import { accountCsv, accountLines, CREDITOR } from './borrowers.ts'
import type { Place } from './decorum-place.ts'
import { ROOT } from './root.ts'
import { microsOfEndedChildren, watchServers } from './server-usage.ts'

/** Nothing is called while accounts are taken in; the address is one that nobody listens at. */
const NO_PROVIDER = 'http://127.0.0.1:9'
/** Accounts taken in before the time is taken, so that the API is as warm as one that has run for a while, and no ledger is empty. */
export const warmUpFor = (count: number): number => count / 2

/** One run of accounts that were taken in. */
export interface TakenIn {
  perSecond: number
  /** Processor time for each account, in microseconds, by who took it. */
  micros: Record<string, number>
}

/** Takes in `count` new accounts at a place, after half as many others. */
export type ImportPath = (place: Place, count: number) => Promise<TakenIn>

/** What PostgreSQL has used so far, in microseconds; nothing of one that cannot be watched or is embedded. */
export async function postgresMicros(databaseUrl: string | null): Promise<() => Record<string, number>> {
  const servers = await watchServers(databaseUrl, null)
  return () => Object.fromEntries(servers.map((server) => [server.name, server.usage().cpuMicros]))
}

/** For each of `count` items. */
export const microsEach = (
  before: Record<string, number>,
  after: Record<string, number>,
  count: number,
): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, micros]) => [name, (micros - (before[name] ?? 0)) / count]))

/** `POST /v1/accounts:import`, one stream of NDJSON to an API in a process of its own, its answer read to the end. */
export const overHttp: ImportPath = async ({ databaseUrl, redisUrl, dataDir }, count) => {
  const api = await startProcess('api', { databaseUrl, redisUrl, dataDir, stubUrl: NO_PROVIDER })
  try {
    const { url, secret } = await api.ask<{ url: string; secret: string }>('at')
    const put = async (from: number, length: number): Promise<number> => {
      const pieces: Uint8Array[] = []
      for await (const piece of accountLines(from, length)) pieces.push(piece)
      const began = performance.now()
      const { statusCode, body } = await request(`${url}/v1/accounts:import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/x-ndjson' },
        body: Readable.from(pieces),
        bodyTimeout: 0,
      })
      const results = await body.text()
      const milliseconds = performance.now() - began
      const applied = results.split('"status":"applied"').length - 1
      if (statusCode !== 200 || applied !== length)
        throw new Error(`of ${length} accounts ${applied} were taken: ${statusCode} ${results.slice(0, 500)}`)
      return milliseconds
    }
    const postgres = await postgresMicros(databaseUrl)
    const micros = async () => ({ API: (await api.ask<Usage>('usage')).cpuMicros, ...postgres() })
    await put(0, warmUpFor(count))
    const before = await micros()
    const milliseconds = await put(warmUpFor(count), count)
    const after = await micros()
    await api.ask('stop')
    return { perSecond: (count / milliseconds) * 1_000, micros: microsEach(before, after, count) }
  } finally {
    await api.end()
  }
}

interface CommandRun {
  milliseconds: number
  micros: Record<string, number>
  answer: { applied: number; already: boolean }
}

/** `decorum accounts import FILE.csv`, from a process that starts cold; its start and end, which do not grow with the file, are left out. */
export const overCommandLine: ImportPath = async (place, count) => {
  const path = join(place.dataDir, 'accounts.csv')
  const postgres = await postgresMicros(place.databaseUrl)
  const micros = () => ({ command: microsOfEndedChildren(), ...postgres() })
  const run = async (): Promise<CommandRun> => {
    const [before, began] = [micros(), performance.now()]
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'src/cli/main.ts', 'accounts', 'import', path, '--creditor', CREDITOR, '--json'],
      {
        cwd: ROOT,
        env: { ...process.env, ...benchEnvironment({ ...place, stubUrl: NO_PROVIDER }), LOG_LEVEL: 'error' },
      },
    )
    const milliseconds = performance.now() - began
    return { milliseconds, micros: microsEach(before, micros(), 1), answer: JSON.parse(stdout) as CommandRun['answer'] }
  }
  try {
    writeFileSync(path, accountCsv(0, warmUpFor(count)))
    await run()
    writeFileSync(path, accountCsv(warmUpFor(count), count))
    const whole = await run()
    if (whole.answer.applied !== count) throw new Error(`of ${count} accounts ${whole.answer.applied} were taken`)
    // The same file again is known, and nothing is done but starting and ending.
    const idle = await run()
    if (!idle.answer.already) throw new Error('a file that was imported was imported again')
    return {
      perSecond: (count / (whole.milliseconds - idle.milliseconds)) * 1_000,
      micros: microsEach(idle.micros, whole.micros, count),
    }
  } finally {
    rmSync(path, { force: true })
  }
}
