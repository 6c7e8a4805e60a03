import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Caller, Scope } from '../app/services/keys.ts'

/** A server whose routes are typed by their zod schemas. */
export type Api = FastifyInstance<RawServerDefault, RawRequestDefaultExpression, RawReplyDefaultExpression, FastifyBaseLogger, ZodTypeProvider>

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Which scope a key needs for this route; `any`: every valid key; `public`: no key. Every route
     * must say, or the server does not start.
     */
    scope?: Scope | 'any' | 'public'
  }
  interface FastifyRequest {
    /** Who calls; null on public routes. */
    caller: Caller | null
  }
}
