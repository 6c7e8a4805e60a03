import type { App } from '../app/app.ts'
import { build } from '../app/build.ts'
import { configuration } from '../config/load.ts'

export { CLI_ACTOR } from '../app/app.ts'

/**
 * Runs `work` with a wired process without daemons, then closes it.
 *
 * @throws errors of `work`, of loading and of opening: DECORUM_CONFIG, DECORUM_SCHEMA_…, DECORUM_DATA_DIR_LOCKED
 */
export async function withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
  const { config } = configuration()
  const app = await build(config)
  try {
    return await work(app)
  } finally {
    await app.stop()
  }
}
