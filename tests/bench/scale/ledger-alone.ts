import pg from 'pg'
import { openLedger } from '../../../src/record/ledger.ts'
import { copyDatabase } from '../../support/fresh-database.ts'
import { Accounting } from '../accounting.ts'
import type { Figure, Setting } from '../bench.ts'
import { watchServers } from '../server-usage.ts'
import { recordLedger, type RecordedClaim, type Recording } from './recording.ts'
import { replay, ReplayConnection } from './replay.ts'

/** Connections on which tickets are reserved and settled at once. */
export const CONNECTIONS = [1, 2, 4, 8, 16] as const
const SIZES = {
  full: { reminders: 12_000, warmUp: 2_000, rounds: 3 },
  quick: { reminders: 3_000, warmUp: 1_000, rounds: 1 },
}
export const sizesOf = ({ quick }: Pick<Setting, 'quick'>): (typeof SIZES)['full'] => SIZES[quick ? 'quick' : 'full']

/** What the ledger carried on so many connections. */
export interface Carried {
  connections: number
  figure: Figure
  accounting: Accounting
}

/**
 * How many reminders a second does PostgreSQL claim, reserve and settle when nobody else wants the processor?
 *
 * What the daemons' functions send for reminders is recorded once, and sent again byte by byte on copies of the
 * ledger: nothing is decided, rendered or sealed meanwhile, so that nearly all of the machine is PostgreSQL's.
 */
export async function ledgerAlone(setting: Setting): Promise<Carried[]> {
  const { reminders, rounds } = sizesOf(setting)
  setting.progress('scale, recording what the ledger is asked')
  const recording = await recordLedger(setting, reminders)
  const carried = CONNECTIONS.map((connections): Carried => ({
    connections,
    figure: { name: `the ledger's part alone, ${many(connections)}`, unit: 'reminders/s', values: [] },
    accounting: new Accounting(),
  }))
  try {
    // In turn, so that a slow minute of the machine falls on all of them.
    for (let round = 0; round < rounds; round++) {
      for (const one of carried) {
        setting.progress(`scale, ${one.figure.name}, round ${round + 1} of ${rounds}`)
        await measure(setting, recording, one)
      }
    }
  } finally {
    await recording.ledger.drop()
  }
  return carried
}

const many = (connections: number): string => `${connections} connection${connections === 1 ? '' : 's'}`

async function measure(setting: Setting, recording: Recording, into: Carried): Promise<void> {
  const copy = await copyDatabase(setting.postgresUrl as string, recording.ledger.url)
  const ledger = await openLedger({ databaseUrl: copy.url }, { poolSize: into.connections + 1 })
  try {
    const servers = await watchServers(copy.url, null)
    const connections = await Promise.all(
      Array.from({ length: into.connections + 1 }, () => ReplayConnection.open(ledger.pool, recording.prepared)),
    )
    const [claiming, ...sending] = connections
    const [warmUp, measured] = parted(recording.claims, sizesOf(setting).warmUp)
    await replay(warmUp, claiming as ReplayConnection, sending)
    const usage = () => [
      {
        name: 'replay',
        usage: { cpuMicros: ownMicros(), residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) },
      },
      ...servers.map((server) => ({ name: server.name, usage: server.usage() })),
    ]
    const count = measured.reduce((sum, claim) => sum + claim.reminders, 0)
    const before = usage()
    const began = performance.now()
    await replay(measured, claiming as ReplayConnection, sending)
    into.figure.values.push((count / (performance.now() - began)) * 1_000)
    into.accounting.add(before, usage(), count)
    for (const connection of connections) connection.close()
    await assertSent(copy.url, recording.claims)
  } finally {
    await ledger.close()
    await copy.drop()
  }
}

function ownMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The first claims, until they come to so many reminders, and the others. */
function parted(claims: readonly RecordedClaim[], reminders: number): [RecordedClaim[], RecordedClaim[]] {
  let sum = 0
  const first = claims.findIndex((claim) => (sum += claim.reminders) >= reminders) + 1
  return [claims.slice(0, first), claims.slice(first)]
}

/** Does the copy hold every reminder as sent, once? */
async function assertSent(databaseUrl: string, claims: readonly RecordedClaim[]): Promise<void> {
  const owed = claims.reduce((sum, claim) => sum + claim.reminders, 0)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<Record<'sent' | 'reserved' | 'settled' | 'tickets', number>>(
      `SELECT (SELECT count(*)::int FROM decorum.reminder WHERE status = 'sent') AS sent,
         (SELECT count(*)::int FROM decorum.reservation) AS reserved, (SELECT count(*)::int FROM decorum.settlement) AS settled,
         (SELECT coalesce(sum(cardinality(reminder_ids)), 0)::int FROM decorum.ticket) AS tickets`,
    )
    const [held] = rows
    if (held?.sent !== owed || held.reserved !== owed || held.settled !== owed || held.tickets !== 0)
      throw new Error(
        `${owed} reminders were claimed, reserved and settled again, and the ledger holds ${JSON.stringify(held)}`,
      )
  } finally {
    await client.end()
  }
}
