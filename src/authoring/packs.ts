import { basename, dirname, resolve } from 'node:path'
import { configError } from '../config/problems.ts'
import { rootDirectory } from '../config/root-directory.ts'
import { readPacks, readText } from '../config/folder.ts'
import { readYaml } from '../config/yaml-file.ts'
import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import type { Condition, CountWindow, WeeklySpan } from '../model/pack-parts.ts'
import type { PackRule } from '../model/pack-rule.ts'
import { type Pack, type PackVector, parsePack } from '../model/pack.ts'
import { packDiff, type PackDiff } from '../report/pack-diff.ts'
import { caseDecider, type CaseDecider } from '../services/decide-case.ts'

/**
 * Which pack does this name mean?
 *
 * @param name  a file (`some/pack.yaml`), a version (`us-reg-f@2026-11-26`), or an id: its latest version
 * @param installed  as `policyPacks` reads them
 * @throws DECORUM_BAD_INPUT when there is no such pack; DECORUM_CONFIG when the file is not a pack
 */
function namedPack(name: string, installed: readonly Pack[]): Pack {
  if (/\.ya?ml$/.test(name)) return packInFile(name)
  const [id, version] = name.split('@') as [string, string | undefined]
  const versions = installed.filter((pack) => pack.id === id).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))
  const [latest] = versions
  if (latest === undefined) {
    const meant = nearMiss(
      id,
      installed.map((pack) => pack.id),
    )
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no pack "${id}"`, {
      hint: meant === null ? 'Run `decorum policies list`, or name a .yaml file.' : `Did you mean "${meant}"?`,
    })
  }
  if (version === undefined) return latest
  const found = versions.find((pack) => pack.version === version)
  if (found === undefined)
    throw new DecorumError('DECORUM_BAD_INPUT', `${id} has no version "${version}"`, {
      hint: `It has ${versions.map((pack) => pack.version).join(', ')}.`,
    })
  return found
}

function packInFile(path: string): Pack {
  const whole = resolve(path)
  const read = readText(dirname(whole), basename(whole))
  if ('problem' in read)
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} ${read.problem.problem}`, { hint: read.problem.cure })
  const { yaml, problems } = readYaml(path, read.text, null)
  if (yaml === null) throw configError('this policy pack', problems)
  const parsed = parsePack(yaml.value)
  if (parsed.ok) return parsed.pack
  throw new DecorumError('DECORUM_CONFIG', 'this is not a policy pack', {
    faults: parsed.faults.map((fault) => ({
      ...fault,
      path: [`${path}:${yaml.lineAt(fault.path) ?? 1}`, fault.path].join(' '),
    })),
  })
}

/**
 * The installed policy packs, whatever is wrong with the rest of the configuration.
 *
 * @throws DECORUM_CONFIG
 */
export function policyPacks(): Pack[] {
  const { items, problems } = readPacks(rootDirectory())
  if (problems.length > 0) throw configError('a policy pack', problems)
  return items.map(({ value }) => value)
}

/**
 * What changed between two packs, each a file, an `id@version`, or an id?
 *
 * @throws DECORUM_BAD_INPUT, DECORUM_CONFIG
 */
export function comparePacks(a: string, b: string): PackDiff {
  const inFiles = [a, b].every((name) => /\.ya?ml$/.test(name))
  // Two files can be compared even if the installed packs have mistakes.
  const installed = inFiles ? [] : policyPacks()
  return packDiff(namedPack(a, installed), namedPack(b, installed))
}

/** A vector of a pack whose decision differs from the one stated. */
interface VectorFailure {
  name: string
  /** `the verdict is send, not defer` */
  problem: string
}

export interface PackReport {
  id: string
  version: string
  rules: number
  vectors: number
  failures: VectorFailure[]
}

/** Do the packs decide their own vectors as stated? */
export function runVectors(packs: readonly Pack[]): PackReport[] {
  const decide = caseDecider(packs)
  return packs.map((pack) => ({
    id: pack.id,
    version: pack.version,
    rules: pack.rules.length,
    vectors: pack.vectors.length,
    failures: pack.vectors.flatMap((vector) => {
      const problem = differenceOf(vector, decide)
      return problem === null ? [] : [{ name: vector.name, problem }]
    }),
  }))
}

function differenceOf({ case: input, verdict, until, codes, rule }: PackVector, decide: CaseDecider): string | null {
  const answer = decide(input)
  if (!answer.ok) return `its case does not fit: ${answer.faults.map((f) => `${f.path} ${f.problem}`).join('; ')}`
  const { decision } = answer
  const found = decision.reasons
    .map((r) => r.code)
    .sort()
    .join(', ')
  const wanted = codes === undefined ? found : [...codes].sort().join(', ')
  const binding = decision.reasons[0]?.rule ?? 'none'
  const differences = [
    decision.verdict === verdict ? null : `the verdict is ${decision.verdict}, not ${verdict}`,
    until === undefined || decision.until === until
      ? null
      : `until is ${decision.until ?? 'open'}, not ${until ?? 'open'}`,
    found === wanted ? null : `the codes are ${found || 'none'}, not ${wanted || 'none'}`,
    rule === undefined || binding === rule ? null : `the binding rule is ${binding}, not ${rule}`,
  ].filter((d) => d !== null)
  return differences.length === 0 ? null : differences.join('; ')
}

/**
 * What does this rule state, number for number, for a review against its source?
 *
 * @returns  its limits; its condition; the consent that lifts it; status, verification, source and date; the reading chosen
 */
export function ruleInWords(rule: PackRule): string[] {
  const retrieved =
    rule.retrieved === undefined
      ? 'date of retrieval not stated'
      : rule.retrieved === null
        ? 'never retrieved'
        : `retrieved ${rule.retrieved}`
  const consent =
    rule.unless === undefined
      ? null
      : `not with consent ${rule.unless.consent.join(' or ')}${rule.unless.days === undefined ? '' : `, for ${days(rule.unless.days)}`}`
  return [
    numbersOf(rule),
    rule.when === undefined ? null : `only ${conditionInWords(rule.when)}`,
    consent,
    `status: ${rule.status}; ${VERIFIED[rule.verified]}; ${FORCE[rule.force]}; source: ${rule.source}, ${retrieved}`,
    rule.reading === undefined ? null : `read as: ${rule.reading}`,
  ].filter((line) => line !== null)
}

const VERIFIED = {
  text: 'verified: text (the rule itself was read)',
  secondary: 'verified: secondary (a report or copy was read)',
  no: 'verified: no (from memory, or not settled)',
} as const
const FORCE = { hard: 'force: hard', presumption: 'force: presumption', soft: 'force: soft' } as const

const list = (words: readonly (string | number)[]): string => words.join(', ')
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)
const event = (wanted: { event: string; kind?: string | undefined }): string =>
  wanted.kind === undefined ? wanted.event : `${wanted.event} (${wanted.kind})`
const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const weekdays = (numbers: readonly number[]): string => list(numbers.map((day) => WEEKDAYS[day] as string))
const spans = (all: readonly WeeklySpan[]): string =>
  all.map((span) => `${span.days === undefined ? 'every day' : weekdays(span.days)} ${span.from}-${span.to}`).join('; ')

/** When does a pack or a rule apply, in words? */
export function conditionInWords(when: Condition): string {
  const { daysPastDue } = when
  const overdue =
    daysPastDue === undefined
      ? null
      : [
          daysPastDue.min === undefined ? null : `from day ${daysPastDue.min}`,
          daysPastDue.max === undefined ? null : `to day ${daysPastDue.max}`,
        ]
          .filter((part) => part !== null)
          .join(' ')
  const named: [string, readonly string[] | undefined][] = [
    ['places', when.jurisdictions],
    ['places other than', when.exceptJurisdictions],
    ['roles', when.roles],
    ['products', when.products],
    ['products other than', when.exceptProducts],
    ['channels', when.channels],
    ['modes', when.modes],
    ['kinds', when.kinds],
    ['kinds other than', when.exceptKinds],
    ['tones', when.tones],
    ['addresses', when.addressKinds],
    ['addresses other than', when.exceptAddressKinds],
  ]
  const parts = [
    ...named.map(([what, words]) => (words === undefined ? null : `${what} ${list(words)}`)),
    overdue === null ? null : `days past due ${overdue}`,
    when.from === undefined ? null : `from ${when.from}`,
    when.until === undefined ? null : `until before ${when.until}`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'everywhere' : parts.join('; ')
}

const KEYS = { person: 'for each person', account: 'for each account', address: 'for each number or mailbox' } as const
const UNITS = {
  attempt: 'attempts',
  unanswered: 'unanswered calls',
  connected: 'connected calls',
  conversation: 'conversations',
  reached: 'contacts that reached the person',
} as const

function windowInWords(window: CountWindow): string {
  switch (window.type) {
    case 'rolling-days':
      return `any ${days(window.days)}, the contact's own day as day 1`
    case 'rolling-hours':
      return `any ${window.hours} hours`
    case 'calendar-day':
      return 'a local day'
    case 'calendar-week':
      return `a calendar week from ${WEEKDAYS[window.startsOn]}`
    case 'calendar-month':
      return 'a calendar month'
    case 'week':
      return 'any 7 days, and the calendar week'
  }
}

const counted = (rule: { counts: keyof typeof UNITS; key: keyof typeof KEYS; channels: readonly string[] }): string =>
  `counted: ${UNITS[rule.counts]} over ${list(rule.channels)}, ${KEYS[rule.key]}`

const joined = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join('; ')

function numbersOf(rule: PackRule): string {
  switch (rule.shape) {
    case 'window':
      return joined([
        rule.allow === undefined ? null : `hours: ${spans(rule.allow)}`,
        rule.ban === undefined ? null : `never: ${spans(rule.ban)}`,
        rule.closedDays === undefined ? null : `closed: ${weekdays(rule.closedDays)}`,
        rule.holidays === undefined ? null : `holidays of ${rule.holidays.calendar}: ${rule.holidays.effect}`,
      ])
    case 'cap':
      return joined([
        `limit: ${rule.limit} in ${windowInWords(rule.window)}`,
        counted(rule),
        rule.mode === undefined ? null : `only those made by ${rule.mode}`,
        rule.excludes === undefined ? null : `not counted: ${list(rule.excludes)}`,
        rule.freeUnanswered === undefined ? null : `the first ${rule.freeUnanswered} unanswered are free`,
        rule.afterFirstConversation === true ? 'from the first conversation on' : null,
      ])
    case 'exclusivity':
      return joined([
        `limit: ${rule.limit === 1 ? '1 channel' : `${rule.limit} channels`} in ${windowInWords(rule.window)}`,
        counted(rule),
        rule.afterFirstConversation === true ? 'from the first conversation on' : null,
      ])
    case 'spacing':
      return joined([
        `spacing: ${rule.minutes === undefined ? days(rule.days as number) : `${rule.minutes} minutes`}`,
        counted(rule),
        rule.afterFirstConversation === true ? 'from the first conversation on' : null,
      ])
    case 'cooldown':
      return joined([
        `silence: ${days(rule.days)} after one, its own day as day 1`,
        counted({ ...rule, counts: rule.after }),
      ])
    case 'reply':
      return joined([
        "lets one answer to the person's own message through their blocked time",
        rule.lifts.length === 0 ? null : `and past ${list(rule.lifts)}`,
      ])
    case 'precondition':
      return joined([
        rule.requires === undefined
          ? `not before day ${rule.daysPastDue} past due`
          : `not before ${event(rule.requires)}`,
        rule.eachSpell === true ? 'a new one each time the account falls due' : null,
        rule.waitBusinessDays === undefined
          ? null
          : `and ${rule.waitBusinessDays.days} business days by calendar ${rule.waitBusinessDays.calendar}`,
        rule.waitDays === undefined ? null : `and ${days(rule.waitDays)} after it`,
      ])
    case 'duty':
      return joined([
        `owed: ${event(rule.owes)} within ${rule.withinDays === undefined ? `${rule.withinBusinessDays} business days` : days(rule.withinDays)} after ${typeof rule.after === 'string' ? `the ${rule.after.replace('-', ' ')}` : event(rule.after)}; nothing more once it is overdue`,
      ])
    case 'pause':
      return joined([
        `pause on ${'hold' in rule.on ? `hold ${rule.on.hold}` : event(rule.on)}`,
        rule.days === undefined ? 'until it is ended' : `${days(rule.days)} where no end is recorded`,
        rule.tailDays === undefined ? null : `and ${days(rule.tailDays)} after its end`,
        rule.endedBy === undefined ? null : `ended by ${event(rule.endedBy)}`,
        rule.lets === undefined ? null : `lets through: ${list(rule.lets)}`,
      ])
    case 'stop':
      return joined([
        `stop for ${list(rule.reasons)}, over ${rule.covers === 'person' ? 'every address' : 'every channel of the same address'}`,
        rule.lets === undefined ? null : `lets through: ${list(rule.lets)}`,
      ])
    case 'consent':
      return joined([
        `needs consent: ${list(rule.needs)}`,
        rule.freshDays === undefined ? null : `given within ${days(rule.freshDays)}`,
      ])
    case 'address':
      return joined([
        `address must have come by: ${list(rule.origins)}`,
        rule.consents === undefined ? null : `or consent for it: ${list(rule.consents)}`,
        'or the person wrote from it',
        rule.freshDays === undefined ? null : `confirmed within ${days(rule.freshDays)}`,
      ])
    case 'route':
      return `never: ${rule.because}`
    case 'content':
      return joined([
        `words of the ${rule.part}`,
        rule.requires === undefined ? null : `must carry ${list(rule.requires)}`,
        rule.forbids === undefined ? null : `must not carry ${list(rule.forbids)}`,
        rule.only === undefined ? null : `nothing but ${list(rule.only)}`,
        rule.satisfiedBy === undefined ? null : `said already by ${event(rule.satisfiedBy)}`,
      ])
    case 'third-party':
      return joined([`only to: ${list(rule.relations)}`, rule.allowed])
    case 'opt-out':
      return joined([
        `an opt-out covers ${rule.covers === 'address' ? 'its address' : rule.covers === 'channel' ? 'the channel' : 'all'}`,
        `in effect: ${rule.effectWithin}`,
        rule.withinBusinessDays === undefined ? null : `by law within ${rule.withinBusinessDays} business days`,
        rule.words === undefined ? null : `words: ${list(rule.words)}`,
        rule.confirmationWithinMinutes === undefined
          ? null
          : `confirmation within ${rule.confirmationWithinMinutes} minutes`,
      ])
    case 'retention':
      return `${rule.record} records kept ${rule.maximum === true ? 'at most' : 'at least'} ${joined([rule.years === undefined ? null : `${rule.years} years`, rule.months === undefined ? null : `${rule.months} months`, rule.days === undefined ? null : days(rule.days)])} after ${rule.anchor === 'contact' ? 'the contact' : 'the last collection activity'}`
  }
}
