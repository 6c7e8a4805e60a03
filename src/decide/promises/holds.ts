import type { ObjectionCode } from '../../model/decision.ts'
import type { HoldFacts } from '../../model/facts.ts'
import { DAY } from '../../model/instant.ts'
import type { HoldKind } from '../../model/hold.ts'
import type { Case } from '../case.ts'
import { holdOf } from '../dated.ts'
import { NEVER, type CompiledRule } from '../rule.ts'
import { askSpans, type Span } from '../spans.ts'
import { promise } from './promise.ts'

/** Holds under which not even a confirmation of what the person said goes out. */
const SILENT: ReadonlySet<HoldKind> = new Set<HoldKind>(['breathing-space', 'legal-action', 'bankruptcy', 'facts-conflict'])

/** What somebody wrote is read soon: the reminder waits for it, and is not given up. */
const ASKED_AGAIN = DAY

const holdRule = (id: string, citation: string, code: ObjectionCode, concernsKind: (kind: HoldKind) => boolean): CompiledRule =>
  promise(id, citation, (facts, at, answer) => {
    const spans: Span[] = []
    for (const hold of facts.facts.holds) {
      if (stands(facts, hold, concernsKind)) spans.push({ from: hold.from, until: hold.until ?? (hold.kind === 'reply' ? facts.now + ASKED_AGAIN : NEVER) })
    }
    askSpans(spans, code, at, answer)
  }, (facts) => facts.facts.holds.some((hold) => concernsKind(hold.kind)), false,
  (facts) => ({ kind: 'holds', found: facts.facts.holds.filter((hold) => stands(facts, hold, concernsKind)).map(holdOf) }))

/** Is it in the way of this message while it lasts? */
const stands = ({ facts: { reminder, accounts } }: Case, hold: HoldFacts, concernsKind: (kind: HoldKind) => boolean): boolean =>
  concernsKind(hold.kind) && !(reminder.kind === 'confirmation' && !SILENT.has(hold.kind)) && (hold.channel == null || hold.channel === reminder.channel) &&
  (hold.account === null || accounts.some((account) => account.id === hold.account))

export const HOLDS: readonly CompiledRule[] = [
  holdRule('hold', 'a promise, dispute, hardship, complaint or other pause is kept', 'on_hold', (kind) => kind !== 'payment-pending' && kind !== 'facts-conflict'),
  holdRule('payment-in-flight', 'nobody is chased for money that is on its way', 'payment_pending', (kind) => kind === 'payment-pending'),
  holdRule('facts-agree', 'facts that contradict each other hold the account (promise 11)', 'facts_conflict', (kind) => kind === 'facts-conflict'),
]
