import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compilePacks } from '../../src/decide/compile-pack.ts'
import { decide } from '../../src/decide/decide.ts'
import { selectPacks } from '../../src/decide/packs.ts'
import { composeFacts } from '../../src/pipeline/dispatch/facts.ts'
import { readRecipients } from '../../src/record/dispatch/decision-inputs.ts'
import { openEmbeddedFresh, type FreshLedger } from '../support/ledger.ts'
import { at, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

const NOW = '2026-11-23T18:00:00Z'
const SYSTEM = {
  testMode: false,
  switchedOff: null,
  clockUncertain: false,
  routeProblem: null,
  notRegistered: false,
  phoneInFlight: false,
}

describe('what is on record of an address', () => {
  let fresh: FreshLedger
  let stage: Stage
  beforeAll(async () => {
    fresh = await openEmbeddedFresh()
    stage = await Stage.set(fresh, NOW)
  })
  afterAll(async () => {
    await stage.app.stop()
    await fresh.dispose()
  })

  /** The facts of an email to a collector's consumer, whose mailbox was registered so; and what Regulation F says to them. */
  async function email(id: string, address: Record<string, unknown>) {
    const recipient = {
      id: `r-${id}`,
      locale: 'en',
      jurisdiction: 'US-NY',
      addresses: [{ channel: 'email', value: `${id}@example.com`, ...address }],
    }
    await stage.account(id, overdueAccount({ recipient }))
    const { db } = stage.app.runtime.ledger
    const { id: person } = await db
      .selectFrom('decorum.recipient')
      .select('id')
      .where('external_id', '=', `r-${id}`)
      .executeTakeFirstOrThrow()
    const known = (await readRecipients(db, [person], at(NOW))).get(person)
    if (known === undefined) throw new Error('nobody')
    const facts = composeFacts({
      reminder: {
        channel: 'email',
        tone: 'neutral',
        kind: 'reminder',
        mode: 'automated',
        expiresAt: null,
        dueAt: null,
      },
      recipient: known,
      accounts: [],
      address: known.addresses[0] ?? null,
      daysPastDue: [],
      freshForMs: null,
      pending: [],
      system: SYSTEM,
    })
    const asked = {
      ...facts,
      accounts: [
        {
          id: 'a',
          role: 'collector' as const,
          product: 'loan',
          dueDate: null,
          daysPastDue: null,
          state: 'open' as const,
          spell: null,
          asOf: null,
          freshForMs: null,
        },
      ],
    }
    const packs = selectPacks(compilePacks(shippedConfig().packs), { named: ['us-reg-f'] })
    if (!packs.ok) throw new Error('no packs')
    return { facts, rules: decide(asked, packs.packs, at(NOW)).reasons.map(({ rule }) => rule) }
  }

  it('reaches the decision: its origin, and when it was last confirmed', async () => {
    const { facts, rules } = await email('a-1', { source: 'consumer-consent', verifiedAt: '2026-11-20T15:00:00Z' })
    expect(facts.address).toMatchObject({ origin: 'consumer-consent', verifiedAt: at('2026-11-20T15:00:00Z') })
    expect(rules).toEqual([])
  })

  it("words of one's own stay in the ledger, and show no origin", async () => {
    const { facts, rules } = await email('a-2', { source: 'told us by her sister Eva' })
    expect(facts.address).toMatchObject({ origin: 'other' })
    expect(JSON.stringify(facts)).not.toContain('Eva')
    expect(rules).toEqual(['us-reg-f/mailbox-origin'])
  })

  it('a mailbox without any is not written to by a collector', async () => {
    const { facts, rules } = await email('a-3', {})
    expect(facts.address).not.toHaveProperty('origin')
    expect(rules).toEqual(['us-reg-f/mailbox-origin'])
  })

  it('a work mailbox is one by its kind; consent for it, recorded with it, opens it', async () => {
    expect((await email('a-4', { kind: 'work' })).rules).toEqual(['us-reg-f/work-mailbox', 'us-reg-f/mailbox-origin'])
    expect(
      (await email('a-5', { kind: 'work', consents: [{ kind: 'electronic-contact', from: '2026-11-01T00:00:00Z' }] }))
        .rules,
    ).toEqual([])
  })
})
