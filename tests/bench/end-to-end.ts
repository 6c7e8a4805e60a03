import { performance } from 'node:perf_hooks'
import { Accounting } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import type { Figure, Section, Setting } from './bench.ts'
import { startDecorum, type Running } from './decorum-processes.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'
import { watchServers } from './server-usage.ts'

/** Reminders in one run. Few embedded: it is for trial and small portfolios. */
const REMINDERS: Readonly<Record<Mode, number>> = { embedded: 1_000, postgres: 5_000, 'redis+postgres': 5_000 }
/** Sent before the time is taken: compiled code, open connections, the gate's first second. */
const WARM_UP = 300

interface Peer {
  /** Its key in processes/peer.ts. */
  peer: string
  name: string
  needs: readonly ('postgresUrl' | 'redisUrl')[]
}

const PEERS = [
  { peer: 'bareHttp', name: 'ceiling: the HTTP calls alone', needs: [] },
  { peer: 'adapterCalls', name: 'ceiling: render and SDK call, no queue', needs: [] },
  { peer: 'rawBullmq', name: 'ceiling: BullMQ jobs that do nothing', needs: ['redisUrl'] },
  { peer: 'plainBullmq', name: 'plain BullMQ worker, checks nothing', needs: ['redisUrl'] },
  { peer: 'graphileWorker', name: 'graphile-worker, checks nothing', needs: ['postgresUrl'] },
  { peer: 'pgBoss', name: 'pg-boss, checks nothing', needs: ['postgresUrl'] },
] as const satisfies readonly Peer[]

/**
 * How many reminders a second go the whole way, beside workers that make the same calls and keep no promise?
 *
 * Decorum is timed twice: from planned reminders waiting in the ledger (claim, ring, reserve, decide,
 * render, call, settle), which is what a peer's queued job is, and from overdue accounts (planning as well).
 */
export async function endToEndBench(setting: Setting): Promise<Section> {
  const runs = setting.quick ? 1 : 3
  const share = setting.quick ? 0.4 : 1
  const figures: Figure[] = []
  const stub = await startProcess('stub-provider', null)
  const stubUrl = await stub.ask<string>('url')
  try {
    for (const mode of modesOf(setting)) figures.push(...(await decorumFigures(setting, mode, Math.round(REMINDERS[mode] * share), runs, stub, stubUrl)))
    for (const { peer, name, needs } of PEERS) {
      if (needs.some((server) => setting[server] === null)) continue
      figures.push(await peerFigure(setting, { peer, name, needs }, Math.round(REMINDERS['redis+postgres'] * share), runs, stubUrl))
    }
  } finally {
    await stub.end()
  }
  return {
    bench: 'e2e',
    configuration: `SMS of 2 segments, one per person, route rate 100,000/s; planner and one sending worker as processes of their own (embedded: one process); ` +
      `peers: one process, 100 calls at once, jobs added before the time is taken; stub provider on loopback in its own process answers at once`,
    figures,
    leftOut: setting.postgresUrl === null ? ['everything that needs PostgreSQL'] : setting.redisUrl === null ? ['everything that needs Redis'] : [],
  }
}

async function decorumFigures(setting: Setting, mode: Mode, count: number, runs: number, stub: AskedProcess, stubUrl: string): Promise<Figure[]> {
  const planned: Figure = { name: `Decorum, ${MODE_NAMES[mode]}, from planned reminders`, unit: 'reminders/s', values: [] }
  const whole: Figure = { name: `Decorum, ${MODE_NAMES[mode]}, from overdue accounts`, unit: 'reminders/s', values: [] }
  const accounting = new Accounting()
  for (let run = 0; run < runs; run++) {
    for (const figure of [planned, whole]) {
      setting.progress(`${figure.name}, run ${run + 1} of ${runs}`)
      const place = await openPlace(mode, setting)
      const decorum = await startDecorum(mode, place, stubUrl)
      try {
        await warmUp(decorum)
        await decorum.planner.ask('import', { from: WARM_UP, count })
        if (figure === planned) await decorum.planner.ask('plan')
        const [callsBefore, before] = [await stub.ask<number>('count'), await decorum.usage()]
        const began = performance.now()
        await decorum.beginPlanning()
        await decorum.planner.ask('drained')
        figure.values.push((count / (performance.now() - began)) * 1_000)
        const after = await decorum.usage()
        assertSent(count, (await stub.ask<number>('count')) - callsBefore, await decorum.planner.ask('statuses'))
        if (figure === planned) accounting.add(before, after, count)
      } finally {
        await decorum.end()
        await place.clear()
      }
    }
  }
  planned.note = accounting.note()
  return [planned, whole]
}

/** The warm-up reminders are sent by the sender, and rung by the process that will plan. */
async function warmUp(decorum: Running): Promise<void> {
  await decorum.planner.ask('import', { from: 0, count: WARM_UP })
  await decorum.planner.ask('passes')
  await decorum.planner.ask('drained')
}

function assertSent(count: number, calls: number, statuses: Record<string, number>): void {
  if (calls === count && statuses.sent === count + WARM_UP) return
  throw new Error(`${count} reminders were owed, ${calls} calls were made, and the ledger holds ${JSON.stringify(statuses)}`)
}

async function peerFigure(setting: Setting, { peer, name, needs }: Peer, count: number, runs: number, stubUrl: string): Promise<Figure> {
  setting.progress(name)
  const place = await openPlace(setting.postgresUrl === null ? 'embedded' : setting.redisUrl === null ? 'postgres' : 'redis+postgres', setting)
  const process = await startProcess('peer', { peer, stubUrl, databaseUrl: place.databaseUrl, redisUrl: place.redisUrl, dataDir: place.dataDir })
  // Of the servers only those that it uses.
  const servers = await watchServers(needs.includes('postgresUrl') ? place.databaseUrl : null, needs.includes('redisUrl') ? place.redisUrl : null)
  const usage = async () => [{ name: 'worker', usage: await process.ask<Usage>('usage') }, ...servers.map((server) => ({ name: server.name, usage: server.usage() }))]
  const figure: Figure = { name, unit: 'calls/s', values: [] }
  const accounting = new Accounting()
  try {
    for (let run = 0; run < runs; run++) {
      await process.ask('add', { from: run * count, count })
      const before = await usage()
      const milliseconds = await process.ask<number>('drain', count)
      accounting.add(before, await usage(), count)
      figure.values.push((count / milliseconds) * 1_000)
    }
  } finally {
    await process.end()
    await place.clear()
  }
  figure.note = accounting.note()
  return figure
}
