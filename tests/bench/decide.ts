import { cpus } from 'node:os'
import { DateTime } from 'luxon'
import { decide } from '../../src/decide/decide.ts'
import type { CompiledPack } from '../../src/decide/compiled-pack.ts'
import type { Facts } from '../../src/model/facts.ts'
import { DAY, HOUR, formatInstant, type Instant } from '../../src/model/instant.ts'
import { compiledPacks } from '../decide/packs.ts'

const START = Date.parse('2026-11-23T17:00:00Z')
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3)
const PACKS = ['us-reg-f', 'us-tcpa', 'us-ma']

/** A collector's call to somebody who may be in Boston or Los Angeles, with 20 contacts in the last month. */
function factsOf(person: number): Facts {
  return {
    reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'agent', expiresAt: null },
    address: { id: `address-${person}`, kind: 'mobile', relation: 'self', country: 'US', zones: ['America/New_York'], subdivisions: ['US-MA'] },
    recipient: {
      id: `r-${person}`, timeZone: null, jurisdiction: 'US-MA', blockedTimes: [],
      locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', timeZone: null, at: START - 60 * DAY }],
    },
    accounts: [{ id: `a-${person}`, role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', daysPastDue: null, state: 'open', spell: null, asOf: START, freshForMs: 2 * DAY }],
    contacts: Array.from({ length: 20 }, (_, i) => ({
      at: START - (i + 1) * 37 * HOUR - person * 60_000, channel: i % 4 === 0 ? 'phone' : 'sms', direction: 'outbound', accounts: [`a-${person}`], address: `address-${person}`,
      outcome: i % 4 === 0 ? 'no-answer' : 'delivered', by: 'decorum', mode: null, party: null, otherPerson: false,
    })),
    events: [{ type: 'notice', kind: 'validation', at: START - 50 * DAY, account: null }], holds: [], suppressions: [], consents: [], system: null,
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

/** Decisions in one second of processor time, so that a busy machine does not blur the figure. */
function perSecond(run: (i: number) => void): number {
  for (let i = 0; i < 3_000; i++) run(i)
  let count = 0
  const begin = process.cpuUsage()
  const end = performance.now() + SECONDS * 1000
  while (performance.now() < end) for (let i = 0; i < 50; i++) run(count++)
  const used = process.cpuUsage(begin)
  return Math.round((count / (used.user + used.system)) * 1_000_000)
}

const people = Array.from({ length: 1_000 }, (_, i) => factsOf(i))
const packs: CompiledPack[] = compiledPacks.filter(({ pack }) => PACKS.includes(pack.id))
const person = (i: number): Facts => people[i % people.length] as Facts
const verdicts = new Map<string, number>()
for (const facts of people) {
  const { verdict } = decide(facts, packs, START)
  verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
}
const ours = perSecond((i) => void decide(person(i), packs, START + (i % 600) * 1000))
const withAll = perSecond((i) => void decide(person(i), compiledPacks, START + (i % 600) * 1000))
const atNight = perSecond((i) => void decide(person(i), packs, START + 12 * HOUR + (i % 600) * 1000))
const luxon = perSecond((i) => void plainly(person(i), START + (i % 600) * 1000))

console.log(`decide · ${cpus()[0]?.model ?? 'unknown processor'} · Node ${process.version} · one core · ${formatInstant(START)}`)
console.log(`case: packs ${packs.map(({ pack }) => pack.id).join(', ')}; two candidate zones; 20 contacts; verdicts ${JSON.stringify(Object.fromEntries(verdicts))}`)
console.log(`${ours.toLocaleString('en')} decisions/s inside the window`)
console.log(`${atNight.toLocaleString('en')} decisions/s at night (deferred, first allowed instant sought)`)
console.log(`${withAll.toLocaleString('en')} decisions/s with all ${compiledPacks.length} shipped packs loaded`)
console.log(`${luxon.toLocaleString('en')} decisions/s written plainly with luxon (three rules, verdict only, no reasons, no until)`)
