import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { configId, instant, line } from '../../intake/fields.ts'
import { DecorumError } from '../../model/errors.ts'
import { pageOf } from '../../report/views/page.ts'
import { SCOPES } from '../../services/keys.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, found, ownPath } from '../schema.ts'

const tags = ['Keys']

const keySchema = z.object({
  id: z.string(),
  label: z.string(),
  creditor: z.string().nullable(),
  kind: z.enum(['test', 'live']),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.string(),
  createdBy: z.string().nullable().describe('`key:<id>` or `user:<name>`; null: made before this was recorded.'),
  expiresAt: z.string().nullable().describe('Null: it holds until it is revoked.'),
  revokedAt: z.string().nullable(),
  revokedBy: z.string().nullable(),
  lastUsedAt: z.string().nullable().describe('To the minute; null: never.'),
})

const newKey = z.strictObject({
  label: line(100).describe('For people: which system or person has it.'),
  creditor: configId.nullish().describe('Absent: every creditor, or that of the key that asks.'),
  kind: z.enum(['test', 'live']).default('live').describe('What a test key registers never reaches a provider.'),
  scopes: z.array(z.enum(SCOPES)).min(1).max(50),
  expiresAt: instant.nullish().describe('Absent: it holds until it is revoked.'),
})

/** API keys. A key bound to a creditor creates and lists keys of that creditor only. */
export function keyRoutes(api: Api, app: App): void {
  api.post(
    '/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Make a key; its secret is shown this once',
        operationId: 'createKey',
        body: newKey,
        response: answers(201, keySchema.extend({ secret: z.string() })),
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const creditor = request.body.creditor ?? actor.creditor
      if (actor.creditor !== null && creditor !== actor.creditor) {
        throw new DecorumError('DECORUM_FORBIDDEN', `the key is bound to creditor ${actor.creditor}`)
      }
      if (!actor.live && request.body.kind === 'live')
        throw new DecorumError('DECORUM_FORBIDDEN', 'a test key makes test keys only')
      const { key, secret } = await app.services.createKey(actor, { ...request.body, creditor })
      return reply.code(201).send({ ...key, secret })
    },
  )

  api.get(
    '/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'List keys, without their secrets',
        operationId: 'listKeys',
        response: answers(200, pageOf(keySchema)),
      },
    },
    async (request) => ({ items: await app.services.listKeys(actorOf(request)), next: null }),
  )

  api.delete(
    '/v1/keys/:id',
    {
      config: { scope: 'admin' },
      schema: {
        tags,
        summary: 'Revoke a key',
        operationId: 'revokeKey',
        params: ownPath,
        response: answers(200, keySchema),
      },
    },
    async (request) => found(await app.services.revokeKey(actorOf(request), request.params.id), 'key'),
  )
}
