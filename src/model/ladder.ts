import { z } from 'zod'
import type { Fault } from './errors.ts'
import { nearMiss, zodFaults } from './faults.ts'
import { CURRENCY_EXPONENTS, parseMoney } from './money.ts'
import { DAY, parseDuration } from './time.ts'
import { CHANNELS, compareTones, KINDS, stageOf, TONES } from './vocabulary.ts'

export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'is not a name of small letters, digits and dashes')
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day like "10:00"')
const durationText = z.string().refine((text) => parseDuration(text) !== null, 'is not a duration like "20h" or "3d"')

/** The rung id under which a proposed hand-off is recorded. */
export const HAND_OFF_RUNG = 'hand-off'

/**
 * Events that a rung may count its days from.
 *
 * `placement` is the day a collector got the account or, where none is recorded, the day the spell was opened.
 * `validation-notice` is an event `notice` of kind `validation`; the others are named as they are reported.
 */
const LADDER_EVENTS = [
  'promise-broken',
  'placement',
  'validation-notice',
  'payment-failed',
  'dispute-resolved',
  'charge-off',
] as const
export type LadderEvent = (typeof LADDER_EVENTS)[number]

const SKIP_CONDITIONS = ['payment-in-flight', 'promise-open', 'under-tolerance', 'auto-debit'] as const
export type SkipCondition = (typeof SKIP_CONDITIONS)[number]

/** `auto-debit`, or `{ contacted-person-within: 10d }`: skips the rung when a conversation was that recent. */
const skipConditions = z.array(
  z.union([z.enum(SKIP_CONDITIONS), z.strictObject({ 'contacted-person-within': durationText })], {
    error: `is none of ${SKIP_CONDITIONS.join(', ')}, or { contacted-person-within: 10d }`,
  }),
)

const at = z
  .strictObject({
    /** Days past due; negative before the due date. */
    dpd: z.int().min(-60).max(3650).optional(),
    event: z.enum(LADDER_EVENTS).optional(),
    /** Days after the event, 0 the same day. */
    days: z.int().min(0).max(3650).optional(),
    /** Local time in the book zone; absent: the ladder's `bookTime`. */
    time: clockTime.optional(),
  })
  .refine((v) => (v.dpd !== undefined) !== (v.event !== undefined), 'states neither or both of `dpd` and `event`')
  .refine((v) => (v.event === undefined) === (v.days === undefined), '`event` and `days` go together')

/** One rung as operators write it; what is absent comes from the ladder's defaults. */
const rungSchema = z.strictObject({
  id: slug,
  at,
  /** Checked against `dpd`; rungs that count from an event have none. */
  stage: z.enum(['M0', 'M1', 'M2', 'M3', 'M3+']).optional(),
  tone: z.enum(TONES),
  kind: z.enum(KINDS).default('reminder'),
  /** In order of preference. */
  channels: z.array(z.enum(CHANNELS)).default([]),
  who: z.enum(['machine', 'person']).default('machine'),
  /** Least time after the account's last automated step, and after its message went out. */
  minimumDwell: durationText.optional(),
  /** How long after falling due the step is stale. */
  expiresAfter: durationText.optional(),
  skipIf: skipConditions.optional(),
  template: slug.optional(),
  /** Facts without which the text would not be true. */
  requires: z.array(z.string().min(1)).default([]),
  /** Also sent within the days of grace. */
  inGrace: z.boolean().default(false),
  /** Also sent before the gate is open. */
  beforeGate: z.boolean().default(false),
  /** What the agent is asked to do. */
  instructions: z.string().max(500).default(''),
})

const tolerances = z.record(z.string(), z.string()).superRefine((byCurrency, context) => {
  for (const [currency, amount] of Object.entries(byCurrency)) {
    const parsed = parseMoney(amount, currency)
    if (!parsed.ok)
      context.addIssue({ code: 'custom', path: [currency], message: `the ${parsed.part} ${parsed.problem}` })
  }
})

const defaults = z.strictObject({
  expiresAfter: durationText.default('3d'),
  minimumDwell: durationText.default('20h'),
  /** Decimal text by currency: an account that owes less is not reminded. */
  doNotChaseBelow: tolerances.default({}),
  /** Days after the due date in which only rungs marked `inGrace` are sent; an account's own figure overrides it. */
  graceDays: z.int().min(0).max(60).default(0),
  skipIf: skipConditions.default(['payment-in-flight', 'promise-open', 'under-tolerance']),
})

/**
 * What must be recorded before a collector's first message, and how long the tone stays limited after the notice.
 *
 * Rungs marked `beforeGate` (an agent's checks, the notice itself) pass; all others wait.
 */
const gate = z.strictObject({
  /** Facts that must be recorded: scrubs, licence, provenance, … */
  facts: z.array(z.string().min(1)).min(1),
  /** The notice that comes before anything else. */
  notice: z.literal('validation-notice'),
  /** After the notice: `businessDays` until it counts as received, then `days`; until both are over nothing firmer than `tone`. */
  calm: z.strictObject({ businessDays: z.int().min(0).max(30), days: z.int().min(0).max(180), tone: z.enum(TONES) }),
})

const band = z.strictObject({
  /** Rungs before this day are left out. */
  startAtDpd: z.int().optional(),
  /** Channels not used automatically for this band. */
  skipChannels: z.array(z.enum(CHANNELS)).default([]),
  /** By rung id: other channels, or an agent instead. */
  rungs: z
    .record(
      z.string(),
      z.strictObject({
        who: z.enum(['machine', 'person']).optional(),
        channels: z.array(z.enum(CHANNELS)).min(1).optional(),
      }),
    )
    .default({}),
})

const written = z.strictObject({
  id: slug,
  /** Any label; the version is pinned for a spell together with the whole content. */
  version: z.string().min(1).max(40),
  description: z.string().default(''),
  /** Local time in the creditor's book zone at which a day's rungs fall due. */
  bookTime: clockTime.default('10:00'),
  /** Template folder of rungs that name none. */
  template: slug,
  defaults: defaults.prefault({}),
  gate: gate.nullish().transform((v) => v ?? null),
  bands: z.record(z.string().min(1), band).default({}),
  /** From this day past due the ladder ends and a hand-off is proposed to an agent. */
  handOff: z
    .strictObject({ atDpd: z.int().min(1), propose: z.literal(true) })
    .nullish()
    .transform((v) => v ?? null),
  rungs: z.array(rungSchema).min(1),
})

/** A ladder file with every default filled in; parsing its own output gives the same ladder. */
export const ladderSchema = written.transform((ladder) => ({
  ...ladder,
  rungs: ladder.rungs.map((rung) => ({
    ...rung,
    expiresAfter: rung.expiresAfter ?? ladder.defaults.expiresAfter,
    minimumDwell: rung.minimumDwell ?? ladder.defaults.minimumDwell,
    skipIf: rung.skipIf ?? ladder.defaults.skipIf,
    template: rung.template ?? ladder.template,
  })),
}))

/** The escalation strategy: which steps fall due when, in which tone, on which channels. */
export type Ladder = z.output<typeof ladderSchema>
/** One step of a ladder. */
export type Rung = Ladder['rungs'][number]

type ParsedLadder = { ok: true; ladder: Ladder } | { ok: false; faults: Fault[] }

/**
 * Is this a valid ladder?
 *
 * @param data  as YAML or JSON gave it
 * @returns     the ladder with defaults filled in, or every fault with its path, its problem and its cure. Never throws.
 */
export function parseLadder(data: unknown): ParsedLadder {
  const parsed = ladderSchema.safeParse(data, { reportInput: true })
  if (!parsed.success) return { ok: false, faults: zodFaults(parsed.error, ladderSchema) }
  const faults = checkLadder(parsed.data)
  return faults.length === 0 ? { ok: true, ladder: parsed.data } : { ok: false, faults }
}

/** Below which amount is an account not reminded, in minor units? 0n when the ladder states nothing for the currency. */
export function toleranceMinor(ladder: Ladder, currency: string): bigint {
  const amount = ladder.defaults.doNotChaseBelow[currency]
  if (amount === undefined || !CURRENCY_EXPONENTS.has(currency)) return 0n
  const parsed = parseMoney(amount, currency)
  return parsed.ok ? BigInt(parsed.money.amount.replace('.', '')) : 0n
}

interface Placed {
  rung: Rung
  path: string
}

/** What is inconsistent between the parts of a ladder, each valid by itself? */
function checkLadder(ladder: Ladder): Fault[] {
  const placed = ladder.rungs.map((rung, i) => ({ rung, path: `rungs[${i}]` }))
  return [
    ...checkIds(placed),
    ...placed.flatMap((p) => checkRung(ladder, p)),
    ...[...timelines(placed).values()].flatMap((line) => checkTimeline(ladder, line)),
    ...checkBands(ladder),
  ]
}

/** The day of a rung on its own timeline. */
const dayOf = (rung: Rung): number => rung.at.dpd ?? rung.at.days ?? 0

/** Rungs by what their days count from. */
function timelines(placed: readonly Placed[]): Map<string, Placed[]> {
  const lines = new Map<string, Placed[]>()
  for (const p of placed) {
    const key = p.rung.at.event ?? 'dpd'
    lines.set(key, [...(lines.get(key) ?? []), p])
  }
  return lines
}

function checkIds(placed: readonly Placed[]): Fault[] {
  const seen = new Set<string>([HAND_OFF_RUNG])
  return placed.flatMap(({ rung, path }) => {
    const known = seen.has(rung.id)
    seen.add(rung.id)
    if (!known) return []
    const problem = rung.id === HAND_OFF_RUNG ? 'is kept for the proposed hand-off' : `\`${rung.id}\` names two rungs`
    return [{ path: `${path}.id`, problem, cure: 'Give each rung a name of its own.' }]
  })
}

function checkRung(ladder: Ladder, { rung, path }: Placed): Fault[] {
  const faults: Fault[] = []
  const { dpd } = rung.at
  if (dpd === undefined && rung.stage !== undefined) {
    faults.push({ path: `${path}.stage`, problem: 'stands on a rung that counts from an event', cure: 'Take it out.' })
  }
  if (dpd !== undefined && rung.stage !== stageOf(dpd)) {
    faults.push({
      path: `${path}.stage`,
      problem: `day ${dpd} is stage ${stageOf(dpd)}`,
      cure: `Write \`stage: ${stageOf(dpd)}\`.`,
    })
  }
  if (rung.who === 'machine' && rung.channels.length === 0) {
    faults.push({
      path: `${path}.channels`,
      problem: 'is empty on a rung for the machine',
      cure: 'Name at least one of phone, sms, email.',
    })
  }
  if (new Set(rung.channels).size !== rung.channels.length) {
    faults.push({
      path: `${path}.channels`,
      problem: 'names a channel twice',
      cure: 'Name each channel once, in order of preference.',
    })
  }
  if (rung.tone === 'final' && rung.who === 'machine' && !rung.requires.includes('nextStep')) {
    faults.push({
      path: `${path}.requires`,
      problem: 'a `final` rung states a planned next step without requiring that it be known',
      cure: 'Add `nextStep` to `requires`.',
    })
  }
  if (rung.beforeGate && ladder.gate === null) {
    faults.push({
      path: `${path}.beforeGate`,
      problem: 'the ladder has no gate',
      cure: 'Take it out, or add a `gate`.',
    })
  }
  if (dpd !== undefined && ladder.handOff !== null && dpd >= ladder.handOff.atDpd) {
    faults.push({
      path: `${path}.at.dpd`,
      problem: `is not before the hand-off at day ${ladder.handOff.atDpd}`,
      cure: 'The ladder stops there; move the rung before it.',
    })
  }
  return faults
}

/** Along one timeline days rise, tones never fall, and no automated reminder follows `final`. */
function checkTimeline(ladder: Ladder, line: readonly Placed[]): Fault[] {
  const faults: Fault[] = []
  for (const [i, { rung, path }] of line.entries()) {
    const before = line[i - 1]
    if (before !== undefined && positionOf(ladder, rung) < positionOf(ladder, before.rung)) {
      faults.push({
        path: `${path}.at`,
        problem: `comes before \`${before.rung.id}\``,
        cure: 'Write the rungs in the order in which they fall due.',
      })
    }
  }
  const automated = line.filter(({ rung }) => rung.who === 'machine' && rung.kind === 'reminder')
  for (const [i, { rung, path }] of automated.entries()) {
    const before = automated[i - 1]?.rung
    if (before === undefined) continue
    if (before.tone === 'final' && (rung.tone !== 'final' || dayOf(rung) !== dayOf(before))) {
      faults.push({
        path,
        problem: `follows \`${before.id}\`, which is final`,
        cure: 'After `final` only people speak: take the rung out or give it to a person.',
      })
    } else if (compareTones(rung.tone, before.tone) < 0) {
      faults.push({
        path: `${path}.tone`,
        problem: `is gentler than \`${before.id}\` before it`,
        cure: `Write \`tone: ${before.tone}\`, or put the rungs in another order.`,
      })
    }
    if (longOf(rung.minimumDwell) >= (dayOf(rung) - dayOf(before)) * DAY + longOf(rung.expiresAfter)) {
      faults.push({
        path: `${path}.minimumDwell`,
        problem: `keeps the rung from ever following \`${before.id}\` before it is stale`,
        cure: 'Shorten `minimumDwell`, or lengthen `expiresAfter`.',
      })
    }
  }
  return faults
}

function checkBands(ladder: Ladder): Fault[] {
  const ids = ladder.rungs.map((rung) => rung.id)
  return Object.entries(ladder.bands).flatMap(([name, band]) =>
    Object.keys(band.rungs)
      .filter((id) => !ids.includes(id))
      .map((id) => {
        const meant = nearMiss(id, ids)
        return {
          path: `bands.${name}.rungs.${id}`,
          problem: 'names no rung of this ladder',
          cure: meant === null ? 'Use the id of a rung.' : `Did you mean \`${meant}\`?`,
        }
      }),
  )
}

const longOf = (text: string): number => parseDuration(text) ?? 0
const positionOf = (ladder: Ladder, rung: Rung): string =>
  `${String(dayOf(rung) + 10_000).padStart(6, '0')} ${rung.at.time ?? ladder.bookTime}`
