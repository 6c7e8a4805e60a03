import { DecorumError } from '../model/errors.ts'
import type { App } from '../app/app.ts'
import type { Api } from './api.ts'

/** For each connection to the ledger so many may wait; whoever comes later would be answered after having given up. */
const WAITING_EACH = 4
/** A provider's word is not said twice: for those the door stays open longer. */
const WAITING_EACH_AT_HOOKS = 16

/**
 * Turns requests away while more of them wait for the ledger than it can answer in time, and drops those whose asker has gone.
 *
 * Without it a busy minute never ends: clients give up after some seconds and ask again, their first
 * questions are still worked off, and in the end every answer comes too late for whoever asked
 * (seen in a run of chaos on a machine with ten times its load: five minutes of nothing but 503).
 */
export function shedLoad(api: Api, app: App): void {
  api.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions
    if (request.is404 || NEEDS_NO_LEDGER.has(url)) return
    const { pool } = app.shell.ledger
    const each = url.startsWith('/hooks/') ? WAITING_EACH_AT_HOOKS : WAITING_EACH
    if (pool.waitingCount <= each * (pool.options.max ?? 10)) return
    void reply.header('retry-after', '1')
    throw new DecorumError('DECORUM_OVERLOADED', 'more requests wait for the ledger than it can answer in time')
  })
  // After the key was looked up and the body read: the first wait for the ledger is over.
  api.addHook('preHandler', async (request, reply) => {
    // Nobody would hear the answer. They ask again, under the same key or id if it was a write.
    if (request.raw.socket?.destroyed === true) reply.hijack()
  })
}

const NEEDS_NO_LEDGER: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])
