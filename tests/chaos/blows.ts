import { setTimeout as pause } from 'node:timers/promises'
import type { Proxy } from '../support/tcp-proxy.ts'
import type { Fleet } from './fleet.ts'
import type { Switches } from './switches.ts'
import type { Blow, TimedBlow } from './schedule.ts'
import type { StrickenServer } from './servers.ts'

/** What can be struck. */
export interface Targets {
  fleet: Fleet
  redis: StrickenServer
  postgres: StrickenServer
  /** Empties Redis. */
  flush(): Promise<void>
  wires: Record<'twilio' | 'smtp', Proxy>
  switches: Switches
}

/** A blow that was struck and how long it lasted, in milliseconds of the harness's clock. */
export interface Struck {
  blow: Blow
  from: number
  until: number
}

/** Strikes each blow at its time; one that still lasts does not keep the next waiting, but nothing is struck twice at once. */
export async function strike(blows: readonly TimedBlow[], targets: Targets, stopped: AbortSignal): Promise<Struck[]> {
  const begun = performance.now()
  const struck: Struck[] = []
  const busy = new Set<string>()
  const lasting: Promise<void>[] = []
  for (const { atMs, blow } of blows) {
    await pause(Math.max(0, begun + atMs - performance.now()), undefined, { signal: stopped }).catch(() => undefined)
    if (stopped.aborted) break
    const what = 'process' in blow ? blow.process : blow.kind === 'wire' ? blow.to : (blow.kind.split('-')[0] as string)
    if (busy.has(what)) continue
    busy.add(what)
    const from = Date.now()
    lasting.push(
      land(blow, targets, stopped).finally(() => {
        struck.push({ blow, from, until: Date.now() })
        busy.delete(what)
      }),
    )
  }
  await Promise.all(lasting)
  return struck
}

async function land(blow: Blow, targets: Targets, stopped: AbortSignal): Promise<void> {
  const lasts = (ms: number) => pause(ms, undefined, { signal: stopped }).catch(() => undefined)
  switch (blow.kind) {
    case 'kill':
      await targets.fleet.kill(blow.process)
      await lasts(blow.downMs)
      targets.fleet.start(blow.process)
      // Struck again only once it works: a process that never gets up is not tested.
      return void (await targets.fleet.ready(blow.process).catch(() => undefined))
    case 'redis-kill':
      return targets.redis.strike(blow.downMs)
    case 'redis-flush':
      return targets.flush()
    case 'postgres-restart':
      return targets.postgres.strike(blow.downMs)
    case 'clock':
      targets.fleet.stepClock(blow.process, blow.offsetMs)
      await lasts(blow.lastsMs)
      return targets.fleet.stepClock(blow.process, 0)
    case 'freeze':
      targets.fleet.freeze(blow.process)
      await lasts(blow.lastsMs)
      return targets.fleet.thaw(blow.process)
    case 'switch': {
      const lift = await targets.switches.throw(blow.state, blow.channel)
      await lasts(blow.lastsMs)
      return lift()
    }
    case 'wire': {
      const wire = targets.wires[blow.to]
      if (blow.how === 'freeze') wire.freeze()
      else await wire.cut()
      await lasts(blow.lastsMs)
      return wire.restore()
    }
  }
}
