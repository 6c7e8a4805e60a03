import { pino } from 'pino'
import { build } from '../../src/app/build.ts'
import type { App } from '../../src/app/app.ts'
import { benchConfig } from './bench-config.ts'
import { accountLines, CREDITOR } from './borrowers.ts'
import { daytimeClock } from './daytime.ts'
import { openPlace, type Mode, type Place } from './decorum-place.ts'
import type { Setting } from './bench.ts'

/** A Decorum in this process, without daemons, on a ledger of its own. */
export interface InProcess {
  app: App
  place: Place
  /** Imports accounts; answers how many a second it took in. */
  take(from: number, count: number): Promise<number>
  close(): Promise<void>
}

/** @param stubUrl  the provider; without one nothing is called, and the address is one that nobody listens at */
export async function openInProcess(mode: Mode, setting: Setting, stubUrl = 'http://127.0.0.1:9'): Promise<InProcess> {
  const place = await openPlace(mode, setting)
  const config = benchConfig({
    databaseUrl: place.databaseUrl,
    redisUrl: place.redisUrl,
    dataDir: place.dataDir,
    stubUrl,
  })
  const app = await build(config, {
    clock: daytimeClock(Date.now()),
    log: pino({ level: 'error' }, pino.destination(2)),
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
    close: async () => {
      await app.stop()
      await place.clear()
    },
  }
}
