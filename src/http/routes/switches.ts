import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { switchBody, switchLift } from '../../intake/bodies.ts'
import { endAnswer, switchViewSchema } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, flag, ownPath, paging } from '../schema.ts'

const tags = ['Switches']

/** Switches: stop, pause, slow or drain what goes out, by scope. */
export function switchRoutes(api: Api, app: App): void {
  api.post(
    '/v1/switches',
    {
      config: { scope: 'switches:write' },
      schema: {
        tags,
        summary: 'Stop, pause, slow or drain what a scope covers; obeyed within two seconds',
        operationId: 'setSwitch',
        body: switchBody,
        response: answers(201, switchViewSchema),
      },
    },
    async (request, reply) => reply.code(201).send(await app.services.setSwitch(actorOf(request), request.body)),
  )

  api.get(
    '/v1/switches',
    {
      config: { scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'List switches, the newest first',
        operationId: 'listSwitches',
        querystring: z.strictObject({ ...paging, active: flag.optional().describe('true: only those that stand.') }),
        response: answers(200, pageOf(switchViewSchema)),
      },
    },
    (request) => app.services.listSwitches(actorOf(request), request.query),
  )

  api.post(
    '/v1/switches/:id(^[^/:]+)::lift',
    {
      config: { scope: 'switches:write' },
      schema: {
        tags,
        summary: 'Lift a switch, saying why; what waited goes on',
        operationId: 'liftSwitch',
        params: ownPath,
        body: switchLift,
        response: answers(200, endAnswer),
      },
    },
    (request) => app.services.liftSwitch(actorOf(request), request.params.id, request.body),
  )
}
