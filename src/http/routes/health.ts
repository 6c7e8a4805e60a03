import { z } from 'zod'
import type { App } from '../../app/app.ts'
import type { Api } from '../openapi.ts'

const partsSchema = z.object({
  ready: z.boolean(),
  parts: z.array(
    z.object({
      part: z.string(),
      ok: z.boolean(),
      problem: z.string().nullable().describe('What is wrong and what to do.'),
      warning: z.string().optional().describe('What somebody should know or see to, though the part works.'),
      version: z.string().optional().describe('Which edition of it is in force, where that matters.'),
    }),
  ),
})

/** Is the process up, and can it do its work? For load balancers and supervisors, without a key. */
export function healthRoutes(api: Api, app: App): void {
  api.get(
    '/healthz',
    {
      config: { scope: 'public', rateLimit: false },
      schema: {
        tags: ['Operation'],
        summary: 'Is the process up?',
        operationId: 'getHealth',
        security: [],
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    () => ({ status: 'ok' as const }),
  )

  api.get(
    '/readyz',
    {
      config: { scope: 'public', rateLimit: false },
      schema: {
        tags: ['Operation'],
        summary: 'Can it do its work, and if not, what is wrong?',
        operationId: 'getReadiness',
        security: [],
        response: { 200: partsSchema, 503: partsSchema },
      },
    },
    async (_request, reply) => {
      const parts = await app.health()
      const ready = parts.every((part) => part.ok)
      return reply.code(ready ? 200 : 503).send({ ready, parts })
    },
  )
}

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
