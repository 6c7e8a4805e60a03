import { pino } from 'pino'
import type { Config } from '../../src/config/config.ts'
import { creditorSchema } from '../../src/model/creditor.ts'
import { parseInstant, type Instant } from '../../src/model/time.ts'
import { parseLadder } from '../../src/model/ladder.ts'
import { routeSchema } from '../../src/model/route.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { parseKeyRing } from '../../src/record/vault/key-ring.ts'
import { openVault } from '../../src/record/vault/vault.ts'
import { masterKey } from '../support/master-key.ts'

export const at = (text: string): Instant => {
  const instant = parseInstant(text)
  if (instant === null) throw new RangeError(`not an instant: ${text}`)
  return instant
}

/** A clock that stands until it is set. */
export class StandingClock {
  readonly virtual = true
  #now: Instant
  constructor(now: Instant) {
    this.#now = now
  }
  now(): Instant {
    return this.#now
  }
  set(text: string): void {
    this.#now = at(text)
  }
}

const ladder = (id: string) => {
  const parsed = parseLadder({
    id,
    version: '1',
    template: 'overdue',
    rungs: [
      { id: 'first', at: { dpd: 1 }, stage: 'M1', tone: 'gentle', channels: ['sms'] },
      { id: 'second', at: { dpd: 10 }, stage: 'M1', tone: 'neutral', channels: ['sms'] },
    ],
  })
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return { ladder: parsed.ladder, version: `${id}-v1` }
}

const creditor = (id: string) =>
  creditorSchema.parse({
    id,
    bookZone: 'Asia/Shanghai',
    freshFor: '36h',
    defaults: { product: 'loan', ladder: 'plain', jurisdiction: 'CN' },
    words: { name: id, helpLine: '95000' },
  })

const route = (channel: 'sms' | 'phone') =>
  routeSchema.parse({
    id: `${channel}-main`,
    channel,
    provider: 'capture',
    from: 'test',
    rate: { perSecond: 10 },
    serves: { jurisdictions: ['CN'] },
  })

/** A small configuration: creditors `acme` and `other`, ladders `plain` and `stern`, template `overdue`, routes for SMS and phone in China. */
export function accepting(
  ledger: Ledger,
  now = '2026-11-23T02:00:00Z',
): { runtime: Runtime; clock: StandingClock; actor: Actor } {
  const clock = new StandingClock(at(now))
  const config = {
    production: false,
    creditors: new Map(['acme', 'other'].map((id) => [id, creditor(id)])),
    ladders: new Map(['plain', 'stern'].map((id) => [id, ladder(id)])),
    templates: new Map([
      [
        'overdue',
        { id: 'overdue', manifest: { tones: ['gentle', 'neutral', 'firm'], channels: ['sms', 'phone', 'email'] } },
      ],
    ]),
    routes: [route('sms'), route('phone')],
    packs: [],
    webhooks: [],
    limits: { clockSkewMinutes: 5 },
  } as unknown as Config
  const vault = openVault(parseKeyRing(masterKey('k1')))
  return {
    runtime: { config, ledger, vault, clock, log: pino({ level: 'silent' }) },
    clock,
    actor: { name: 'key:test', creditor: 'acme', live: true },
  }
}
