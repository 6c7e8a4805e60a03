import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { App } from '../../src/app/app.ts'
import { serveHttp } from '../../src/cli/commands/serve.ts'
import { serve, type Served } from '../http/served.ts'
import { freePort } from '../support/child-server.ts'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'

let fresh: FreshLedger
let served: Served
beforeAll(async () => {
  fresh = await openEmbeddedFresh()
  served = await serve(fresh.ledger)
})
afterAll(async () => {
  await served.close()
  await fresh.dispose()
})

it('gives its port back when the ledger goes away before the first key is looked after, so that the next try can listen', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const lost = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
  const ensureBootstrapKey = vi
    .fn<App['services']['ensureBootstrapKey']>()
    .mockRejectedValueOnce(lost)
    .mockResolvedValue(null)
  const app: App = {
    ...served.app,
    config: { ...served.app.config, port: await freePort() },
    services: { ...served.app.services, ensureBootstrapKey },
  }
  await expect(serveHttp(app)).rejects.toBe(lost)
  const http = await serveHttp(app)
  expect((await fetch(`http://127.0.0.1:${app.config.port}/healthz`)).status).toBe(200)
  await http.close()
})

it('listens on HOST alone', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const port = await freePort()
  const app: App = {
    ...served.app,
    config: { ...served.app.config, host: '127.0.0.2', port },
    services: { ...served.app.services, ensureBootstrapKey: async () => null },
  }
  const http = await serveHttp(app)
  expect((await fetch(`http://127.0.0.2:${port}/healthz`)).status).toBe(200)
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed')
  await http.close()
})
