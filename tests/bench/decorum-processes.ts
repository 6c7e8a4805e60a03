import type { Daemon } from '../../src/app/app.ts'
import type { NamedUsage } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import type { Mode, Place } from './decorum-place.ts'
import { watchServers } from './server-usage.ts'

/** The processes of one Decorum: embedded all in one, otherwise one that plans and one that sends. */
export interface Running {
  /** Imports, plans by command, knows when all is done. */
  planner: AskedProcess
  /** The same process when embedded. */
  sender: AskedProcess
  /** Starts the planner's daemon; the sender listens already. */
  beginPlanning(): Promise<void>
  /** Of each process, PostgreSQL's and Redis's included where they run on this machine. */
  usage(): Promise<NamedUsage[]>
  end(): Promise<void>
}

const PLANNING: Daemon[] = ['planner']
const SENDING: Daemon[] = ['sms']

export async function startDecorum(mode: Mode, place: Place, stubUrl: string): Promise<Running> {
  const { databaseUrl, redisUrl, dataDir } = place
  const argument = { databaseUrl, redisUrl, dataDir, stubUrl, clockOrigin: Date.now() }
  const planner = await startProcess('decorum', argument)
  const sender = mode === 'embedded' ? planner : await startProcess('decorum', argument)
  await sender.ask('start', SENDING)
  const named =
    mode === 'embedded'
      ? [{ name: 'the process', process: planner }]
      : [
          { name: 'planner', process: planner },
          { name: 'sender', process: sender },
        ]
  const servers = await watchServers(databaseUrl, redisUrl)
  return {
    planner,
    sender,
    beginPlanning: () => planner.ask('start', PLANNING),
    usage: async () => [
      ...(await Promise.all(
        named.map(async ({ name, process }) => ({ name, usage: await process.ask<Usage>('usage') })),
      )),
      ...servers.map((server) => ({ name: server.name, usage: server.usage() })),
    ],
    end: async () => {
      await Promise.all(named.map(({ process }) => process.end()))
    },
  }
}
