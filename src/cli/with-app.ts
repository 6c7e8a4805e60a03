import { build } from '../app/build.ts'
import type { App } from '../app/app.ts'
import { configuration } from '../app/configuration.ts'

export { CLI_ACTOR } from '../app/cli-actor.ts'

/**
 * Does one piece of work with a wired process that runs no daemons, then closes it.
 *
 * @throws whatever `work` throws, and what loading and opening can: DECORUM_CONFIG, DECORUM_SCHEMA_…, DECORUM_DATA_DIR_LOCKED
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
