import { setTimeout as pause } from 'node:timers/promises'
import type { ProviderDoor } from './stage.ts'

/** Reads people's mail as it comes, for the link that stops it. */
export function watchMailboxes(smtp: ProviderDoor): { linkOf(email: string): string | null; stop(): Promise<void> } {
  const links = new Map<string, string>()
  const stopped = new AbortController()
  const watching = (async () => {
    for (let after = 0; !stopped.signal.aborted;) {
      const seen = await smtp.books(after).catch(() => null)
      for (const { to, unsubscribe } of seen?.entries ?? []) if (unsubscribe !== null) links.set(to, unsubscribe)
      after = seen?.next ?? after
      await pause(700, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  return {
    linkOf: (email) => links.get(email) ?? null,
    async stop() {
      stopped.abort()
      await watching
    },
  }
}
