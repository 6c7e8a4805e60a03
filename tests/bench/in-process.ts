import { pino } from 'pino'
import { build } from '../../src/app/build.ts'
import type { App } from '../../src/app/app.ts'
import { benchConfig } from './bench-config.ts'
import { accountLines, CREDITOR } from './borrowers.ts'
import { daytimeClock } from './daytime.ts'
import { openPlace, type Mode, type Place } from './decorum-place.ts'
import type { Setting } from './bench.ts'
import type { Ledger } from '../../src/record/ledger.ts'

/** A Decorum in this process, without daemons, on a ledger of its own. */
export interface InProcess {
  app: App
  place: Place
  /** Imports accounts; answers how many a second it took in. */
  take(from: number, count: number): Promise<number>
  close(): Promise<void>
}

/** @param stubUrl  the provider; without one nothing is called, and the address is one that nobody listens at */
export async function openInProcess(mode: Mode, setting: Setting, stubUrl?: string): Promise<InProcess> {
  const place = await openPlace(mode, setting)
  const opened = await openOn(place, { stubUrl })
  return {
    ...opened,
    close: async () => {
      await opened.close()
      await place.clear()
    },
  }
}

interface Opening {
  stubUrl?: string | undefined
  /** See `daytimeClock`: the same for all who open one place. */
  clockOrigin?: number
  /** One that is open already; it is closed with the rest. */
  ledger?: Ledger
}

/** The same on a place that outlasts it. */
export async function openOn(
  place: Place,
  { stubUrl = 'http://127.0.0.1:9', clockOrigin = Date.now(), ledger }: Opening = {},
): Promise<InProcess> {
  const { databaseUrl, redisUrl, dataDir } = place
  const app = await build(benchConfig({ databaseUrl, redisUrl, dataDir, stubUrl }), {
    clock: daytimeClock(clockOrigin),
    log: pino({ level: 'error' }, pino.destination(2)),
    ...(ledger === undefined ? {} : { ledger }),
  })
  return {
    app,
    place,
    take: async (from, count) => {
      const began = performance.now()
      const totals = await app.services.importAccounts(
        { name: 'bench', creditor: CREDITOR, live: true },
        accountLines(from, count),
        () => {},
      )
      if (totals.applied !== count) throw new Error(`of ${count} accounts ${totals.applied} were taken`)
      return (count / (performance.now() - began)) * 1_000
    },
    close: () => app.stop(),
  }
}
