import { Accounting } from './accounting.ts'
import { startProcess, type AskedProcess } from './ask.ts'
import { median, type Figure, type Section, type Setting } from './bench.ts'
import { startDecorum } from './decorum-processes.ts'
import { MODE_NAMES, modesOf, openPlace, type Mode } from './decorum-place.ts'
import { Rounds } from './decorum-rounds.ts'
import { peerFigure, PEERS, type PeerFigure } from './peer-figure.ts'

/** Reminders in one run. Few embedded: it is for trial and small portfolios. */
const REMINDERS: Readonly<Record<Mode, number>> = { embedded: 1_000, postgres: 5_000, 'redis+postgres': 5_000 }
/** Sent before the time is taken: compiled code, open connections, the gate's first second. */
const WARM_UP = 500
/** Rounds in the same processes: compiled code is what a daemon runs, and what the median shows. */
const ROUNDS = 5

/**
 * How many reminders a second go the whole way, beside workers that make the same calls?
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
    const peers: PeerFigure[] = []
    for (const peer of PEERS) {
      if (peer.needs.some((server) => setting[server] === null)) continue
      peers.push(
        await peerFigure(setting, peer, Math.round(REMINDERS['redis+postgres'] * share), rounds, stub, stubUrl),
      )
    }
    figures.push(...peers.map(({ figure }) => figure), ...ratios(figures, peers))
  } finally {
    await stub.end()
  }
  return {
    bench: 'e2e',
    configuration:
      `SMS of 2 segments, one per person, route rate 100,000/s; planner and one sending worker as processes of their own (embedded: one process); ` +
      `peers: one process, 100 calls at once (the careful worker: as many as it is fastest with), jobs added before the time is taken; stub provider on loopback in its own process answers at once; rounds in the same processes, the first of which still compiles`,
    figures,
    leftOut:
      setting.postgresUrl === null
        ? ['everything that needs PostgreSQL']
        : setting.redisUrl === null
          ? ['everything that needs Redis']
          : [],
  }
}

/** How fast is Decorum beside those that do the nearest work, by their medians of this run? */
function ratios(decorum: readonly Figure[], peers: readonly PeerFigure[]): Figure[] {
  const own = decorum.find(({ name }) => name === fromPlanned('redis+postgres'))
  if (own === undefined) return []
  const beside = (what: string, kind: PeerFigure['kind']): Figure[] => {
    const rates = peers.filter((peer) => peer.kind === kind).map(({ figure }) => median(figure.values))
    return rates.length === 0
      ? []
      : [
          {
            name: `${own.name}, beside ${what}`,
            unit: 'times as fast',
            values: [median(own.values) / Math.max(...rates)],
          },
        ]
  }
  return [...beside('the careful worker', 'careful'), ...beside('the fastest that checks nothing', 'checks nothing')]
}

const fromPlanned = (mode: Mode): string => `Decorum, ${MODE_NAMES[mode]}, from planned reminders`

async function decorumFigures(
  setting: Setting,
  mode: Mode,
  count: number,
  rounds: number,
  stub: AskedProcess,
  stubUrl: string,
): Promise<Figure[]> {
  const planned: Figure = { name: fromPlanned(mode), unit: 'reminders/s', values: [] }
  const whole: Figure = { name: `Decorum, ${MODE_NAMES[mode]}, from overdue accounts`, unit: 'reminders/s', values: [] }
  const accounting = new Accounting()
  for (const figure of [planned, whole]) {
    setting.progress(figure.name)
    const place = await openPlace(mode, setting)
    await stub.ask('forget')
    const decorum = await startDecorum(mode, place, stubUrl)
    try {
      const going = new Rounds(figure.name, decorum, stub)
      await going.warmUp(WARM_UP)
      for (let round = 0; round < rounds; round++) {
        const { perSecond, before, after } = await going.round(count, figure === planned ? 'planned' : 'overdue')
        figure.values.push(perSecond)
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
