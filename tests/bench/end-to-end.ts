import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { Accounting } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import type { Figure, Section, Setting } from './bench.ts'
import { startDecorum, type Running } from './decorum-processes.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'
import { watchServers } from './server-usage.ts'

/** Reminders in one run. Few embedded: it is for trial and small portfolios. */
const REMINDERS: Readonly<Record<Mode, number>> = { embedded: 1_000, postgres: 5_000, 'redis+postgres': 5_000 }
/** Sent before the time is taken: compiled code, open connections, the gate's first second. */
const WARM_UP = 500
/** Rounds in the same processes: compiled code is what a daemon runs, and what the median shows. */
const ROUNDS = 5
/** A round that has not reached the provider by then never will. */
const LONGEST_MS = 60_000

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
  const rounds = setting.quick ? 2 : ROUNDS
  const share = setting.quick ? 0.4 : 1
  const figures: Figure[] = []
  const stub = await startProcess('stub-provider', null)
  const stubUrl = await stub.ask<string>('url')
  try {
    for (const mode of modesOf(setting))
      figures.push(...(await decorumFigures(setting, mode, Math.round(REMINDERS[mode] * share), rounds, stub, stubUrl)))
    for (const { peer, name, needs } of PEERS) {
      if (needs.some((server) => setting[server] === null)) continue
      figures.push(
        await peerFigure(
          setting,
          { peer, name, needs },
          Math.round(REMINDERS['redis+postgres'] * share),
          rounds,
          stubUrl,
        ),
      )
    }
  } finally {
    await stub.end()
  }
  return {
    bench: 'e2e',
    configuration:
      `SMS of 2 segments, one per person, route rate 100,000/s; planner and one sending worker as processes of their own (embedded: one process); ` +
      `peers: one process, 100 calls at once, jobs added before the time is taken; stub provider on loopback in its own process answers at once; rounds in the same processes, the first of which still compiles`,
    figures,
    leftOut:
      setting.postgresUrl === null
        ? ['everything that needs PostgreSQL']
        : setting.redisUrl === null
          ? ['everything that needs Redis']
          : [],
  }
}

async function decorumFigures(
  setting: Setting,
  mode: Mode,
  count: number,
  rounds: number,
  stub: AskedProcess,
  stubUrl: string,
): Promise<Figure[]> {
  const planned: Figure = {
    name: `Decorum, ${MODE_NAMES[mode]}, from planned reminders`,
    unit: 'reminders/s',
    values: [],
  }
  const whole: Figure = { name: `Decorum, ${MODE_NAMES[mode]}, from overdue accounts`, unit: 'reminders/s', values: [] }
  const accounting = new Accounting()
  for (const figure of [planned, whole]) {
    setting.progress(figure.name)
    const place = await openPlace(mode, setting)
    const decorum = await startDecorum(mode, place, stubUrl)
    try {
      await warmUp(decorum)
      for (let round = 0; round < rounds; round++) {
        await decorum.planner.ask('import', { from: WARM_UP + round * count, count })
        if (figure === planned) await decorum.planner.ask('plan')
        const [callsBefore, before] = [await stub.ask<number>('count'), await decorum.usage()]
        const began = performance.now()
        await decorum.planner.ask('beginPasses')
        // Told by the provider: asking the ledger again and again whether all is done took a third of PostgreSQL's time.
        await inTime(stub.ask('reached', callsBefore + count), () => decorum.planner.ask('statuses'))
        await decorum.planner.ask('drained')
        figure.values.push((count / (performance.now() - began)) * 1_000)
        const after = await decorum.usage()
        await decorum.planner.ask('endPasses')
        assertSent(count, (await stub.ask<number>('count')) - callsBefore, await decorum.planner.ask('statuses'), round)
        if (figure === planned) accounting.add(before, after, count)
      }
    } finally {
      await decorum.end()
      await place.clear()
    }
  }
  planned.note = accounting.note()
  return [planned, whole]
}

async function inTime(reached: Promise<unknown>, standing: () => Promise<unknown>): Promise<void> {
  const late = new AbortController()
  const tooLate = pause(LONGEST_MS, true, { signal: late.signal }).catch(() => false)
  if ((await Promise.race([reached, tooLate])) === true)
    throw new Error(
      `the provider has not heard of all after ${LONGEST_MS / 1_000} s: ${JSON.stringify(await standing())}`,
    )
  late.abort()
}

/** The warm-up reminders are sent by the sender, and rung by the process that will plan. */
async function warmUp(decorum: Running): Promise<void> {
  await decorum.planner.ask('import', { from: 0, count: WARM_UP })
  await decorum.planner.ask('beginPasses')
  await decorum.planner.ask('drained')
  await decorum.planner.ask('endPasses')
}

function assertSent(count: number, calls: number, statuses: Record<string, number>, round: number): void {
  if (calls === count && statuses.sent === count * (round + 1) + WARM_UP) return
  throw new Error(
    `${count} reminders were owed, ${calls} calls were made, and the ledger holds ${JSON.stringify(statuses)}`,
  )
}

async function peerFigure(
  setting: Setting,
  { peer, name, needs }: Peer,
  count: number,
  rounds: number,
  stubUrl: string,
): Promise<Figure> {
  setting.progress(name)
  const place = await openPlace(
    setting.postgresUrl === null ? 'embedded' : setting.redisUrl === null ? 'postgres' : 'redis+postgres',
    setting,
  )
  const process = await startProcess('peer', {
    peer,
    stubUrl,
    databaseUrl: place.databaseUrl,
    redisUrl: place.redisUrl,
    dataDir: place.dataDir,
  })
  // Of the servers only those that it uses.
  const servers = await watchServers(
    needs.includes('postgresUrl') ? place.databaseUrl : null,
    needs.includes('redisUrl') ? place.redisUrl : null,
  )
  const usage = async () => [
    { name: 'worker', usage: await process.ask<Usage>('usage') },
    ...servers.map((server) => ({ name: server.name, usage: server.usage() })),
  ]
  const figure: Figure = { name, unit: 'calls/s', values: [] }
  const accounting = new Accounting()
  try {
    for (let round = 0; round < rounds; round++) {
      await process.ask('add', { from: round * count, count })
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
