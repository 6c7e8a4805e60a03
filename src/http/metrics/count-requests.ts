import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Api } from '../api.ts'
import { routeName } from '../route-name.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What this server has measured of itself. */
    measured: Registry
  }
}

/** Times every request by the route's pattern; an address that no route has is one series, whatever it says. */
export function countRequests(api: Api): void {
  const measured = new Registry()
  collectDefaultMetrics({ register: measured })
  const seconds = new Histogram({
    name: 'decorum_http_request_seconds', help: 'Time to answer, by method, route pattern and status.', labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers: [measured],
  })
  api.decorate('measured', measured)
  api.addHook('onResponse', async (request, reply) => {
    seconds.observe({ method: request.method, route: routeName(request.routeOptions.url), status: String(reply.statusCode) }, reply.elapsedTime / 1000)
  })
}
