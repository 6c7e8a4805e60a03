import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { taskCompletion } from '../../intake/bodies.ts'
import { upstreamId } from '../../intake/fields.ts'
import { taskAnswer } from '../../report/views/operations.ts'
import { pageOf } from '../../report/views/page.ts'
import { replyViewSchema, TASK_STATUSES, taskViewSchema } from '../../report/views/recipients.ts'
import { actorOf } from '../authenticate.ts'
import type { Api } from '../openapi.ts'
import { answers, creditor, flag, found, ownPath, paging, ownerQuery } from '../schema.ts'

const tags = ['Tasks']

/** Tasks: ladder steps carried out by agents. */
export function taskRoutes(api: Api, app: App): void {
  api.get(
    '/v1/tasks',
    {
      config: { scope: 'tasks:read' },
      schema: {
        tags,
        summary: 'List tasks, what is due first first',
        operationId: 'listTasks',
        querystring: z.strictObject({ ...paging, ...ownerQuery, status: z.enum(TASK_STATUSES).optional() }),
        response: answers(200, pageOf(taskViewSchema)),
      },
    },
    (request) => app.services.listTasks(actorOf(request), request.query),
  )

  api.get(
    '/v1/tasks/:id',
    {
      config: { scope: 'tasks:read' },
      schema: {
        tags,
        summary: 'One task',
        operationId: 'getTask',
        params: ownPath,
        response: answers(200, taskViewSchema),
      },
    },
    async (request) => found(await app.services.getTask(actorOf(request), request.params.id), 'task'),
  )

  api.get(
    '/v1/replies',
    {
      config: { scope: 'people:read' },
      schema: {
        tags,
        summary: 'What people wrote back, the newest first; the access is logged',
        operationId: 'listReplies',
        querystring: z.strictObject({
          ...paging,
          creditor,
          recipientId: upstreamId.optional(),
          taskId: z.guid('is not an id of ours').optional(),
          unresolved: flag.optional().describe('true: only what nobody can be told to have sent.'),
        }),
        response: answers(200, pageOf(replyViewSchema)),
      },
    },
    (request) => app.services.listReplies(actorOf(request), request.query),
  )

  api.post(
    '/v1/tasks/:id(^[^/:]+)::complete',
    {
      config: { scope: 'tasks:write' },
      schema: {
        tags,
        summary: 'Report what came of a task',
        operationId: 'completeTask',
        params: ownPath,
        body: taskCompletion,
        response: answers(200, taskAnswer),
      },
    },
    (request) => app.services.completeTask(actorOf(request), request.params.id, request.body),
  )
}
