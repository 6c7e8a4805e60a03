import { pino } from 'pino'
import { build } from '../../../src/app/build.ts'
import { buildServer } from '../../../src/http/server.ts'
import { answer, argumentOf } from '../ask.ts'
import { benchConfig, type Places } from '../bench-config.ts'
import { daytimeClock } from '../daytime.ts'

/** The HTTP interface in a process of its own, without daemons. */
const places = argumentOf<Places>()
const app = await build(benchConfig(places), {
  clock: daytimeClock(Date.now()),
  log: pino({ level: 'error' }, pino.destination(2)),
})
const { secret } = await app.services.createKey(
  { name: 'bench', creditor: null, live: true },
  { label: 'bench', creditor: null, kind: 'live', scopes: ['admin'] },
)
const server = buildServer(app)
const url = await server.listen({ port: 0, host: '127.0.0.1' })

answer({
  at: () => ({ url, secret }),
  stop: async () => {
    await server.close()
    await app.stop()
  },
})
