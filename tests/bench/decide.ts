import { DateTime } from 'luxon'
import { decide } from '../../src/decide/decide.ts'
import type { CompiledPack } from '../../src/decide/packs.ts'
import type { Facts } from '../../src/model/facts.ts'
import { DAY, HOUR, type Instant } from '../../src/model/time.ts'
import { compiledPacks } from '../decide/packs.ts'
import { repeated, type Section, type Setting } from './bench.ts'
import { perSecond } from './processor-time.ts'

const START = Date.parse('2026-11-23T17:00:00Z')
const PACKS = ['us-reg-f', 'us-tcpa', 'us-ma']

/** A collector's call to somebody who may be in Boston or Los Angeles, with 20 contacts in the last month. */
function factsOf(recipient: number): Facts {
  return {
    reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'agent', expiresAt: null },
    address: {
      id: `address-${recipient}`,
      kind: 'mobile',
      relation: 'self',
      country: 'US',
      zones: ['America/New_York'],
      subdivisions: ['US-MA'],
    },
    recipient: {
      id: `r-${recipient}`,
      timeZone: null,
      jurisdiction: 'US-MA',
      blockedTimes: [],
      locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', timeZone: null, at: START - 60 * DAY }],
    },
    accounts: [
      {
        id: `a-${recipient}`,
        role: 'collector',
        product: 'consumer-loan',
        dueDate: '2026-10-01',
        daysPastDue: null,
        state: 'open',
        spell: null,
        asOf: START,
        freshForMs: 2 * DAY,
      },
    ],
    contacts: Array.from({ length: 20 }, (_, i) => ({
      at: START - (i + 1) * 37 * HOUR - recipient * 60_000,
      channel: i % 4 === 0 ? 'phone' : 'sms',
      direction: 'outbound',
      accounts: [`a-${recipient}`],
      address: `address-${recipient}`,
      outcome: i % 4 === 0 ? 'no-answer' : 'delivered',
      by: 'decorum',
      mode: null,
      party: null,
      otherRecipient: false,
    })),
    events: [{ type: 'notice', kind: 'validation', at: START - 50 * DAY, account: null }],
    holds: [],
    suppressions: [],
    consents: [],
    system: null,
  }
}

/** The same questions for the same answer, written plainly: window, 7-in-7, 2-in-7 and cooldown in both zones. */
function plainly(facts: Facts, now: Instant): boolean {
  for (const zone of ['America/New_York', 'America/Los_Angeles']) {
    const local = DateTime.fromMillis(now, { zone })
    if (local.hour < 8 || local.hour >= 21) return false
    const today = local.startOf('day')
    let calls = 0
    for (const contact of facts.contacts) {
      if (contact.channel !== 'phone') continue
      const days = today.diff(DateTime.fromMillis(contact.at, { zone }).startOf('day'), 'days').days
      if (days >= 7) continue
      calls++
      if (contact.outcome === 'conversation') return false
    }
    if (calls >= 2) return false
  }
  return true
}

/** How many decisions a second does one core make, beside the same questions written plainly? */
export async function decideBench({ quick }: Setting): Promise<Section> {
  const recipients = Array.from({ length: 1_000 }, (_, i) => factsOf(i))
  const packs: CompiledPack[] = compiledPacks.filter(({ pack }) => PACKS.includes(pack.id))
  const recipient = (no: number): Facts => recipients[no % recipients.length] as Facts
  const verdicts = new Map<string, number>()
  for (const facts of recipients) {
    const { verdict } = decide(facts, packs, START)
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
  }
  const [forMs, runs] = quick ? [400, 3] : [1_000, 5]
  const figure = async (name: string, run: (no: number) => void) => {
    perSecond(forMs / 2, run)
    return { name, unit: 'decisions/s', values: await repeated(runs, () => perSecond(forMs, run)) }
  }
  return {
    bench: 'decide',
    configuration: `one core, processor time; packs ${packs.map(({ pack }) => pack.id).join(', ')}; two candidate zones; 20 contacts; verdicts ${JSON.stringify(Object.fromEntries(verdicts))}`,
    figures: [
      await figure('inside the window', (no) => void decide(recipient(no), packs, START + (no % 600) * 1000)),
      await figure(
        'at night: deferred, first allowed instant sought',
        (no) => void decide(recipient(no), packs, START + 12 * HOUR + (no % 600) * 1000),
      ),
      await figure(
        `with all ${compiledPacks.length} shipped packs loaded`,
        (no) => void decide(recipient(no), compiledPacks, START + (no % 600) * 1000),
      ),
      await figure(
        'plainly with luxon: three rules, no reasons, no until',
        (no) => void plainly(recipient(no), START + (no % 600) * 1000),
      ),
    ],
    leftOut: [],
  }
}
