import { Accounting } from './accounting.ts'
import { startProcess, type AskedProcess, type Usage } from './ask.ts'
import type { Figure, Setting } from './bench.ts'
import { openPlace } from './decorum-place.ts'
import type { WarmedUp } from './processes/peer.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'
import { watchServers } from './server-usage.ts'

interface Peer {
  /** Its key in processes/peer.ts. */
  peer: string
  name: string
  needs: readonly ('postgresUrl' | 'redisUrl')[]
  /** A ceiling is no worker; those that check nothing keep no record either. */
  kind: 'ceiling' | 'checks nothing' | 'careful'
  /** Provider calls for each job. */
  calls: 0 | 1
}

export const PEERS = [
  { peer: 'bareHttp', name: 'ceiling: the HTTP calls alone', needs: [], kind: 'ceiling', calls: 1 },
  { peer: 'adapterCalls', name: 'ceiling: render and SDK call, no queue', needs: [], kind: 'ceiling', calls: 1 },
  { peer: 'rawBullmq', name: 'ceiling: BullMQ jobs that do nothing', needs: ['redisUrl'], kind: 'ceiling', calls: 0 },
  {
    peer: 'plainBullmq',
    name: 'plain BullMQ worker, checks nothing',
    needs: ['redisUrl'],
    kind: 'checks nothing',
    calls: 1,
  },
  {
    peer: 'graphileWorker',
    name: 'graphile-worker, checks nothing',
    needs: ['postgresUrl'],
    kind: 'checks nothing',
    calls: 1,
  },
  { peer: 'pgBoss', name: 'pg-boss, checks nothing', needs: ['postgresUrl'], kind: 'checks nothing', calls: 1 },
  {
    peer: 'carefulWorker',
    name: 'careful worker on BullMQ and PostgreSQL',
    needs: ['postgresUrl', 'redisUrl'],
    kind: 'careful',
    calls: 1,
  },
] as const satisfies readonly Peer[]

/** A figure with what its peer is. */
export interface PeerFigure {
  kind: Peer['kind']
  figure: Figure
}

/** How many jobs a second does this peer carry, jobs added before the time is taken? */
export async function peerFigure(
  setting: Setting,
  { peer, name, needs, kind, calls }: Peer,
  count: number,
  rounds: number,
  stub: AskedProcess,
  stubUrl: string,
): Promise<PeerFigure> {
  setting.progress(name)
  const place = await openPlace(
    setting.postgresUrl === null ? 'embedded' : setting.redisUrl === null ? 'postgres' : 'redis+postgres',
    setting,
  )
  await stub.ask('forget')
  const process = await startProcess('peer', {
    peer,
    stubUrl,
    databaseUrl: place.databaseUrl,
    redisUrl: place.redisUrl,
    dataDir: place.dataDir,
  })
  const figure: Figure = { name, unit: 'calls/s', values: [] }
  const accounting = new Accounting()
  try {
    // Of the servers only those that it uses.
    const servers = await watchServers(
      needs.includes('postgresUrl') ? place.databaseUrl : null,
      needs.includes('redisUrl') ? place.redisUrl : null,
    )
    const usage = async () => [
      { name: 'worker', usage: await process.ask<Usage>('usage') },
      ...servers.map((server) => ({ name: server.name, usage: server.usage() })),
    ]
    const { jobs, chosen } = await process.ask<WarmedUp>('warmUp')
    for (let round = 0; round < rounds; round++) {
      const from = jobs + round * count
      await process.ask('add', { from, count })
      const before = await usage()
      const milliseconds = await process.ask<number>('drain', count)
      accounting.add(before, await usage(), count)
      figure.values.push((count / milliseconds) * 1_000)
      assertBooks(`${name}, round ${round + 1}`, (from + count) * calls, await stub.ask<BooksRead>('books'))
    }
    figure.note = [...(chosen === null ? [] : [chosen]), accounting.note()].join('; ')
  } finally {
    await process.end()
    await place.clear()
  }
  return { kind, figure }
}
