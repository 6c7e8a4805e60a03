import { calendarNamed } from '../model/calendars/tables.ts'
import { DecorumError } from '../model/errors.ts'
import type { Condition } from '../model/pack-parts.ts'
import type { PackRule, RuleOf } from '../model/pack-rule.ts'
import { type Pack, withInheritedRules } from '../model/pack.ts'
import { canonicalJurisdiction, liesWithin } from '../model/places/jurisdiction.ts'
import { NEVER } from '../model/time.ts'
import { isOlderEdition, ZONE_DATA_VERSION } from '../model/zones/zone-data.ts'
import { compileCondition, compilePlaces } from './condition.ts'
import { type ConsentExemption, nextExemption, exemptUntil } from './consent.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { compileLocation, type Locate } from './location.ts'
import type { CompiledPack } from './packs.ts'
import { allows, type Ask, type CompiledRule, objects, type Regulation, withView, type Shape } from './rule.ts'
import { compileAddress } from './shapes/address.ts'
import { compileCap } from './shapes/cap.ts'
import { compileConsentNeeded, compileContent, compileOptOut, compileThirdParty } from './shapes/content.ts'
import { compileCooldown, compileExclusivity, compileSpacing } from './shapes/pacing.ts'
import { compileDuty, compilePause, compileStop } from './shapes/pause-and-stop.ts'
import { compilePrecondition, explainedPrecondition } from './shapes/precondition.ts'
import { compileWindow } from './shapes/window.ts'
import { type AskEffectivePeriod, compileEffectivePeriod, type EffectivePeriod } from './effective-period.ts'
import { compileHours } from './weekly-hours.ts'

// Hot path: rules answer into an object of the caller, and each reuses one for its effective period; measured by `npm run bench -- decide`. Callers only hand a compiled pack to `decide`.

/**
 * Makes all loaded packs ready to decide with, inherited rules included.
 *
 * @throws DECORUM_CONFIG when a pack extends itself or what does not exist
 */
export function compilePacks(packs: readonly Pack[]): CompiledPack[] {
  const whole = withInheritedRules(packs)
  if (!whole.ok)
    throw new DecorumError('DECORUM_CONFIG', 'a policy pack extends what cannot be extended', { faults: whole.faults })
  return whole.packs.map(compilePack)
}

/**
 * Makes one pack ready to decide with.
 *
 * Rules that are switched off, and rules that answer other questions (retention, replies,
 * guidance for words), are left out; they stay readable in the pack. A pack that it extends
 * is not resolved here: that takes all packs (`compilePacks`).
 */
export function compilePack(pack: Pack): CompiledPack {
  const appliesTo = compileCondition(pack.applies)
  const locate = compileLocation(pack)
  const rules: CompiledRule[] = []
  for (const rule of pack.rules) {
    if (rule.status === 'off') continue
    const exemption: ConsentExemption | null =
      rule.unless === undefined ? null : { kinds: new Set(rule.unless.consent), days: rule.unless.days ?? null }
    const made = compileShape(rule, exemption)
    if (made === null) continue
    const shape: Shape = typeof made === 'function' ? { ask: made, detail: null } : made
    const period = compileEffectivePeriod([
      { from: pack.validFrom, until: pack.validUntil },
      pack.applies,
      rule.when ?? {},
    ])
    rules.push({
      rule: `${pack.id}/${rule.id}`,
      pack: pack.id,
      version: pack.version,
      citation: rule.citation,
      verified: rule.verified !== 'no',
      setsHours: rule.shape === 'window',
      concerns: compileConcern(rule),
      regulates: regulationOf(pack, rule, period),
      ask: whileInForce(shape.ask, exemption, period),
      detail: shape.detail ?? undefined,
      silent: shape.silent,
      source: { data: rule, period, exemption },
    })
  }
  const inForce = compileEffectivePeriod([
    { from: pack.validFrom, until: pack.validUntil },
    pack.applies,
  ]) as AskEffectivePeriod
  if (pack.zoneData !== undefined && isOlderEdition(ZONE_DATA_VERSION, pack.zoneData))
    rules.unshift(zoneDataRule(pack, pack.zoneData, inForce))
  const replies = pack.rules.filter((rule): rule is RuleOf<'reply'> => rule.shape === 'reply' && rule.status === 'on')
  const compiled = { pack, appliesTo, mayApplyIn: compilePlaces(pack.applies), inForce, rules, replies }
  return locate === null ? compiled : located(compiled, locate)
}

/** With zone data older than the pack needs, its hours cannot be determined: while it is in force, it objects to everything it applies to. */
function zoneDataRule(pack: Pack, needed: string, inForce: AskEffectivePeriod): CompiledRule {
  const time: EffectivePeriod = { applies: true, until: NEVER }
  return {
    rule: `${pack.id}/zone-data`,
    pack: pack.id,
    version: pack.version,
    citation: `${pack.id}: needs time zone data ${needed} or later`,
    verified: true,
    setsHours: false,
    concerns: () => true,
    ask: (c, at, answer) => {
      inForce(c, at, time)
      if (time.applies) objects(answer, 'zone_data_outdated', time.until)
      else allows(answer, time.until)
    },
  }
}

/** The same pack, with the recipient located by the pack's own location mode. */
const located = (compiled: CompiledPack, locate: Locate): CompiledPack => ({
  ...compiled,
  appliesTo: (c) => compiled.appliesTo(locate(c)),
  mayApplyIn: () => true,
  inForce: (c, at, time) => compiled.inForce(locate(c), at, time),
  rules: compiled.rules.map((rule) => withView(rule, locate)),
})

const REGULATED: Partial<Record<PackRule['shape'], Regulation['what']>> = {
  window: 'hours',
  cap: 'cap',
  spacing: 'spacing',
  cooldown: 'cooldown',
}

function regulationOf(pack: Pack, rule: PackRule, period: AskEffectivePeriod | null): Regulation {
  const wherever = [pack.applies, rule.when ?? {}].map((condition) =>
    compileCondition({ ...condition, jurisdictions: undefined }),
  )
  return {
    what: REGULATED[rule.shape] ?? null,
    channels: rule.shape === 'cap' || rule.shape === 'spacing' || rule.shape === 'cooldown' ? rule.channels : null,
    places: narrower(pack.applies, rule.when ?? {}),
    period,
    concernsElsewhere: (c) => wherever.every((matches) => matches(c)),
  }
}

/** Where both conditions hold; null: everywhere. */
function narrower(pack: Condition, rule: Condition): readonly string[] | null {
  const [outer, inner] = [pack, rule].map(({ jurisdictions }) => jurisdictions?.map(canonicalJurisdiction))
  if (outer === undefined || inner === undefined) return inner ?? outer ?? null
  return [
    ...inner.filter((place) => outer.some((scope) => liesWithin(place, scope))),
    ...outer.filter((place) => inner.some((scope) => place !== scope && liesWithin(place, scope))),
  ]
}

function compileShape(rule: PackRule, exemption: ConsentExemption | null): Ask | Shape | null {
  switch (rule.shape) {
    case 'window': {
      const calendar =
        rule.holidays === undefined
          ? undefined
          : {
              calendar: calendarNamed(rule.holidays.calendar) ?? (() => 'unknown' as const),
              effect: rule.holidays.effect,
            }
      return compileWindow(
        rule,
        compileHours({ allow: rule.allow, ban: rule.ban, closedDays: rule.closedDays, holidays: calendar }),
      )
    }
    case 'cap':
      return compileCap(rule, exemption)
    case 'exclusivity':
      return compileExclusivity(rule)
    case 'spacing':
      return compileSpacing(rule)
    case 'cooldown':
      return compileCooldown(rule)
    case 'precondition':
      return explainedPrecondition(
        rule,
        compilePrecondition(
          rule,
          rule.waitBusinessDays === undefined ? null : calendarNamed(rule.waitBusinessDays.calendar),
        ),
      )
    case 'duty':
      return compileDuty(rule)
    case 'pause':
      return compilePause(rule)
    case 'stop':
      return compileStop(rule)
    case 'consent':
      return compileConsentNeeded(rule)
    case 'address':
      return compileAddress(rule)
    case 'route':
      return {
        ask: (_c, _at, answer) => objects(answer, 'route_not_eligible'),
        detail: () => ({ kind: 'because', because: rule.because }),
      }
    case 'content':
      return compileContent(rule)
    case 'third-party':
      return compileThirdParty(rule)
    case 'opt-out':
      return compileOptOut(rule)
    case 'retention':
    case 'reply':
      return null
  }
}

/** May the rule object in this context at any instant? Rules that depend on rarely stated facts are left out early, so that they cost nothing elsewhere. */
function compileConcern(rule: PackRule): (c: EvaluationContext) => boolean {
  const matches = compileCondition(rule.when)
  switch (rule.shape) {
    case 'content':
      return (c) => c.facts.reminder.carries != null && matches(c)
    case 'third-party':
      return (c) =>
        c.facts.address !== null &&
        c.facts.address.relation !== null &&
        !rule.relations.includes(c.facts.address.relation) &&
        matches(c)
    case 'opt-out':
      return (c) => c.facts.suppressions.length > 0 && matches(c)
    case 'address':
      return (c) => c.facts.address !== null && matches(c)
    default:
      return matches
  }
}

/** Silences a rule outside its dates and days past due, and while consent exempts from it. */
function whileInForce(ask: Ask, exemption: ConsentExemption | null, period: AskEffectivePeriod | null): Ask {
  const time: EffectivePeriod = { applies: true, until: NEVER }
  let truncated = false

  /** Asks once; an objection ends where the rule falls silent, if that is sooner. */
  const askOnce: Ask = (c, at, answer) => {
    truncated = false
    if (period !== null) {
      period(c, at, time)
      if (!time.applies) return allows(answer, time.until)
    }
    const silentFrom = period === null ? NEVER : time.until
    let opens = NEVER
    if (exemption !== null && c.facts.consents.length > 0) {
      const channel = c.facts.reminder.channel
      const address = c.facts.address?.id ?? null
      const until = exemptUntil(c, exemption, at, channel, address)
      if (until !== null) return allows(answer, until)
      opens = nextExemption(c, exemption, at, channel, address)
    }
    ask(c, at, answer)
    const silent = answer.code === null ? silentFrom : Math.min(silentFrom, opens)
    truncated = silent < answer.until
    if (truncated) answer.until = silent
  }

  return (c, at, answer) => {
    askOnce(c, at, answer)
    const { code } = answer
    // At a truncated end the same rule may object for another reason: the end is the first instant without an objection.
    while (code !== null && truncated) {
      const end = answer.until
      askOnce(c, end, answer)
      if (answer.code === null) {
        objects(answer, code, end)
        return
      }
      answer.code = code
    }
  }
}
