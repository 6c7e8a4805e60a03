import { compilePacks } from '../decide/compile-pack.ts'
import { decide } from '../decide/decide.ts'
import { explainDecision } from '../decide/explain-decision.ts'
import { selectPacks } from '../decide/packs.ts'
import { parseDecideCase } from '../intake/decide-case.ts'
import type { Decision } from '../model/decision.ts'
import type { Fault } from '../model/errors.ts'
import type { DecisionExplanation, RuleExplanation } from '../model/explanation.ts'
import type { Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/time.ts'
import type { Pack } from '../model/pack.ts'
import { decisionWords, explanationLines, reasonBasis } from '../report/decision-words.ts'
import type { DecideAnswerBody } from '../report/views/reminders.ts'
import type { Language } from '../report/words/terms.ts'

/** The answer of the decide contract, without its explanation. */
type DecisionBody = Omit<DecideAnswerBody, 'explanation' | 'words'>

/** `decided`, `facts` and `now` are for wording; `explain` is computed on demand. */
type DecideAnswer =
  | {
      ok: true
      decision: DecisionBody
      decided: Decision
      facts: Facts
      now: Instant
      explain: () => DecisionExplanation
    }
  | { ok: false; faults: Fault[] }

/** Answers one case of the decide contract, without a ledger. */
export type CaseDecider = (input: unknown) => DecideAnswer

/**
 * Compiles these packs for deciding cases.
 *
 * A case that names no packs is decided by every pack that is not opt-in; the deployment's `policies.house` does not
 * change the public answer.
 */
export function caseDecider(packs: readonly Pack[]): CaseDecider {
  const compiled = compilePacks(packs)
  return (input) => {
    const read = parseDecideCase(input)
    if (!read.ok) return read
    const { facts, now, packs: named } = read.case
    const chosen = selectPacks(compiled, { named })
    if (!chosen.ok) return chosen
    const decided = decide(facts, chosen.packs, now)
    return {
      ok: true,
      decision: decisionBody(decided),
      decided,
      facts,
      now,
      explain: () => explainDecision(facts, chosen.packs, now),
    }
  }
}

function decisionBody(decision: Decision): DecisionBody {
  const text = (instant: Instant | null): string | null => (instant === null ? null : formatInstant(instant))
  return {
    ...decision,
    until: text(decision.until),
    reasons: decision.reasons.map((reason) => ({ ...reason, until: text(reason.until) })),
  }
}

/**
 * The answer in sentences: the verdict, then the reasons, the binding one first.
 *
 * @param explain  add what each rule judged by, and which rules allowed it or did not apply
 * @param locale   one of `LANGUAGES`
 */
export function decisionText(answer: Extract<DecideAnswer, { ok: true }>, explain: boolean, locale: Language): string {
  const { decided, facts } = answer
  const { headline, reasons } = decisionWords(decided, locale, facts)
  if (!explain) return [headline, ...reasons.map((reason) => `  - ${reason}`)].join('\n')
  const explanation = answer.explain()
  const context = { language: locale, zones: decided.candidateZones }
  return [
    headline,
    ...reasons.flatMap((reason, i) => [
      `  - ${reason}`,
      ...reasonBasis(explanation.rules[i] as RuleExplanation, context).map((line) => `      ${line}`),
    ]),
    ...explanationLines(explanation, decided, facts, locale),
  ].join('\n')
}
