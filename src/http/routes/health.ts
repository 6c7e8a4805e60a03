import { z } from 'zod'
import type { App, PartHealth } from '../../app/app.ts'
import { DecorumError } from '../../model/errors.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'

const partsSchema = z.object({
  ready: z.boolean(),
  parts: z
    .array(
      z.object({
        part: z.string(),
        ok: z.boolean(),
        problem: z.string().nullable().describe('What is wrong and what to do.'),
        warning: z.string().optional().describe('What somebody should know or see to, though the part works.'),
        version: z.string().optional().describe('Which edition of it is in force, where that matters.'),
      }),
    )
    .optional()
    .describe('Told to callers with a key of every creditor alone.'),
})

/** For so long one look at the parts answers everybody, so that asking often asks the ledger no more. */
const LOOK_EVERY_MS = 500

/** Is the process up, and can it do its work? For load balancers and supervisors, without a key; with one, which part does not. */
export function healthRoutes(api: Api, app: App): void {
  let looked: { at: number; parts: Promise<PartHealth[]> } | null = null
  const look = (): Promise<PartHealth[]> => {
    const now = performance.now()
    if (looked === null || now - looked.at > LOOK_EVERY_MS) looked = { at: now, parts: app.health() }
    return looked.parts
  }

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
      config: { scope: 'optional', rateLimit: false },
      schema: {
        tags: ['Operation'],
        summary: 'Can it do its work, and if not, what is wrong?',
        operationId: 'getReadiness',
        security: [{}, { key: [] }],
        response: { 200: partsSchema, 503: partsSchema },
      },
    },
    async (request, reply) => {
      const parts = await look()
      const ready = parts.every((part) => part.ok)
      const told = request.caller !== null && request.caller.actor.creditor === null
      return reply.code(ready ? 200 : 503).send({ ready, ...(told ? { parts } : {}) })
    },
  )
}

/** Prometheus metrics, for a key of every creditor: they are of all of them. No id, name or address is a label. */
export function metricsRoutes(api: Api, app: App): void {
  api.get('/metrics', { config: { scope: 'metrics:read' }, schema: { hide: true } }, async (request, reply) => {
    const { creditor } = actorOf(request)
    if (creditor !== null) throw new DecorumError('DECORUM_FORBIDDEN', `the key is bound to creditor ${creditor}`)
    const text = `${await app.services.measurements()}\n${await api.measured.metrics()}`
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })
}
