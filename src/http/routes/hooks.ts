import formbody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../../app/app.ts'
import type { CallbackAnswer, SignedCall } from '../../services/callbacks/callbacks.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Api } from '../openapi.ts'

const attemptPath = z.object({
  reminderId: z.guid('is not an id of ours'),
  attemptNo: z.coerce.number().int().min(1).max(32_767),
})
// A callback that is signed is never refused; others are counted by address.
const open = { scope: 'public', rateLimit: false } as const
/** Twilio sends a few KiB, also for a message with ten pictures. */
const bodyLimit = 64 * 1024
const unlisted = { hide: true }

/**
 * Callbacks of Twilio: signed, so without a key.
 *
 * The signature covers the URL as Twilio was given it and every field as received, so nothing is trimmed, dropped or taken
 * from proxy headers.
 */
export function hookRoutes(api: Api, app: App): void {
  void api.register(async (scope: Api) => {
    await scope.register(formbody)
    const { callbacks } = app.services

    scope.post(
      '/hooks/twilio/message/:reminderId/:attemptNo',
      { config: open, bodyLimit, schema: { ...unlisted, params: attemptPath } },
      async (request, reply) =>
        send(
          request,
          reply,
          await callbacks.twilioMessage(signedCall(request), request.params.reminderId, request.params.attemptNo),
        ),
    )

    scope.post(
      '/hooks/twilio/call/:reminderId/:attemptNo',
      { config: open, bodyLimit, schema: { ...unlisted, params: attemptPath } },
      async (request, reply) =>
        send(
          request,
          reply,
          await callbacks.twilioCall(signedCall(request), request.params.reminderId, request.params.attemptNo),
        ),
    )

    scope.route({
      method: ['GET', 'POST'],
      url: '/hooks/twilio/voice/:reminderId/:attemptNo',
      config: open,
      bodyLimit,
      schema: { ...unlisted, params: attemptPath },
      handler: async (request, reply) =>
        send(
          request,
          reply,
          await callbacks.twilioVoice(signedCall(request), request.params.reminderId, request.params.attemptNo),
        ),
    })

    scope.post('/hooks/twilio/inbound', { config: open, bodyLimit, schema: unlisted }, async (request, reply) =>
      send(request, reply, await callbacks.twilioInbound(signedCall(request))),
    )
  })
}

function signedCall(request: FastifyRequest): SignedCall {
  const signature = request.headers['x-twilio-signature']
  return {
    path: request.url,
    form: (request.body ?? {}) as SignedCall['form'],
    signature: typeof signature === 'string' ? signature : null,
  }
}

async function send(request: FastifyRequest, reply: FastifyReply, answer: CallbackAnswer): Promise<FastifyReply> {
  switch (answer.kind) {
    case 'done':
      return reply.code(204).send()
    case 'xml':
      return reply.type('text/xml; charset=utf-8').send(answer.body)
    case 'refused':
      await request.server.countFailure('unproven', request, reply)
      throw new DecorumError('DECORUM_FORBIDDEN', 'the signature is not that of this provider account', {
        hint: 'PUBLIC_URL must be the address that the provider calls, and the route must hold the account’s primary auth token.',
      })
    case 'unknown':
      throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such attempt')
  }
}
