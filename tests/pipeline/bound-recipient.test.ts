import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ConsentExemption, exemptUntil } from '../../src/decide/consent.ts'
import type { EvaluationContext } from '../../src/decide/evaluation-context.ts'
import { suppressionBody } from '../../src/intake/bodies.ts'
import { parse } from '../../src/intake/parse.ts'
import { recipientBody } from '../../src/intake/recipient-body.ts'
import { DAY, NEVER } from '../../src/model/time.ts'
import { CHANNELS } from '../../src/model/vocabulary.ts'
import { idleConsents, MOST_ADDRESSES_KEPT, MOST_CONSENTS_KEPT } from '../../src/pipeline/accept/bound-recipient.ts'
import type { Actor, Runtime } from '../../src/pipeline/runtime.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import type { Consent } from '../../src/record/recipients.ts'
import { commandService as bind } from '../../src/services/commands.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { accepting, type StandingClock } from './accepting-shell.ts'

const must = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

describe('consents that allow nothing any more', () => {
  const NOW = 50 * DAY
  const day = fc.integer({ min: 0, max: 100 }).map((n) => n * DAY)
  const consent = fc
    .record({
      kind: fc.constantFrom('a', 'b'),
      channel: fc.constantFrom(null, CHANNELS[0], CHANNELS[1]),
      hash: fc.constantFrom(null, 'x'),
      from: day,
      until: fc.option(day),
    })
    .map(({ kind, channel, hash, from, until }): Consent => ({
      id: '',
      creditor: 'c',
      recipient_id: 'r',
      kind,
      channel,
      address_hash: hash === null ? null : Buffer.from(hash),
      starts_at: new Date(from),
      ends_at: until === null ? null : new Date(until),
      source: null,
      recorded_at: new Date(0),
    }))

  /** Until when these consents exempt, as a decision sees it; -1: they do not. */
  const exempted = (consents: readonly Consent[], exemption: ConsentExemption, at: number, address: string): number => {
    const utc = { dayAt: (time: number) => Math.floor(time / DAY), startOfDay: (n: number) => n * DAY }
    const facts = consents.map(({ kind, channel, address_hash, starts_at, ends_at }) => ({
      kind,
      channel,
      address: address_hash?.toString() ?? null,
      from: starts_at.getTime(),
      until: ends_at?.getTime() ?? null,
    }))
    const context = { facts: { consents: facts }, zones: [utc] } as unknown as EvaluationContext
    return exemptUntil(context, exemption, at, CHANNELS[0], address) ?? -1
  }

  it('change no decision from now on, and make none of before looser', () => {
    fc.assert(
      fc.property(
        fc.array(consent, { minLength: 5, maxLength: 40 }),
        fc.constantFrom(null, 7, 30),
        day,
        (all, days, at) => {
          const left = new Set(idleConsents(all, NOW))
          const kept = all.filter((one) => !left.has(one))
          const exemption = { kinds: new Set(['a']), days }
          for (const address of ['x', 'z']) {
            const [before, after] = [exempted(all, exemption, at, address), exempted(kept, exemption, at, address)]
            if (at >= NOW) expect(after).toBe(before)
            else expect(after).toBeLessThanOrEqual(before)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('are those that are over, and those that a newer one replaces', () => {
    const one = (from: number, until: number | null): Consent => ({
      id: `${from}-${until}`,
      creditor: 'c',
      recipient_id: 'r',
      kind: 'a',
      channel: null,
      address_hash: null,
      starts_at: new Date(from * DAY),
      ends_at: until === null ? null : new Date(until * DAY),
      source: null,
      recorded_at: new Date(0),
    })
    const ids = (...all: Consent[]) => idleConsents(all, NOW).map(({ id }) => id)
    expect(ids(one(1, 9), one(2, 3), one(4, 50))).toEqual(['2-3', '1-9', '4-50'])
    expect(ids(one(1, 60), one(2, 61), one(3, null)), 'the newest lasts longest').toEqual(['1-60', '2-61'])
    expect(ids(one(1, 70), one(2, 61)), 'the newest ends first').toEqual([])
    expect(ids(one(1, 60), one(51, null)), 'it has not begun').toEqual([])
    expect(NEVER).toBeGreaterThan(100 * DAY)
  })
})

eachLedger('what is kept of one person', (_name, openFresh) => {
  let ledger: Ledger
  let runtime: Runtime
  let clock: StandingClock
  let actor: Actor
  let services: ReturnType<typeof bind>
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    ;({ runtime, clock, actor } = accepting(ledger))
    services = bind(runtime)
  })
  beforeEach(async () => {
    await emptyLedger(ledger)
  })

  const put = (body: Record<string, unknown>) => services.putRecipient(actor, 'p-1', must(parse(recipientBody, body)))
  const consents = () => ledger.db.selectFrom('decorum.consent').selectAll().execute()
  const addresses = () => ledger.db.selectFrom('decorum.recipient_address').selectAll().execute()
  const iso = (ms: number) => new Date(ms).toISOString()
  const mailboxes = (n: number, from: number) =>
    Array.from({ length: n }, (_, i) => ({ channel: 'email', value: `m${from + i}@example.com` }))

  it('are at most two hundred consents: those that ended first make room', async () => {
    const now = clock.now()
    for (let n = 0; n < 8; n++)
      await put({
        consents: Array.from({ length: 50 }, (_, i) => ({
          kind: 'sms',
          from: iso(now - 1_000 * DAY),
          until: iso(now - (900 - n * 50 - i) * DAY),
        })),
      })
    const kept = await consents()
    expect(kept).toHaveLength(MOST_CONSENTS_KEPT)
    const latest = now - (900 - 399) * DAY
    expect(Math.max(...kept.map(({ ends_at: end }) => end?.getTime() ?? NEVER))).toBe(latest)
    expect(Math.min(...kept.map(({ ends_at: end }) => end?.getTime() ?? NEVER))).toBe(latest - 199 * DAY)
  })

  it('are consents of which each in force is kept, and more than two hundred of those are refused', async () => {
    const now = clock.now()
    const inForce = (n: number, of: number) => ({
      consents: Array.from({ length: of }, (_, i) => ({
        kind: `kind-${n}-${i}`,
        from: iso(now - DAY),
        until: iso(now + DAY),
      })),
    })
    for (let n = 0; n < 4; n++) await put(inForce(n, 50))
    await expect(put(inForce(4, 1))).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'consents', cure: expect.any(String) }],
    })
    expect(await put({ ...inForce(0, 50), locale: 'en' }), 'nothing is added').toMatchObject({ applied: true })
    expect(await consents()).toHaveLength(MOST_CONSENTS_KEPT)
  })

  it('is a hundred and fifty addresses at most: those retired longest make room, and those in use stay', async () => {
    for (let n = 0; n < 6; n++) {
      clock.set(iso(clock.now() + 1_000))
      await put({ addresses: mailboxes(50, n * 50) })
    }
    const kept = await addresses()
    expect(kept).toHaveLength(MOST_ADDRESSES_KEPT)
    expect(kept.filter(({ removed_at: removed }) => removed === null)).toHaveLength(50)
    const gone = kept.flatMap(({ removed_at: removed }) => (removed === null ? [] : [removed.getTime()]))
    expect(new Set(gone), 'the latest two puts retired').toEqual(new Set([clock.now(), clock.now() - 1_000]))
  })

  it('keeps addresses that a stop names, refuses what would be too many with them, and lets any be retired', async () => {
    const stop = (value: string) =>
      services.addSuppression(
        actor,
        must(
          parse(suppressionBody, { scope: 'address', value, channel: 'email', reason: 'opt-out', creditor: 'acme' }),
        ),
      )
    await put({ addresses: mailboxes(50, 0) })
    for (const { value } of mailboxes(50, 0)) await stop(value)
    for (let n = 1; n < 4; n++) await put({ addresses: mailboxes(50, n * 50) })
    const stopped = new Set((await ledger.db.selectFrom('decorum.suppression').selectAll().execute()).map(hashOf))
    const standing = async () => (await addresses()).filter(({ hash }) => stopped.has(hash.toString('hex')))
    expect(await standing()).toHaveLength(50)
    for (const { value } of [...mailboxes(50, 100), ...mailboxes(50, 150)]) await stop(value)
    await expect(put({ addresses: mailboxes(50, 200) })).rejects.toMatchObject({
      code: 'DECORUM_BAD_INPUT',
      faults: [{ path: 'addresses', cure: expect.any(String) }],
    })
    expect(await put({ addresses: [] })).toMatchObject({ applied: true, changed: true })
    expect((await addresses()).every(({ removed_at: removed }) => removed !== null)).toBe(true)
    expect(await addresses()).toHaveLength(MOST_ADDRESSES_KEPT)
  })

  it('keeps a number that was stated to be a landline, which its digits do not tell', async () => {
    const number = (n: number) => ({ channel: 'sms', value: `+1212555${String(1000 + n)}` })
    await put({ addresses: [{ ...number(0), kind: 'landline' }, number(1)] })
    for (let n = 1; n < 5; n++) await put({ addresses: mailboxes(50, n * 50) })
    expect((await addresses()).filter(({ channel }) => channel === 'sms').map(({ kind }) => kind)).toEqual(['landline'])
  })
})

const hashOf = ({ address_hash: hash }: { address_hash: Buffer | null }): string => hash?.toString('hex') ?? ''
