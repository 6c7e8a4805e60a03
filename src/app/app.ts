import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { PACKAGE_DIRECTORY } from '../config/root-directory.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import type { PolicyFiles } from '../services/packs-in-force.ts'
import type { Services } from '../services/services.ts'

/** Which daemons a process runs. `email`, `sms` and `phone` are the dispatch workers of that channel. */
export const DAEMONS = ['planner', 'email', 'sms', 'phone', 'sweeper', 'notifier'] as const
export type Daemon = (typeof DAEMONS)[number]

/** One part of a running process, as `/readyz` and `decorum doctor` show it. */
export interface PartHealth {
  part: string
  ok: boolean
  /** What is wrong and what to do; null when nothing is. */
  problem: string | null
  /** What an operator should look at while the part works; absent: nothing. */
  warning?: string
  /** The edition in force, of parts that have one. */
  version?: string
}

/** One process of Decorum, wired and ready to start. */
export interface App {
  readonly config: Config
  readonly runtime: Runtime
  /** The logger behind `runtime.log`, for frameworks that need all of pino. */
  readonly logger: Logger
  /** The packs in force; `config.packs` is what they were at the start. */
  readonly policies: Pick<PolicyFiles, 'all' | 'decide'>
  readonly services: Services
  /** Starts these daemons in this process. */
  start(daemons: readonly Daemon[]): Promise<void>
  /** The daemons take nothing new; resolves when calls in progress are settled. The ledger and the services stay open. */
  drain(): Promise<void>
  /** Drains, and closes everything. */
  stop(): Promise<void>
  /** Closes at once; calls in progress are left in doubt for the sweeper. */
  abort(): Promise<void>
  health(): Promise<PartHealth[]>
  /** Resolves when no call of this process is in progress or unsettled. */
  idle(): Promise<void>
  /** One pass of the planner, sweeper or notifier without its loop, for a stepped clock; true when there is more to do at once. */
  pass(daemon: Daemon): Promise<boolean>
}

/** The version in package.json. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'package.json'), 'utf8')) as { version: string }
).version
