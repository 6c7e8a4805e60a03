import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { installProgram } from '../support/program.ts'
import { openSendingFleet, type SendingFleet } from '../support/sending-fleet.ts'
import { startFrom } from '../support/start-arguments.ts'
import { median, type Figure, type Section, type Setting } from './bench.ts'
import { assertBooks } from './provider-books.ts'
import { ROOT } from './root.ts'

/** A person in the hours of a call, asked of every shipped pack. */
const CASE = JSON.stringify({
  now: '2026-11-23T15:00:00Z',
  reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'automated' },
  address: { value: '+12125550123', kind: 'mobile', relation: 'self' },
  recipient: { id: 'r-1', timeZone: null, jurisdiction: 'US-NY' },
  account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', state: 'open' },
})
/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10
const LONGEST_MS = 120_000

interface Cost {
  wallMs: number
  /** User and system, of all its threads. */
  processorMs: number
  residentMiB: number
}

/** How the program is started: what node is given for the command line and for a worker. */
interface Way {
  name: string
  commandLine: string[]
  worker: string[]
}

/**
 * What does a start cost, compiled and from the checkout through tsx, in turns in one run?
 *
 * `decide --json` from start to its end; a worker on an embedded ledger of its own until it says that its daemons work.
 */
export async function startBench(setting: Setting): Promise<Section> {
  const runs = setting.quick ? 3 : 11
  const program = await installProgram()
  const data = mkdtempSync(join(tmpdir(), 'decorum-bench-'))
  try {
    const ways: Way[] = [
      {
        name: 'tsx',
        commandLine: ['--import', 'tsx', join(ROOT, 'src/cli/main.ts')],
        worker: ['--import', 'tsx', join(ROOT, 'workers/sweeper.ts')],
      },
      {
        name: 'compiled',
        commandLine: [join(program.folder, 'dist/decorum.js')],
        worker: [join(program.folder, 'dist/workers/sweeper.js')],
      },
    ]
    const decided: Cost[][] = ways.map(() => [])
    const started: Cost[][] = ways.map(() => [])
    // The first of each fills tsx's cache, Node's, the system's, and makes the ledger.
    for (let run = 0; run <= runs; run++) {
      for (const [i, way] of ways.entries()) {
        setting.progress(`start, ${way.name}, run ${run} of ${runs}`)
        const [decide, worker] = [await decideOnce(way), await startOnce(way, join(data, way.name))]
        if (run === 0) continue
        decided[i]?.push(decide)
        started[i]?.push(worker)
      }
    }
    const perReminder = await costsOfReminders(setting, program.folder)
    return {
      bench: 'start',
      configuration:
        `decide --json on every shipped pack; a sweeper on an embedded ledger that is there already, until it says that its daemons work; node ${process.version}, ` +
        `${runs} runs each in turns after one that fills the caches`,
      figures: ways
        .flatMap((way, i) => [
          ...figures(`decide --json, ${way.name}`, decided[i] ?? []),
          ...figures(`worker until ready, ${way.name}`, started[i] ?? []),
        ])
        .concat(perReminder),
      leftOut: [
        ...(process.platform === 'linux' ? [] : ['processor time and memory: they are read from /proc']),
        ...(perReminder.length > 0 ? [] : ['processor time per reminder: needs PostgreSQL and Redis']),
      ],
    }
  } finally {
    program.remove()
    rmSync(data, { recursive: true, force: true })
  }
}

/** What does one reminder cost the process that sends it? Real daemons, from the first that is queued to the last that is sent. */
async function costsOfReminders(
  { postgresUrl, redisUrl, quick, progress }: Setting,
  folder: string,
): Promise<Figure[]> {
  if (postgresUrl === null || redisUrl === null || process.platform !== 'linux') return []
  startFrom(folder)
  const reminders = quick ? 600 : 3_000
  const figures: Figure[] = []
  for (const start of ['source', 'compiled'] as const) {
    progress(`start, ${reminders} reminders, ${start}`)
    const fleet = await openSendingFleet({
      postgresUrl,
      redisUrl,
      sms: { perSecond: 5_000, workers: 1 },
      ...(start === 'source' ? { start } : {}),
    })
    try {
      // The first ones fill caches and let the code become warm; nothing is counted before they are out.
      fleet.start()
      await fleet.owe('sms', 200)
      await allSent(fleet, 200)
      const pid = fleet.pids('sms')[0] as number
      const before = costOf(pid).processorMs
      await fleet.owe('sms', reminders)
      await allSent(fleet, 200 + reminders)
      const processorMs = costOf(pid).processorMs - before
      await fleet.stopSenders()
      assertBooks(`start, ${start}`, 200 + reminders, (await fleet.books()).sms)
      figures.push({
        name: `a reminder in its sender, ${start === 'source' ? 'tsx' : start}`,
        unit: 'ms of a processor',
        values: [processorMs / reminders],
        note: `${reminders} SMS through one worker on PostgreSQL and Redis, as they are put over HTTP`,
      })
    } finally {
      await fleet.end()
    }
  }
  return figures
}

async function allSent(fleet: SendingFleet, count: number): Promise<void> {
  for (const giveUp = performance.now() + 10 * LONGEST_MS; (await fleet.sms()).length < count; await pause(100)) {
    if (performance.now() > giveUp) throw new Error(`not all were sent\n${fleet.said()}`)
  }
}

function figures(name: string, costs: readonly Cost[]): Figure[] {
  const memory = `${Math.round(median(costs.map(({ residentMiB }) => residentMiB)))} MiB resident`
  return [
    { name, unit: 'ms of a processor', values: costs.map(({ processorMs }) => processorMs), note: memory },
    { name, unit: 'ms', values: costs.map(({ wallMs }) => wallMs) },
  ]
}

const environment = (env: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  ...env,
})

/** The costs are asked by the process of itself, at its end: nobody else knows them once it is gone. */
const AT_EXIT = `data:text/javascript,${encodeURIComponent(`
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  process.stderr.write('cost ' + JSON.stringify([(user + system) / 1000, process.resourceUsage().maxRSS / 1024]) + '\\n')
})`)}`

async function decideOnce(way: Way): Promise<Cost> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', AT_EXIT, ...way.commandLine, 'decide', '--json'], {
    cwd: ROOT,
    env: environment(),
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  child.stdin.end(CASE)
  const [code] = (await once(child, 'close')) as [number | null]
  const cost = /^cost (.*)$/m.exec(said)?.[1]
  if (code !== 0 || cost === undefined) throw new Error(`decide ended with ${code}: ${said}`)
  const [processorMs, residentMiB] = JSON.parse(cost) as [number, number]
  return { wallMs: performance.now() - began, processorMs, residentMiB }
}

async function startOnce(way: Way, dataDir: string): Promise<Cost> {
  const began = performance.now()
  const child = spawn(process.execPath, [...way.worker, '--health-port', '0'], {
    cwd: ROOT,
    env: environment({ DECORUM_DATA_DIR: dataDir, LOG_LEVEL: 'info' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const ready = new Promise<Cost>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (line.includes('daemons.started'))
          resolve({ wallMs: performance.now() - began, ...costOf(child.pid as number) })
      })
    }
  })
  const tooLate = new AbortController()
  const cost = await Promise.race([
    ready,
    ended.then(() => null),
    pause(LONGEST_MS, null, { signal: tooLate.signal }).catch(() => null),
  ])
  tooLate.abort()
  child.kill('SIGKILL')
  await ended
  if (cost === null) throw new Error(`a worker (${way.name}) was not ready after ${LONGEST_MS / 1_000} s`)
  return cost
}

/** Of a process that still runs, as Linux accounts it. */
function costOf(pid: number): { processorMs: number; residentMiB: number } {
  if (process.platform !== 'linux') return { processorMs: Number.NaN, residentMiB: Number.NaN }
  const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // utime and stime are the 14th and 15th field; the second ends at the parenthesis.
  return { processorMs: (Number(after[11]) + Number(after[12])) * TICK_MS, residentMiB: Number(resident) / 1024 }
}
