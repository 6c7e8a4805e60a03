import { writeFileSync } from 'node:fs'
import { pino } from 'pino'
import type { App } from '../app/app.ts'
import { configuration } from '../config/configuration.ts'
import { buildServer } from './server.ts'

/** The OpenAPI document of this build, as text that is the same for the same routes. */
export async function apiDocument(config: App['config']): Promise<string> {
  // Describing asks nothing of the process behind: no ledger is opened for it.
  const app = { config, logger: pino({ level: 'silent' }), runtime: {}, services: {} } as unknown as App
  const server = buildServer(app)
  try {
    await server.ready()
    return `${JSON.stringify(server.swagger(), null, 2)}\n`
  } finally {
    await server.close()
  }
}

// `npm run openapi`: writes the document that is checked in; a test fails while it differs from the routes.
writeFileSync(new URL('openapi.json', import.meta.url), await apiDocument(configuration().config))
