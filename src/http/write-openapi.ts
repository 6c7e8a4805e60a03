import { writeFileSync } from 'node:fs'
import { pino } from 'pino'
import type { App } from '../app/app.ts'
import { configuration } from '../config/load.ts'
import { buildServer } from './server.ts'

/** The OpenAPI document of this build, as text that is the same for the same routes. */
export async function apiDocument(config: App['config']): Promise<string> {
  // Routes are only described, so no ledger is opened.
  const app = { config, logger: pino({ level: 'silent' }), runtime: {}, services: {} } as unknown as App
  const server = buildServer(app)
  try {
    await server.ready()
    return `${JSON.stringify(server.swagger(), null, 2)}\n`
  } finally {
    await server.close()
  }
}

// `npm run openapi` writes openapi.json; a test fails while the file differs from the routes.
if (process.argv[1] === import.meta.filename)
  writeFileSync(new URL('openapi.json', import.meta.url), await apiDocument(configuration().config))
