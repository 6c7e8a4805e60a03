import { decide } from '../../src/decide/decide.ts'
import type { CompiledPack } from '../../src/decide/packs.ts'
import { compilePack } from '../../src/decide/compile-pack.ts'
import type { Decision } from '../../src/model/decision.ts'
import type { AccountFacts, ContactFacts, Facts, RecipientFacts, ReminderFacts } from '../../src/model/facts.ts'
import { formatInstant, parseInstant, type Instant } from '../../src/model/time.ts'
import { parsePack } from '../../src/model/pack.ts'

/** An instant from RFC 3339, for tests. */
export function at(text: string): Instant {
  const instant = parseInstant(text)
  if (instant === null) throw new Error(`not an instant: ${text}`)
  return instant
}

export interface Stated {
  reminder?: Partial<ReminderFacts>
  recipient?: Partial<RecipientFacts>
  account?: Partial<AccountFacts>
  contacts?: (Omit<Partial<ContactFacts>, 'at'> & { at: string | Instant })[]
  rest?: Partial<Facts>
}

/** Facts in which nothing stands in the way, with what a test states. */
export function factsWith(stated: Stated = {}): Facts {
  return {
    reminder: { channel: 'phone', tone: 'neutral', kind: 'reminder', mode: null, expiresAt: null, ...stated.reminder },
    address: null,
    recipient: {
      id: 'r',
      timeZone: null,
      jurisdiction: 'US-NY',
      locationEvidence: [],
      blockedTimes: [],
      ...stated.recipient,
    },
    accounts: [
      {
        id: 'a',
        role: 'collector',
        product: 'consumer-loan',
        dueDate: null,
        daysPastDue: null,
        state: 'open',
        spell: null,
        asOf: null,
        freshForMs: null,
        ...stated.account,
      },
    ],
    contacts: (stated.contacts ?? []).map((contact) => contactWith(contact)),
    events: null,
    holds: [],
    suppressions: [],
    consents: [],
    system: null,
    ...stated.rest,
  }
}

export const contactWith = (contact: Omit<Partial<ContactFacts>, 'at'> & { at: string | Instant }): ContactFacts => ({
  channel: 'phone',
  direction: 'outbound',
  accounts: ['a'],
  address: null,
  outcome: 'no-answer',
  by: null,
  mode: null,
  party: null,
  otherRecipient: false,
  ...contact,
  at: typeof contact.at === 'string' ? at(contact.at) : contact.at,
})

/** A pack of these rules, for everywhere; each rule needs only its shape's own fields. */
export function packOf(...rules: Record<string, unknown>[]): CompiledPack {
  const parsed = parsePack({
    id: 'test',
    version: '1',
    title: 'Rules of one test',
    kind: 'law',
    reviewer: null,
    source: 'a test',
    validFrom: '2000-01-01',
    rules: rules.map((rule, i) => ({
      id: `rule-${i + 1}`,
      citation: 'a test',
      source: 'a test',
      verified: 'text',
      ...rule,
    })),
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return compilePack(parsed.pack)
}

export const DAYTIME = { shape: 'window', allow: [{ from: '08:00', to: '21:00' }] }

export interface Shown {
  verdict: Decision['verdict']
  until: string | null
  codes: string[]
}

/** What was decided, as people read it. */
export function decided(facts: Facts, packs: readonly CompiledPack[], now: string): Shown {
  const decision = decide(facts, packs, at(now))
  return {
    verdict: decision.verdict,
    until: decision.until === null ? null : formatInstant(decision.until),
    codes: decision.reasons.map((reason) => reason.code),
  }
}
