import type { Actor } from '../../pipeline/shell.ts'
import type { Services } from '../services.ts'
import type { Happening } from './scenario.ts'

/** Reports one thing from outside, through the same services as the HTTP interface. */
export async function play(services: Services, actor: Actor, happening: Happening): Promise<void> {
  switch (happening.kind) {
    case 'event': {
      const { accountId, ...body } = happening.body
      await services.addEvent(actor, accountId, body)
      return
    }
    case 'account': {
      const { id, ...body } = happening.body
      await services.putAccount(actor, id, body)
      return
    }
    case 'stop':
      await services.addSuppression(actor, happening.body)
      return
    case 'reminder':
      await services.createReminder(actor, happening.key, happening.body)
      return
    case 'contact':
      await services.addContact(actor, happening.body)
      return
    case 'task': {
      const { accountId, completion } = happening.body
      const open = await services.listTasks(actor, { accountId, status: 'open', limit: 1 })
      const [task] = open.items
      // With other days in between, that step may not have come up, or may not be taken now: then nobody has anything to report.
      if (task?.decision?.verdict === 'send') await services.completeTask(actor, task.id, completion)
    }
  }
}
