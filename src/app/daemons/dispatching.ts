import type { Channel } from '../../model/channel.ts'
import { Dispatcher } from '../../pipeline/dispatch/dispatcher.ts'
import type { Desk } from '../../pipeline/dispatch/desk.ts'
import type { Doorbell, Listener } from '../../queue/doorbell.ts'
import type { Shell } from '../../pipeline/shell.ts'
import type { OpenRoute } from '../routes.ts'

/** Tickets of one route in hand at once; each is in hand only until its calls have begun. */
const TICKETS_AT_ONCE = 4

/** A dispatch worker: listens on every route of one channel. */
export interface DispatchWorker {
  readonly channel: Channel
  /** Resolves when nothing is on the wire or unsettled. */
  idle(): Promise<void>
  stop(): Promise<void>
  abort(): Promise<void>
}

export async function startDispatching(
  shell: Shell, channel: Channel, routes: readonly OpenRoute[], doorbell: Doorbell, deskOf: (open: OpenRoute) => Desk,
): Promise<DispatchWorker> {
  const open = routes.filter((r) => r.route.channel === channel)
  const dispatchers = open.map((r) => new Dispatcher(shell, deskOf(r), r.breaker))
  const unwatch = open.map((r) => r.breaker.onChange((state) => {
    const route = r.route.id
    if (state === 'open') shell.log.error({ event: 'breaker.opened', route }, 'breaker opened: no calls to the provider for now')
    else if (state === 'half-open') shell.log.info({ event: 'breaker.half_opened', route }, 'breaker half open: trying one call')
    else shell.log.info({ event: 'breaker.closed', route }, 'breaker closed: calls go to the provider again')
  }))
  const listeners: Listener[] = await Promise.all(
    dispatchers.map((dispatcher) => doorbell.listen(dispatcher.route, TICKETS_AT_ONCE, async (ticket) => {
      try {
        await dispatcher.answer(ticket)
      } catch (error) {
        shell.log.error({ event: 'ticket.failed', route: dispatcher.route, error: (error as Error).message }, 'ticket not dispatched; its reminders stay queued until the sweep rings them again')
      }
    })),
  )
  return {
    channel,
    async idle() {
      for (const dispatcher of dispatchers) await dispatcher.idle()
    },
    async stop() {
      // Both at once: a ticket in hand may be waiting for the rate and must hear that we stop.
      await Promise.all([...listeners.map((l) => l.stop()), ...dispatchers.map((d) => d.stop())])
      // A ticket that ended meanwhile may have left a call or a result behind.
      for (const dispatcher of dispatchers) await dispatcher.stop()
      for (const stop of unwatch) stop()
    },
    async abort() {
      for (const dispatcher of dispatchers) dispatcher.abort()
      await Promise.all(listeners.map((l) => l.abort()))
    },
  }
}
