import { openLedger } from '../../../src/record/ledger.ts'
import { reserve } from '../../../src/pipeline/dispatch/reserve.ts'
import { settle } from '../../../src/pipeline/dispatch/settle-stream.ts'
import { settlementOf } from '../../../src/pipeline/dispatch/settlement.ts'
import { planDue } from '../../../src/pipeline/plan-due.ts'
import { queueDue } from '../../../src/pipeline/queue-due.ts'
import type { Runtime } from '../../../src/pipeline/runtime.ts'
import type { DispatchContext } from '../../../src/pipeline/dispatch/dispatch-context.ts'
import type { Ticket } from '../../../src/queue/doorbell.ts'
import { copyDatabase, type OwnDatabase } from '../../support/fresh-database.ts'
import type { Setting } from '../bench.ts'
import { openPlace } from '../decorum-place.ts'
import { openOn } from '../in-process.ts'
import { benchDesk } from '../tickets.ts'
import { type Exchange, Recorder } from './recorder.ts'

/** One claim, and what was done with each of its tickets. */
export interface RecordedClaim {
  claim: Exchange
  tickets: { reserve: Exchange; settle: Exchange }[]
  reminders: number
}

/** What the ledger was asked for so many planned reminders, and a ledger on which the same can be asked again. */
export interface Recording {
  /** As it was before the first claim. Nobody is connected to it, so that it can be copied. */
  ledger: OwnDatabase
  claims: RecordedClaim[]
  /** Messages that prepare the statements. */
  prepared: Buffer[]
}

/** Claims, reserves and settles so many reminders with the daemons' own functions, and keeps every byte that they send to PostgreSQL. */
export async function recordLedger(setting: Setting, reminders: number): Promise<Recording> {
  const place = await openPlace('postgres', setting)
  const url = place.databaseUrl as string
  const clockOrigin = Date.now()
  try {
    const planning = await openOn(place, { clockOrigin })
    try {
      await planning.take(0, reminders)
      while ((await planDue(planning.app.runtime)).recipients > 0);
      // As in a ledger that has been at work for long.
      await planning.app.runtime.ledger.pool.query('ANALYZE')
    } finally {
      await planning.close()
    }
    const ledger = await copyDatabase(setting.postgresUrl as string, url)
    const own = await openLedger({ databaseUrl: url }, { poolSize: 1 })
    const recorder = new Recorder(own.pool)
    const { app, close } = await openOn(place, { clockOrigin, ledger: own })
    try {
      const claims = await record(app.runtime, benchDesk(app.runtime), recorder)
      const done = claims.reduce((sum, claim) => sum + claim.reminders, 0)
      if (done !== reminders) throw new Error(`of ${reminders} reminders ${done} were recorded`)
      return { ledger, claims, prepared: [...recorder.prepared.values()] }
    } finally {
      await close()
    }
  } finally {
    await place.clear()
  }
}

async function record(runtime: Runtime, context: DispatchContext, recorder: Recorder): Promise<RecordedClaim[]> {
  const rung: { claim: Exchange; tickets: Ticket[] }[] = []
  recorder.take()
  // Rings follow their claim and come before the next.
  const ring = async (_route: string, ticket: Ticket): Promise<boolean> => {
    const claim = recorder.take()
    if (claim.answers > 0) rung.push({ claim, tickets: [] })
    rung.at(-1)?.tickets.push(ticket)
    return true
  }
  const doorbell = { ring, listen: nobody, check: async () => null, close: async () => {} }
  await queueDue(runtime, doorbell, context.switches, context.route)
  // The last look, which finds nothing.
  recorder.take()
  const claims: RecordedClaim[] = []
  for (const { claim, tickets } of rung) {
    const recorded: RecordedClaim = { claim, tickets: [], reminders: 0 }
    for (const ticket of tickets) {
      const { reserved } = await reserve(runtime, context, ticket)
      const reserving = recorder.take()
      const now = runtime.clock.now()
      const accepted = reserved.map(({ attempt, reservedAt }) =>
        settlementOf(
          { ...attempt, reservedAt },
          context.route.channel,
          { kind: 'accepted', reference: `SM${attempt.reminderId.replaceAll('-', '')}`, status: 'queued' },
          0,
          now,
          0,
        ),
      )
      await settle(runtime, accepted)
      recorded.tickets.push({ reserve: reserving, settle: recorder.take() })
      recorded.reminders += reserved.length
    }
    claims.push(recorded)
  }
  return claims
}

const nobody = (): Promise<never> => Promise.reject(new Error('nobody listens here'))
