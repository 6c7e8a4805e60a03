import pg from 'pg'
import { handIn, ledgerCounts, tablesBetween, type TableCounts } from './ledger-counts.ts'
import { endOfLog, logBetween, type LogWritten } from './log-records.ts'
import { serverMicros } from './server-time.ts'
import { forgetStatements, listStatements, statementsListed, type StatementCounts } from './statements.ts'
import { Traffic, type TrafficCounts } from './traffic.ts'

/** What one step has taken, for all of its reminders. */
export interface Taken {
  tables: Map<string, TableCounts>
  log: LogWritten
  traffic: TrafficCounts
  postgresMicros: number
  processMicros: number
  /** Empty unless statements are listed. */
  statements: StatementCounts[]
}

/** Which of PostgreSQL's modules there are. */
interface Modules {
  statements: boolean
  logRecords: boolean
}

/** Measures what a piece of work takes of the ledger and of this process, from a session of its own. */
export class Meter {
  readonly #watcher: pg.Client
  readonly #pid: number
  readonly #pool: pg.Pool
  readonly #traffic: Traffic
  readonly #modules: Modules
  #listing = false

  private constructor(watcher: pg.Client, pid: number, pool: pg.Pool, modules: Modules) {
    this.#watcher = watcher
    this.#pid = pid
    this.#pool = pool
    this.#traffic = new Traffic(pool)
    this.#modules = modules
  }

  /** @param pool  the sessions that will do the work; they are kept open from now on */
  static async open(databaseUrl: string, pool: pg.Pool, modules: Modules): Promise<Meter> {
    // A session that ended between two rounds would prepare its statements anew, and its processor time be known in ticks only.
    pool.options.idleTimeoutMillis = 0
    const watcher = new pg.Client({ connectionString: databaseUrl })
    await watcher.connect()
    if (modules.statements) await watcher.query('CREATE EXTENSION pg_stat_statements')
    if (modules.logRecords) await watcher.query('CREATE EXTENSION pg_walinspect')
    const { rows } = await watcher.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return new Meter(watcher, rows[0]?.pid as number, pool, modules)
  }

  close(): Promise<void> {
    return this.#watcher.end()
  }

  /** Maintenance that is no part of what is measured. */
  async run(statement: string): Promise<void> {
    await this.#watcher.query(statement)
  }

  sizes(): Promise<Map<string, TableCounts>> {
    return ledgerCounts(this.#watcher)
  }

  /** From now on the statements are listed as well, which costs PostgreSQL a little. False: its module is not there. */
  async listStatements(): Promise<boolean> {
    if (!this.#modules.statements) return false
    await listStatements(this.#pool)
    return (this.#listing = true)
  }

  async measure<T>(work: () => Promise<T>): Promise<{ result: T; taken: Taken }> {
    const before = await this.#standing()
    if (this.#listing) await forgetStatements(this.#watcher)
    const [traffic, postgres, own] = [this.#traffic.read(), serverMicros(this.#pid), process.cpuUsage()]
    const result = await work()
    const used = process.cpuUsage(own)
    const postgresMicros = serverMicros(this.#pid) - postgres
    const sent = this.#traffic.read()
    const statements = this.#listing ? await statementsListed(this.#watcher) : []
    const after = await this.#standing()
    return {
      result,
      taken: {
        tables: tablesBetween(before.tables, after.tables),
        log: await logBetween(this.#watcher, before.lsn, after.lsn, this.#modules.logRecords),
        traffic: difference(sent, traffic),
        postgresMicros,
        processMicros: used.user + used.system,
        statements,
      },
    }
  }

  async #standing(): Promise<{ tables: Map<string, TableCounts>; lsn: string }> {
    await handIn(this.#pool)
    return { tables: await ledgerCounts(this.#watcher), lsn: await endOfLog(this.#watcher) }
  }
}

const difference = (after: TrafficCounts, before: TrafficCounts): TrafficCounts => ({
  turns: after.turns - before.turns,
  statements: after.statements - before.statements,
  parsed: after.parsed - before.parsed,
  trips: after.trips - before.trips,
  sentBytes: after.sentBytes - before.sentBytes,
  receivedBytes: after.receivedBytes - before.receivedBytes,
})
