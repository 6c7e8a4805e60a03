import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Caller, KeyScope } from '../services/keys.ts'

const DESCRIPTION = `Register overdue accounts and what happens to them, ask for reminders, and read what was sent, what was not, and by which rule.

Ids of accounts, recipients, events and contacts are the creditor's own; those of reminders, holds, suppressions and tasks are Decorum's.
Money is text, instants are RFC 3339 with an offset. Lists are read on with \`cursor\`.
Whatever is not 2xx is a problem document (RFC 9457) whose \`code\` is stable.`

/** Serves the OpenAPI 3.1 document of all routes at /docs. Register before any route. */
export function describeApi(api: Api, version: string): void {
  void api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Decorum', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: '`dk_live_…` or `dk_test_…`; test keys never reach a provider.',
          },
        },
      },
      security: [{ key: [] }],
    },
    // Routes of plugins have JSON schemas, which the transformer of zod schemas refuses.
    transform: (route) =>
      route.schema?.hide === true || route.url.startsWith('/docs')
        ? { schema: { hide: true }, url: route.url }
        : jsonSchemaTransform(route),
    transformObject: (document) => withoutInputs(jsonSchemaTransformObject(document)),
  })
  void api.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, transformStaticCSP: (header) => header })
}

/** The transformer repeats each named schema as an input; named schemas are used in answers only. */
function withoutInputs<T extends object>(document: T): T {
  const { components } = document as { components?: { schemas?: Record<string, unknown> } }
  for (const name of Object.keys(components?.schemas ?? {}))
    if (name.endsWith('Input')) delete components?.schemas?.[name]
  return document
}

/** A server whose routes are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The scope that a key needs; `any`: every valid key; `public`: no key; `optional`: no key, and more for a valid one. The
     * server does not start while a route has none.
     */
    scope?: KeyScope | 'any' | 'public' | 'optional'
  }
  interface FastifyRequest {
    /** Null on public routes. */
    caller: Caller | null
  }
}
