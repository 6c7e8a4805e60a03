import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ROOT } from './root.ts'
import { masterKey } from '../support/master-key.ts'

/** Far above what any of this reaches, so that the rate gate works and never waits. */
export const RATE = 100_000

/** Calls bear the address for their receipts, and so name their attempt. Nobody listens there. */
const PUBLIC_URL = 'https://reminders.bench.example'

/** Which servers and which provider one process of a benchmark uses. */
export interface Places {
  databaseUrl: string | null
  redisUrl: string | null
  dataDir: string
  stubUrl: string
}

/** The environment that makes a process of Decorum use these, with the SMS route's calls going to the stub. */
export const benchEnvironment = ({ databaseUrl, redisUrl, dataDir, stubUrl }: Places): Record<string, string> => ({
  ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  DECORUM_DATA_DIR: dataDir,
  DECORUM_KEYS: masterKey('bench'),
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'bench',
  TWILIO_BASE_URL: stubUrl,
  PUBLIC_URL,
})

/** The shipped configuration in that environment, with the SMS route at this rate; one that nothing here reaches when none is said. */
export function benchConfig(places: Places, perSecond = RATE): Config {
  const loaded = loadConfig({ root: ROOT, env: benchEnvironment(places) })
  if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.problems))
  return {
    ...loaded.config,
    routes: loaded.config.routes.map((route) => (route.id === 'sms-main' ? { ...route, rate: { perSecond } } : route)),
  }
}
