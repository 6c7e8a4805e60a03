import type { Instant } from '../../model/instant.ts'
import type { PersonAddress } from '../../record/dispatch/decision-inputs.ts'
import type { PlanningAccount } from '../../record/planning/planning-inputs.ts'
import type { AccountRead, PersonRead } from './people-from-accounts.ts'
import { usableChannels } from './contact-record.ts'
import type { SimulatedAccount, SimulatedPerson } from './simulated-person.ts'

/** The person as the ledger would give it to planning and dispatch after these accounts were registered. */
export function simulatedPerson({ draft, named, accounts }: PersonRead, { now }: { now: Instant }): SimulatedPerson {
  const { row } = draft
  const reads = [...accounts.values()].sort((a, b) => (a.draft.row.external_id < b.draft.row.external_id ? -1 : 1))
  const addresses = draft.addresses.filter((own) => own.removed_at === null).sort((a, b) => a.position - b.position).map((own): PersonAddress => ({
    id: own.id, channel: own.channel, hash: own.hash.toString('hex'), kind: own.kind, relation: own.relation, country: own.country,
    zones: own.zones, subdivisions: own.subdivisions, source: own.source, verifiedAt: own.verified_at?.getTime() ?? null, value: null,
  }))
  const holds = reads.filter(({ conflicts }) => conflicts.length > 0)
    .map(({ draft: account }) => ({ kind: 'facts-conflict' as const, account: account.row.id, from: now, until: null }))
  return {
    name: row.external_id, named, waiting: [], earlier: [],
    row: {
      id: row.id, creditor: row.creditor, dataKey: null, dataKeyId: null, name: null, locale: row.locale, timeZone: row.time_zone, jurisdiction: row.jurisdiction,
      locationEvidence: row.location_evidence, blockedTimes: row.blocked_times, caughtUpOn: null, addresses,
      consents: draft.newConsents.map((consent) => ({
        kind: consent.kind, channel: consent.channel, hash: consent.address_hash?.toString('hex') ?? null,
        from: consent.starts_at.getTime(), until: consent.ends_at?.getTime() ?? null,
      })),
      contacts: [], events: [], holds, suppressions: [],
    },
    planning: {
      id: row.id, creditor: row.creditor, jurisdiction: row.jurisdiction, caughtUpOn: null,
      channels: usableChannels(addresses, []),
      lastConversationAt: null, lastEmailAt: null, events: [], stops: [], holds: holds.map((hold) => ({ ...hold })),
      accounts: reads.flatMap(planningAccount),
    },
    accounts: Object.fromEntries(reads.map((read) => [read.draft.row.id, simulatedAccount(read)])),
  }
}

/** Only an account with a running spell is planned for. */
function planningAccount({ draft: { row, spell } }: AccountRead): PlanningAccount[] {
  if (row.spell_id === null || spell === null) return []
  return [{
    id: row.id, live: row.live, state: row.state, product: row.product, role: row.role, ladder: spell.ladder, ladderVersion: spell.ladder_version,
    ladderBody: null, spellId: spell.id, pass: spell.pass, startedOn: spell.started_on, enteredAt: spell.entered_at.getTime(),
    enteredDpd: spell.entered_days_past_due, enteredBy: spell.entered_by, dueDate: row.due_date, statedDaysPastDue: row.stated_days_past_due,
    overdueMinor: String(row.overdue_minor), currency: row.currency, graceDays: row.grace_days, autoDebit: row.auto_debit, riskBand: row.risk_band,
    lastTone: spell.last_tone, firstMessageAt: spell.first_message_at?.getTime() ?? null, factsForWords: row.facts_for_words,
    notBefore: row.not_before?.getTime() ?? null, toneCeiling: row.tone_ceiling, nextMessageAt: null, lastMessageAt: null, handled: [],
  }]
}

const simulatedAccount = ({ draft: { row }, variableNames }: AccountRead): SimulatedAccount => ({
  currentSpellId: row.spell_id, id: row.id, product: row.product, role: row.role, state: row.state, currency: row.currency,
  overdueMinor: row.overdue_minor, minimumDueMinor: row.minimum_due_minor, dueDate: row.due_date, statedDaysPastDue: row.stated_days_past_due,
  referenceMasked: row.reference_masked, factsForWords: row.facts_for_words, asOf: row.as_of, variableNames,
})
