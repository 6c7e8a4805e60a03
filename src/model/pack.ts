import { z } from 'zod'
import type { Fault } from './errors.ts'
import { nearMiss, zodFaults } from './faults.ts'
import { conditionSchema, localDate } from './pack-parts.ts'
import { type PackRule, RULE_SHAPES, type RuleShape, withPackCure } from './pack-rule.ts'
import { ZONE_EDITION } from './zones/zone-data.ts'

/** One example in a pack: a decide case without `packs`, and the expected decision. */
const vectorSchema = z.strictObject({
  name: z.string().min(1),
  /** A case of the decide contract; checked by the contract's own schema where vectors are run. */
  case: z.record(z.string(), z.unknown()),
  verdict: z.enum(['send', 'defer', 'refuse']),
  until: z.string().nullable().optional(),
  /** Codes of all objections, in any order. */
  codes: z.array(z.string()).optional(),
  /** The binding rule, `pack/rule`. */
  rule: z.string().optional(),
})

/**
 * Which of the recipient's candidate places this pack's rules apply to (S5).
 *
 * `all-candidates`, the default: all of them. `presume-area-code`: a called number with an area code within
 * `applies.jurisdictions` places the recipient there. `single`: the best-ranked sign. The last two narrow only while no
 * sign contradicts them.
 */
const locationSchema = z
  .strictObject({
    mode: z.enum(['all-candidates', 'presume-area-code', 'single']),
    /** For `single`, best first: `stated-zone`, `jurisdiction`, `area-code`, or a kind of location evidence such as `postal-address`. */
    ranking: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine((location) => location.ranking === undefined || location.mode === 'single', {
    message: 'is read for mode "single" only',
    path: ['ranking'],
    params: { cure: 'Remove it, or set mode: single.' },
  })

const headShape = {
  id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by "-"'),
  version: z.string().min(1),
  title: z.string().min(1),
  /** `law`, or the house's own stricter numbers. */
  kind: z.enum(['law', 'house']),
  /** The counsel who signed it off for live use; null: not signed off. */
  reviewer: z.string().nullable(),
  /** Where and when the rules were collected. */
  source: z.string().min(1),
  /** Who last read the rules against their sources, and on which day; null: not read. Reading is not signing off. */
  readBy: z.string().min(1).nullable().default(null),
  readOn: localDate.nullable().default(null),
  validFrom: localDate,
  /** First local date on which it is no longer in force. */
  validUntil: localDate.nullable().default(null),
  /** Considered only when named. */
  optIn: z.boolean().default(false),
  /** Each of its rules applies only where no law regulates the same (hours, counts, spacing, cooldown) for the place, time and channel. */
  fallback: z.boolean().default(false),
  /** Inherits every rule of that pack; a rule of the same id replaces the inherited one. */
  extends: z.string().optional(),
  applies: conditionSchema.default({}),
  /** The oldest edition of the time zone data that is right for its places, e.g. `2026b`; with an older one in force, everything it applies to is held. */
  zoneData: z.string().regex(ZONE_EDITION, 'must be an edition of the time zone data, as "2026b"').optional(),
  location: locationSchema.optional(),
}
const READ = { message: 'goes with readBy: state both, or neither', path: ['readOn'] }
const isReadWhole = (pack: { readBy: string | null; readOn: string | null }): boolean =>
  (pack.readBy === null) === (pack.readOn === null)

const packSchema = z
  .strictObject({ ...headShape, rules: z.array(z.unknown()).min(1), vectors: z.array(vectorSchema).default([]) })
  .refine((pack) => pack.validUntil === null || pack.validFrom < pack.validUntil, {
    message: 'must be later than validFrom',
    path: ['validUntil'],
  })
  .refine(isReadWhole, READ)

/** A whole pack file with its rules by shape: the schema that editors use to complete and check it. */
export const packFileSchema = z.strictObject({
  ...headShape,
  rules: z
    .array(z.discriminatedUnion('shape', Object.values(RULE_SHAPES) as unknown as [typeof RULE_SHAPES.window]))
    .min(1),
  vectors: z.array(vectorSchema).default([]),
})

export type PackVector = z.infer<typeof vectorSchema>

/** A dated, cited set of contact rules as data. Parsed from one file under `config/policies/`. */
export interface Pack extends Omit<z.infer<typeof packSchema>, 'rules'> {
  rules: PackRule[]
}

type ParsedPack = { ok: true; pack: Pack } | { ok: false; faults: Fault[] }

/**
 * Is this a policy pack, and which one?
 *
 * @param data  the parsed YAML of one pack file
 * @returns     the pack, or every fault with its path, e.g. `rules[2].window.days`
 */
export function parsePack(data: unknown): ParsedPack {
  const head = packSchema.safeParse(data, { reportInput: true })
  if (!head.success) return { ok: false, faults: zodFaults(head.error, packSchema).map(withPackCure) }
  const faults: Fault[] = []
  const rules: PackRule[] = []
  const seen = new Set<string>()
  head.data.rules.forEach((raw, i) => {
    const parsed = parseRule(raw, `rules[${i}]`)
    if (!parsed.ok) faults.push(...parsed.faults.map((fault) => namingRule(fault, raw)))
    else if (seen.has(parsed.rule.id))
      faults.push({
        path: `rules[${i}].id`,
        problem: `is used twice: ${parsed.rule.id}`,
        cure: 'Give each rule an id of its own.',
      })
    else {
      seen.add(parsed.rule.id)
      rules.push(parsed.rule)
    }
  })
  if (head.data.extends === undefined) faults.push(...strayLifts(head.data.rules, rules, seen))
  return faults.length > 0 ? { ok: false, faults } : { ok: true, pack: { ...head.data, rules } }
}

/** `lifts` that name no rule of the pack; inherited rules are known only with all packs. */
function strayLifts(raw: readonly unknown[], rules: readonly PackRule[], known: ReadonlySet<string>): Fault[] {
  return rules.flatMap((rule) =>
    rule.shape !== 'reply'
      ? []
      : rule.lifts.flatMap((id, j): Fault[] => {
          if (known.has(id) && id !== rule.id) return []
          const at = raw.findIndex((one) => (one as { id?: unknown } | null)?.id === rule.id)
          const meant = nearMiss(
            id,
            [...known].filter((other) => other !== rule.id),
          )
          return [
            {
              path: `rules[${at}].lifts[${j}]`,
              problem: `is not another rule of this pack: ${id}`,
              cure: meant === null ? 'Name a rule of this pack by its id.' : `Did you mean "${meant}"?`,
            },
          ]
        }),
  )
}

/** Authors look for a rule by its id, not by its index. */
function namingRule(fault: Fault, raw: unknown): Fault {
  const id = (raw as { id?: unknown } | null)?.id
  return typeof id === 'string' && id !== '' ? { ...fault, problem: `${fault.problem} (rule "${id}")` } : fault
}

function parseRule(raw: unknown, path: string): { ok: true; rule: PackRule } | { ok: false; faults: Fault[] } {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return {
      ok: false,
      faults: [
        { path, problem: 'is not a rule', cure: 'Write a mapping with id, shape, citation, source and verified.' },
      ],
    }
  const shape = (raw as { shape?: unknown }).shape
  if (typeof shape !== 'string' || !Object.hasOwn(RULE_SHAPES, shape)) {
    const known = Object.keys(RULE_SHAPES)
    const meant = typeof shape === 'string' ? nearMiss(shape, known) : null
    return {
      ok: false,
      faults: [
        {
          path: `${path}.shape`,
          problem: 'is not a rule shape',
          cure: meant === null ? `Known: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
        },
      ],
    }
  }
  const schema = RULE_SHAPES[shape as RuleShape]
  const parsed = schema.safeParse(raw, { reportInput: true })
  if (!parsed.success) return { ok: false, faults: zodFaults(parsed.error, schema, path).map(withPackCure) }
  const rule = parsed.data as PackRule
  if (rule.verified === 'no' && rule.status === 'on') {
    return {
      ok: false,
      faults: [
        {
          path: `${path}.status`,
          problem: 'is "on" though the rule is not verified',
          cure: 'Ship it as "off" until its text has been read, or cite what was read.',
        },
      ],
    }
  }
  return { ok: true, rule }
}

/**
 * Which rules does each pack have, those it inherits by `extends` included?
 *
 * A rule of the same id replaces the inherited one. Of several versions of the extended pack, the latest one valid on the
 * extending pack's first day is used.
 *
 * @returns  the packs, or a fault for each that extends itself or what does not exist
 */
export function withInheritedRules(
  packs: readonly Pack[],
): { ok: true; packs: Pack[] } | { ok: false; faults: Fault[] } {
  const faults: Fault[] = []
  const resolved = packs.map((pack) => {
    const rules = inherit(pack, packs)
    if (typeof rules !== 'string') return { ...pack, rules, ...zoneDataNeeded(pack, packs) }
    faults.push({
      path: `${pack.id}.extends`,
      problem: rules,
      cure: rules.startsWith('goes round') ? CYCLE_CURE : 'Name another pack by its id.',
    })
    return pack
  })
  return faults.length > 0 ? { ok: false, faults } : { ok: true, packs: resolved }
}

/** The packs whose `extends` resolves: no cycle and no missing pack. */
export const completePacks = (packs: readonly Pack[]): Pack[] =>
  packs.filter((pack) => typeof inherit(pack, packs) !== 'string')

export const describeCycle = (circle: readonly string[]): string => `goes round in a circle: ${circle.join(' → ')}`
export const CYCLE_CURE = 'Take "extends" out of one of these packs, and repeat there the rules that it needs.'

/** The ids of the cycle that `extends` of this pack leads into; null: none. */
export function extendsCycle(pack: Pack, packs: readonly Pack[]): readonly string[] | null {
  const line = [pack.id]
  for (let here: Pack | undefined = pack; here?.extends !== undefined; here = baseOf(here, packs)) {
    if (here !== pack) line.push(here.id)
    if (line.includes(here.extends)) return [...line, here.extends]
  }
  return null
}

/** The newest edition that the pack or what it extends needs. */
function zoneDataNeeded(pack: Pack, packs: readonly Pack[]): Pick<Pack, 'zoneData'> {
  const base = pack.extends === undefined ? undefined : baseOf(pack, packs)
  const needed = [pack.zoneData, ...(base === undefined ? [] : [zoneDataNeeded(base, packs).zoneData])]
    .filter((edition) => edition !== undefined)
    .sort()
  return needed.length === 0 ? {} : { zoneData: needed.at(-1) }
}

function baseOf(pack: Pack, packs: readonly Pack[]): Pack | undefined {
  const versions = packs.filter(({ id }) => id === pack.extends).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  return versions.filter(({ validFrom }) => validFrom <= pack.validFrom).at(-1) ?? versions.at(-1)
}

function inherit(pack: Pack, packs: readonly Pack[]): Pack['rules'] | string {
  if (pack.extends === undefined) return pack.rules
  const circle = extendsCycle(pack, packs)
  if (circle !== null) return describeCycle(circle)
  const base = baseOf(pack, packs)
  if (base === undefined) return `is not a policy pack: ${pack.extends}`
  const inherited = inherit(base, packs)
  if (typeof inherited === 'string') return inherited
  const own = new Set(pack.rules.map(({ id }) => id))
  return [...inherited.filter(({ id }) => !own.has(id)), ...pack.rules]
}
