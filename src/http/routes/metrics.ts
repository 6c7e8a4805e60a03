import type { App } from '../../app/app.ts'
import type { Api } from '../openapi.ts'

/** Prometheus metrics. No id, name or address is a label. */
export function metricsRoutes(api: Api, app: App): void {
  api.get(
    '/metrics',
    { config: { scope: 'public', rateLimit: false }, schema: { hide: true } },
    async (_request, reply) => {
      const text = `${await app.services.measurements()}\n${await api.measured.metrics()}`
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  )
}
