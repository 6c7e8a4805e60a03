import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { PACKAGE_DIRECTORY } from '../config/configuration.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import type { PolicyFiles } from '../services/packs-in-force.ts'
import type { Services } from '../services/services.ts'

/** Which daemons a process runs. `email`, `sms` and `phone` are the dispatch workers of that channel. */
export const DAEMONS = ['planner', 'email', 'sms', 'phone', 'sweeper', 'notifier'] as const
export type Daemon = (typeof DAEMONS)[number]

/** One part of a running process, as `/readyz` and `decorum doctor` show it. */
export interface PartHealth {
  part: string
  ok: boolean
  /** What is wrong and what to do; null when all is well. */
  problem: string | null
  /** What somebody should know or see to while the part works; absent: nothing. */
  warning?: string
  /** Which edition of it is in force, where that matters. */
  version?: string
}

/** One process of Decorum, wired and ready to start. */
export interface App {
  readonly config: Config
  readonly runtime: Runtime
  /** What `shell.log` writes to, for frameworks that want a whole pino logger. */
  readonly logger: Logger
  /** The packs in force; `config.packs` is what they were at the start. */
  readonly policies: Pick<PolicyFiles, 'all' | 'decide'>
  readonly services: Services
  /** Starts these daemons in this process. */
  start(daemons: readonly Daemon[]): Promise<void>
  /** Drains: takes nothing new, finishes and settles what is in hand, closes everything. */
  stop(): Promise<void>
  /** Closes at once; what was on the wire is left in doubt for the sweep. */
  abort(): Promise<void>
  health(): Promise<PartHealth[]>
  /** Resolves when nothing is on the wire or unsettled in this process. */
  idle(): Promise<void>
  /** One pass of the planner, sweeper or notifier without its loop; true when there is more to do at once. For a stepped clock. */
  pass(daemon: Daemon): Promise<boolean>
}

/** Of this build, as package.json states it. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'package.json'), 'utf8')) as { version: string }
).version

/** On whose behalf the command line acts: every creditor, and recorded as `cli`. */
export const CLI_ACTOR: Actor = { name: 'cli', creditor: null, live: true }
