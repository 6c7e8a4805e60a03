import type { Daemon } from '../../src/app/app.ts'
import type { NamedUsage } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import type { Mode, Place } from './decorum-place.ts'
import { watchServers } from './server-usage.ts'

/** How many processes plan and how many send; embedded it is one that does both. */
export interface Workers {
  planners: number
  senders: number
}

/** The processes of one Decorum. */
export interface Running {
  /** Imports, plans by command, knows when all is done. The first, if there are several. */
  planner: AskedProcess
  /** Starts the first planner's daemon; the senders listen already. */
  beginPlanning(): Promise<void>
  /** Makes every planner do what its daemon does, until `endPasses`. */
  beginPasses(): Promise<void>
  endPasses(): Promise<void>
  /** Of all processes of a kind together, PostgreSQL's and Redis's included where they run on this machine. */
  usage(): Promise<NamedUsage[]>
  end(): Promise<void>
}

const PLANNING: Daemon[] = ['planner']
const SENDING: Daemon[] = ['sms']

export async function startDecorum(
  mode: Mode,
  place: Place,
  stubUrl: string,
  workers: Workers = { planners: 1, senders: 1 },
): Promise<Running> {
  const { databaseUrl, redisUrl, dataDir } = place
  const argument = { databaseUrl, redisUrl, dataDir, stubUrl, clockOrigin: Date.now() }
  const start = (count: number): Promise<AskedProcess[]> =>
    Promise.all(Array.from({ length: count }, () => startProcess('decorum', argument)))
  const planner = await startProcess('decorum', argument)
  const planners = mode === 'embedded' ? [planner] : [planner, ...(await start(workers.planners - 1))]
  const senders = mode === 'embedded' ? [planner] : await start(workers.senders)
  const ofAll = async (processes: readonly AskedProcess[], command: string, payload?: unknown): Promise<void> =>
    void (await Promise.all(processes.map((process) => process.ask(command, payload))))
  await ofAll(senders, 'start', SENDING)
  const kinds =
    mode === 'embedded'
      ? [{ name: 'the process', processes: planners }]
      : [
          { name: 'planner', processes: planners },
          { name: 'sender', processes: senders },
        ]
  const servers = await watchServers(databaseUrl, redisUrl)
  return {
    planner,
    beginPlanning: () => planner.ask('start', PLANNING),
    beginPasses: () => ofAll(planners, 'beginPasses'),
    endPasses: () => ofAll(planners, 'endPasses'),
    usage: async () => [
      ...(await Promise.all(kinds.map(async ({ name, processes }) => ({ name, usage: await usageOf(processes) })))),
      ...servers.map((server) => ({ name: server.name, usage: server.usage() })),
    ],
    end: async () => {
      await Promise.all(kinds.flatMap(({ processes }) => processes.map((process) => process.end())))
    },
  }
}

async function usageOf(processes: readonly AskedProcess[]): Promise<Usage> {
  const each = await Promise.all(processes.map((process) => process.ask<Usage>('usage')))
  return {
    cpuMicros: each.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0),
    residentMiB: each.reduce((sum, { residentMiB }) => sum + residentMiB, 0),
  }
}
