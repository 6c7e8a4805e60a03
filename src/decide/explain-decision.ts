import type { Decision, Objection } from '../model/decision.ts'
import type { DecisionExplanation, PlaceSign, RuleExplanation, Silence } from '../model/explanation.ts'
import type { Facts } from '../model/facts.ts'
import type { PackRule } from '../model/pack-rule.ts'
import { zonesOf, zonesOfCountry } from '../model/places/jurisdiction.ts'
import { formatInstant, type Instant, NEVER } from '../model/time.ts'
import { unmetPart } from './condition.ts'
import { type ConsentExemption, exemptUntil, weighConsents } from './consent.ts'
import { decide, gatherRules } from './decide.ts'
import { type EvaluationContext, evaluationContext } from './evaluation-context.ts'
import { dated } from './explanation-facts.ts'
import { OWN_ADDRESS, STOPPING_EVENT } from './invariants/suppressions.ts'
import type { CompiledPack } from './packs.ts'
import { withOneReply } from './replies.ts'
import type { Answer, CompiledRule } from './rule.ts'
import type { EffectivePeriod } from './effective-period.ts'

/** A sign of where the recipient is, and every zone that it allows. */
interface Sign extends PlaceSign {
  zones: readonly string[]
}

/**
 * Which signs of where the recipient is allow each of these zones? For explanations.
 *
 * A country that a finer sign narrowed is evidence for the remaining zones; the country of a phone
 * prefix is given only where there is no other sign.
 */
function evidenceOf(facts: Facts, zones: readonly string[], now: Instant): { zone: string; evidence: PlaceSign[] }[] {
  const signs = signsOf(facts, now)
  return zones.map((zone) => {
    const allowing = signs.filter((sign) => sign.zones.includes(zone))
    const finer = allowing.filter((sign) => sign.sign !== 'phone-country')
    return { zone, evidence: (finer.length > 0 ? finer : allowing).map(({ zones: _allowed, ...sign }) => sign) }
  })
}

/** Every sign of where the recipient is. One without a date of its own is stored as of now or of the epoch, and shown undated. */
function signsOf({ recipient, address, reminder }: Facts, now: Instant): Sign[] {
  const signs: Sign[] = []
  const add = (sign: string, place: string | null, zone: string | null, at: Instant | null): void => {
    if (place === null && zone === null) return
    signs.push({
      sign,
      place,
      zone,
      at: at === null || at === 0 || at === now ? null : formatInstant(at),
      zones: [...(zone === null ? [] : [zone]), ...(place === null ? [] : zonesOf(place))],
    })
  }
  add('stated-zone', null, recipient.timeZone, null)
  add('jurisdiction', recipient.jurisdiction, null, null)
  for (const { kind, jurisdiction, timeZone, at } of recipient.locationEvidence) add(kind, jurisdiction, timeZone, at)
  if (reminder.channel === 'email' || address === null || address.country === null) return signs
  if (address.zones.length > 0)
    signs.push({
      sign: 'area-code',
      place: address.subdivisions[0] ?? address.country,
      zone: null,
      at: null,
      zones: address.zones,
    })
  signs.push({
    sign: 'phone-country',
    place: address.country,
    zone: null,
    at: null,
    zones: zonesOfCountry(address.country),
  })
  return signs
}

/** Shapes that answer other questions than "may this go now?". */
const NEVER_ASKED: ReadonlySet<PackRule['shape']> = new Set<PackRule['shape']>(['retention', 'reply'])

/**
 * Why did `decide` decide so? Every rule asked with what its answer rests on, and every silent rule with the cause.
 *
 * Decides the same facts by the same rules and asks each rule once more, so that an
 * explanation cannot contradict the decision. Pure; dispatch never calls it.
 */
export function explainDecision(facts: Facts, packs: readonly CompiledPack[], now: Instant): DecisionExplanation {
  const decision = decide(facts, packs, now)
  const seen = evaluationContext(facts, now)
  const { rules: gathered } = gatherRules(seen, packs)
  const asked = withOneReply(seen, packs, gathered).map((rule, i) => explainRule(seen, rule, rule !== gathered[i]))
  return {
    verdict: decision.verdict,
    until: dated(decision.until),
    at: formatInstant(now),
    located: seen.located,
    places: [...seen.jurisdictions],
    zones: evidenceOf(facts, seen.located ? seen.zoneNames : [], now),
    eventsStated: facts.events !== null,
    rules: [
      ...decision.reasons.map(
        (reason) => asked.find((rule) => rule.verdict === 'objects' && isSame(rule, reason)) ?? withoutRule(reason),
      ),
      ...asked.filter((rule) => rule.verdict === 'allows'),
      ...[
        ...asked.filter((rule) => rule.verdict === 'silent'),
        ...silentInvariants(seen),
        ...silentRules(seen, packs, gathered),
      ].filter(isFirstOfRule),
    ],
    packsLeftOut: packs.flatMap(({ pack, appliesTo }) => {
      const because = appliesTo(seen) ? null : unmetPart(pack.applies, seen)
      return because === null || because === 'place' ? [] : [{ id: pack.id, version: pack.version, because }]
    }),
  }
}

const isSame = (rule: RuleExplanation, reason: Objection): boolean =>
  rule.rule === reason.rule &&
  rule.version === reason.version &&
  rule.code === reason.code &&
  rule.until === dated(reason.until)

const isFirstOfRule = (rule: RuleExplanation, i: number, all: readonly RuleExplanation[]): boolean =>
  all.findIndex((other) => other.rule === rule.rule && other.version === rule.version) === i

function explainRule(seen: EvaluationContext, rule: CompiledRule, isLifted: boolean): RuleExplanation {
  const c = rule.view === undefined ? seen : rule.view(seen)
  const answer: Answer = { code: null, until: NEVER }
  rule.ask(seen, seen.now, answer)
  const { code, until } = answer
  const silentBecause = code !== null ? null : isLifted ? 'answers_a_message' : silence(c, rule)
  return {
    ...headOf(rule, rule.source?.data),
    ...consentsOf(c, rule.source?.data, rule.source?.exemption ?? null),
    verdict: code !== null ? 'objects' : silentBecause === null ? 'allows' : 'silent',
    code,
    until: dated(until),
    silentBecause,
    detail: rule.detail?.(seen, seen.now) ?? null,
  }
}

/** Why is a rule silent that was asked? Null: it is not silent, it allows the message. */
function silence(c: EvaluationContext, { source, silent }: CompiledRule): Silence | null {
  const own = silent?.(c, c.now) ?? null
  if (own !== null) return own
  if (source === undefined) return null
  const { data, period, exemption } = source
  const time: EffectivePeriod = { applies: true, until: NEVER }
  period?.(c, c.now, time)
  if (!time.applies)
    return hasNoDays(c, data)
      ? 'days_past_due_not_stated'
      : data.when?.daysPastDue === undefined
        ? 'not_in_force'
        : 'days_past_due'
  const { channel } = c.facts.reminder
  if (exemption !== null && exemptUntil(c, exemption, c.now, channel, c.facts.address?.id ?? null) !== null)
    return 'consent'
  if (data.shape === 'window' && !c.located) return 'place_not_known'
  if (turnsOnEvents(data) && c.facts.events === null) return 'events_not_stated'
  if (data.shape === 'precondition' && data.daysPastDue !== undefined && knowsNoDays(c))
    return 'days_past_due_not_stated'
  return null
}

const knowsNoDays = ({ facts }: EvaluationContext): boolean =>
  facts.accounts.every((account) => account.daysPastDue === null && account.dueDate === null)
const hasNoDays = (c: EvaluationContext, rule: PackRule): boolean =>
  rule.when?.daysPastDue !== undefined && knowsNoDays(c)

/** Does it look for an event in the account's history? */
const turnsOnEvents = (rule: PackRule): boolean =>
  rule.shape === 'duty' ||
  (rule.shape === 'precondition' && rule.requires !== undefined) ||
  (rule.shape === 'pause' && 'event' in rule.on)

/** Invariants that are silent for a fact that is not stated; any other that was not asked has no record to object to. */
function silentInvariants({ facts }: EvaluationContext): RuleExplanation[] {
  const silent = (rule: CompiledRule, silentBecause: Silence): RuleExplanation => ({
    ...headOf(rule, undefined),
    verdict: 'silent',
    code: null,
    until: null,
    silentBecause,
    detail: null,
    asksConsent: [],
    consents: [],
  })
  return [
    ...(facts.events === null ? [silent(STOPPING_EVENT, 'events_not_stated')] : []),
    ...((facts.address?.relation ?? null) === null ? [silent(OWN_ADDRESS, 'relation_not_stated')] : []),
  ]
}

/** Rules of packs that apply which were not asked at all. */
function silentRules(
  seen: EvaluationContext,
  packs: readonly CompiledPack[],
  gathered: readonly CompiledRule[],
): RuleExplanation[] {
  const asked = new Set(gathered.map(({ rule, version }) => `${rule} ${version}`))
  return packs
    .filter((pack) => pack.appliesTo(seen))
    .flatMap(({ pack, rules }) =>
      pack.rules.flatMap((data): RuleExplanation[] => {
        const id = `${pack.id}/${data.id}`
        if (asked.has(`${id} ${pack.version}`) || NEVER_ASKED.has(data.shape)) return []
        const compiled = rules.find(({ rule }) => rule === id)
        // A rule that is on and was not compiled never objects: guidance for words, an opt-out no wider than its record.
        if (compiled === undefined && data.status === 'on') return []
        const c = compiled?.view === undefined ? seen : compiled.view(seen)
        return [
          {
            ...headOf({ rule: id, pack: pack.id, version: pack.version, citation: data.citation }, data),
            ...consentsOf(c, data, null),
            verdict: 'silent',
            code: null,
            until: null,
            silentBecause: whyNotAsked(c, data, compiled),
            detail: null,
          },
        ]
      }),
    )
}

function whyNotAsked(c: EvaluationContext, data: PackRule, compiled: CompiledRule | undefined): Silence {
  if (compiled === undefined) return 'off'
  const unmet = unmetPart(data.when, c)
  if (unmet !== null) return unmet
  if (data.shape === 'content' && c.facts.reminder.carries == null) return 'words_not_stated'
  if (data.shape === 'third-party' && (c.facts.address?.relation ?? null) === null) return 'relation_not_stated'
  return data.shape === 'opt-out' || data.shape === 'third-party' ? 'nothing_recorded' : 'other_hours'
}

function consentsOf(
  c: EvaluationContext,
  data: PackRule | undefined,
  exemption: ConsentExemption | null,
): Pick<RuleExplanation, 'asksConsent' | 'consents'> {
  const wanted: ConsentExemption | null =
    data?.shape === 'consent'
      ? { kinds: new Set(data.needs), days: data.freshDays ?? null }
      : data?.shape === 'address' && data.consents !== undefined
        ? { kinds: new Set(data.consents), days: null }
        : exemption
  if (wanted === null) return { asksConsent: data?.unless?.consent ?? [], consents: [] }
  const { channel } = c.facts.reminder
  const address = c.facts.address?.id ?? null
  return {
    asksConsent: [...wanted.kinds],
    consents: weighConsents(c, wanted, c.now, channel, address, data?.shape === 'address'),
  }
}

const headOf = (
  { rule, pack, version, citation }: Pick<CompiledRule, 'rule' | 'pack' | 'version' | 'citation'>,
  data: PackRule | undefined,
) => ({
  rule,
  pack,
  version,
  citation,
  shape: data?.shape ?? 'promise',
  verified: data?.verified ?? null,
  reading: data?.reading ?? null,
  force: data?.force ?? 'hard',
})

/** An objection of no single rule: hours that never overlap, or an internal error. */
const withoutRule = (reason: Decision['reasons'][number]): RuleExplanation => ({
  ...headOf(reason, undefined),
  verdict: 'objects',
  code: reason.code,
  until: dated(reason.until),
  silentBecause: null,
  detail: null,
  asksConsent: [],
  consents: [],
})
