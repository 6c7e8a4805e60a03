import { compilePacks } from '../../../src/decide/compile-pack.ts'
import { decide } from '../../../src/decide/decide.ts'
import { type CompiledPack, selectPacks } from '../../../src/decide/packs.ts'
import { parsePack } from '../../../src/model/pack.ts'
import type { Charge } from './charges.ts'
import type { Evidence, LedgerDecision } from './evidence.ts'
import { grouped } from './grouped.ts'
import { sendingsOf } from './sendings.ts'

/** The run's one pack, ready to decide with. */
export function packsOf(pack: unknown): readonly CompiledPack[] {
  const parsed = parsePack(pack)
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  const selected = selectPacks(compilePacks([parsed.pack]), { named: null })
  if (!selected.ok) throw new TypeError(JSON.stringify(selected.faults))
  return selected.packs
}

/**
 * Decisions that are missing or that their own facts do not give, and a ledger that tells something
 * else than the providers' books.
 */
export function decisions(evidence: Evidence, packs: readonly CompiledPack[]): Charge[] {
  const { ledger, entries, diary } = evidence
  const charge = (id: string, how: string): Charge => ({ name: 'wrong or missing decision', id, how })
  const byReminder = grouped(ledger.decisions, (one) => one.reminderId)
  const permitted = new Set(
    ledger.decisions
      .filter((d) => d.verdict === 'send' && d.attemptNo !== null)
      .map((d) => `${d.reminderId}.${d.attemptNo}`),
  )
  const attempts = new Map(ledger.attempts.map((a) => [a.id, a]))
  const cancelled = new Set(diary.stops.flatMap(({ covers }) => ('reminder' in covers ? [covers.reminder] : [])))
  // What was asked for counts, not when the ledger believes it to be due: a clock may have been wrong.
  const askedFor = new Map(diary.accepted.map((one) => [one.id, one.notBefore]))
  const mustHave = ledger.reminders.filter(
    (r) => !cancelled.has(r.id) && r.status !== 'cancelled' && (askedFor.get(r.id) ?? r.dueAt) <= evidence.takenAt,
  )
  return [
    ...mustHave.filter((r) => !byReminder.has(r.id)).map((r) => charge(r.id, `${r.status} and never decided`)),
    ...ledger.reminders
      .filter((r) => r.status === 'expired' && r.expiresAt > evidence.takenAt)
      .map((r) => charge(r.id, `expired ${Math.round((r.expiresAt - evidence.takenAt) / 1000)} s before its deadline`)),
    ...ledger.attempts
      .filter((a) => !permitted.has(a.id))
      .map((a) => charge(a.id, 'an attempt without a decision to send')),
    ...ledger.decisions.flatMap((one) => {
      const again = decidedAgain(one, packs)
      return again === null ? [] : [charge(one.reminderId, again)]
    }),
    ...entries.flatMap((entry) => {
      const attempt = attempts.get(entry.attempt)
      if (attempt === undefined)
        return [charge(entry.attempt || '(no id)', 'a provider has it and the ledger does not')]
      const denied = (attempt.status === 'rejected' || attempt.status === 'not_sent') && !entry.failed
      return denied
        ? [charge(attempt.id, `the ledger says ${attempt.status} (${attempt.code}), and the provider has it`)]
        : []
    }),
    ...sendingsOf(evidence)
      .filter((s) => s.entry.to !== (s.reminder.channel === 'email' ? s.recipient.email : s.recipient.number))
      .map((s) => charge(s.attempt.id, "it went to an address that is not this person's")),
  ]
}

function decidedAgain(one: LedgerDecision, packs: readonly CompiledPack[]): string | null {
  const again = decide(one.facts, packs, one.at)
  const rules = (reasons: LedgerDecision['reasons']) =>
    reasons.map((reason) => `${reason.rule} ${reason.code}`).join(', ')
  if (again.verdict !== one.verdict || again.until !== one.until)
    return `${one.verdict} until ${one.until}; its facts give ${again.verdict} until ${again.until}`
  return rules(again.reasons) === rules(one.reasons)
    ? null
    : `because of ${rules(one.reasons)}; its facts give ${rules(again.reasons)}`
}
