import type { SuppressionFacts } from '../../model/facts.ts'
import type { RuleOf } from '../../model/pack-rule.ts'
import { NEVER } from '../../model/time.ts'
import type { EvaluationContext } from '../evaluation-context.ts'
import { type Opening, opensAfter, openUntil } from '../consent.ts'
import { type ContentRule, shortfallOf } from '../content.ts'
import { stopOf } from '../explanation-facts.ts'
import { allows, askSpans, objects, type Shape, type Span } from '../rule.ts'
import { eventsOf } from './precondition.ts'

/**
 * Nothing goes out in words that lack what must be said, or say what must not be (S18).
 *
 * Speaks only where the case states what the words carry. Guidance (`force: soft`) is
 * for `decorum check` to report and refuses nothing.
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
 * Nothing without recorded consent, in force and fresh enough (S17).
 *
 * With `ifUnstated: silent`, a bare case that names no such consent, for any channel or
 * address, does not say what the person agreed to; the running system knows all of them.
 */
export function compileConsentNeeded(rule: RuleOf<'consent'>): Shape {
  const opening: Opening = { kinds: new Set(rule.needs), days: rule.freshDays ?? null }
  const isStated = ({ facts: { system, consents } }: EvaluationContext): boolean =>
    system !== null || consents.some(({ kind }) => opening.kinds.has(kind))
  const isSilent = (c: EvaluationContext): boolean => rule.ifUnstated === 'silent' && !isStated(c)
  return {
    detail: null,
    silent: (c) => (isSilent(c) ? 'consents_not_stated' : null),
    ask: (c, at, answer) => {
      if (isSilent(c)) return allows(answer)
      const channel = c.facts.reminder.channel
      const address = c.facts.address?.id ?? null
      const until = openUntil(c, opening, at, channel, address)
      if (until === null) objects(answer, 'consent_missing', opensAfter(c, opening, at, channel, address))
      else allows(answer, until)
    },
  }
}

/** Nobody is contacted but those whom the law lets in (S19); an address that does not say whose it is, is the borrower's. */
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
 * channel, or all. Its confirmation may still go out. Where the record does not say
 * over which channel somebody opted out, it may have been this one.
 *
 * @returns  null where it reaches no further than `decorum/suppression` takes it anyway
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
    detail: (c) => ({ kind: 'stops', found: reaching(c).map(stopOf) }),
    ask: (c, at, answer) => {
      if (c.facts.reminder.kind === 'confirmation') return allows(answer)
      const spans = reaching(c).map((stop): Span => ({ from: stop.from ?? -Infinity, until: stop.until ?? NEVER }))
      askSpans(spans, 'suppressed', at, answer)
    },
  }
}
