import type { SuppressionFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { NEVER } from '../../model/time.ts'
import { type ConsentExemption, nextExemption, exemptUntil } from '../consent.ts'
import { type ContentRule, shortfallOf } from '../content.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { suppressionOf } from '../explanation-facts.ts'
import { allows, askSpans, objects, type Shape, type Span } from '../rule.ts'
import { eventsOf } from './precondition.ts'

/**
 * Words must have every required content block and no forbidden one (S18).
 *
 * Applies only where the facts state what the words carry. Guidance (`force: soft`) is
 * reported by `decorum check` and never objects.
 */
export function compileContent(rule: ContentRule): Shape | null {
  if (rule.force === 'soft') return null
  const { satisfiedBy } = rule
  const detail: Shape['detail'] = ({ facts }) => {
    const { missing, tooMuch } =
      facts.reminder.carries == null ? { missing: [], tooMuch: [] } : shortfallOf(rule, facts.reminder.carries)
    return { kind: 'words', missing: [...missing], tooMuch: [...tooMuch] }
  }
  return {
    detail,
    ask: (c, at, answer) => {
      const { carries } = c.facts.reminder
      if (carries == null) return allows(answer)
      if (
        satisfiedBy !== undefined &&
        c.facts.accounts.every(({ id }) => eventsOf(c, satisfiedBy, id)?.some((event) => event.at <= at) === true)
      )
        return allows(answer)
      const { missing, tooMuch } = shortfallOf(rule, carries)
      if (missing.length > 0 || tooMuch.length > 0) objects(answer, 'content_missing')
      else allows(answer)
    },
  }
}

/**
 * No message without recorded consent, in force and fresh enough (S17).
 *
 * With `ifUnstated: silent`, facts without any such consent, for any channel or address,
 * count as not stating consents; the running system states all of them.
 */
export function compileConsentNeeded(rule: RuleOf<'consent'>): Shape {
  const exemption: ConsentExemption = { kinds: new Set(rule.needs), days: rule.freshDays ?? null }
  const isStated = ({ facts: { system, consents } }: EvaluationContext): boolean =>
    system !== null || consents.some(({ kind }) => exemption.kinds.has(kind))
  const isSilent = (c: EvaluationContext): boolean => rule.ifUnstated === 'silent' && !isStated(c)
  return {
    detail: null,
    silent: (c) => (isSilent(c) ? 'consents_not_stated' : null),
    ask: (c, at, answer) => {
      if (isSilent(c)) return allows(answer)
      const channel = c.facts.reminder.channel
      const address = c.facts.address?.id ?? null
      const until = exemptUntil(c, exemption, at, channel, address)
      if (until === null) objects(answer, 'consent_missing', nextExemption(c, exemption, at, channel, address))
      else allows(answer, until)
    },
  }
}

/** Only contacts with the relations that the law allows (S19); an address without a stated relation is the borrower's own. */
export function compileThirdParty(rule: RuleOf<'third-party'>): Shape {
  const { relations } = rule
  return {
    detail: ({ facts }) => ({ kind: 'relation', relation: facts.address?.relation ?? null, lets: relations }),
    ask: (c, _at, answer) => {
      const relation = c.facts.address?.relation ?? null
      if (relation !== null && !relations.includes(relation)) objects(answer, 'suppressed')
      else allows(answer)
    },
  }
}

/**
 * An opt-out that law reads more widely than the address it came from (S16): the whole
 * channel, or all. Its confirmation may still go out. Where the record does not state
 * the channel of the opt-out, it may have been this one.
 *
 * @returns  null where it reaches no further than `decorum/suppression`
 */
export function compileOptOut(rule: RuleOf<'opt-out'>): Shape | null {
  if (rule.covers === 'address') return null
  const reaching = ({
    facts: {
      suppressions,
      reminder: { channel },
    },
  }: EvaluationContext): SuppressionFacts[] =>
    suppressions.filter(
      (stop) =>
        stop.reason === 'opt-out' && !(rule.covers === 'channel' && stop.channel !== null && stop.channel !== channel),
    )
  return {
    detail: (c) => ({ kind: 'stops', found: reaching(c).map(suppressionOf) }),
    ask: (c, at, answer) => {
      if (c.facts.reminder.kind === 'confirmation') return allows(answer)
      const spans = reaching(c).map((stop): Span => ({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER }))
      askSpans(spans, 'suppressed', at, answer)
    },
  }
}
