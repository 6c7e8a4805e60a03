import { z } from 'zod'
import { CHANNELS } from './channel.ts'
import { CURRENCY_EXPONENTS } from './currency.ts'
import type { Fault } from './errors.ts'
import { checkLadder } from './ladder-checks.ts'
import { clockTime, durationText, rungSchema, skipConditions, slug } from './ladder-rung.ts'
import { parseMoney } from './money.ts'
import { TONES } from './tone.ts'
import { zodFaults } from './zod-faults.ts'

const tolerances = z.record(z.string(), z.string()).superRefine((byCurrency, context) => {
  for (const [currency, amount] of Object.entries(byCurrency)) {
    const parsed = parseMoney(amount, currency)
    if (!parsed.ok) context.addIssue({ code: 'custom', path: [currency], message: `the ${parsed.part} ${parsed.problem}` })
  }
})

const defaults = z.strictObject({
  expiresAfter: durationText.default('3d'),
  minimumDwell: durationText.default('20h'),
  /** Decimal text by currency: an account that owes less is not chased. */
  doNotChaseBelow: tolerances.default({}),
  /** Days after the due date in which only rungs marked `inGrace` speak; an account's own figure outranks it. */
  graceDays: z.int().min(0).max(60).default(0),
  skipIf: skipConditions.default(['payment-in-flight', 'promise-open', 'under-tolerance']),
})

/**
 * What must be recorded before a collector's first word, and how long words stay calm after the notice.
 *
 * Rungs marked `beforeGate` (a person's checks, the notice itself) pass; all others wait.
 */
const gate = z.strictObject({
  /** Facts that must be recorded: scrubs, licence, provenance, … */
  facts: z.array(z.string().min(1)).min(1),
  /** The notice that comes before anything else. */
  notice: z.literal('validation-notice'),
  /** From the notice on: so many business days until it counts as received, then so many days; until then nothing firmer than `tone`. */
  calm: z.strictObject({ businessDays: z.int().min(0).max(30), days: z.int().min(0).max(180), tone: z.enum(TONES) }),
})

const band = z.strictObject({
  /** Rungs below it are left out. */
  startAtDpd: z.int().optional(),
  /** Channels that the machine does not use for this band. */
  skipChannels: z.array(z.enum(CHANNELS)).default([]),
  /** By rung id: another channel, or a person earlier. */
  rungs: z.record(z.string(), z.strictObject({ who: z.enum(['machine', 'person']).optional(), channels: z.array(z.enum(CHANNELS)).min(1).optional() })).default({}),
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
  /** From this day past due the ladder stops and a hand-off is proposed to a person. */
  handOff: z.strictObject({ atDpd: z.int().min(1), propose: z.literal(true) }).nullish().transform((v) => v ?? null),
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

export type ParsedLadder = { ok: true; ladder: Ladder } | { ok: false; faults: Fault[] }

/**
 * Is this a ladder that can be climbed?
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

/** How little must an account owe not to be chased, in minor units? 0n when the ladder states nothing for the currency. */
export function toleranceMinor(ladder: Ladder, currency: string): bigint {
  const amount = ladder.defaults.doNotChaseBelow[currency]
  if (amount === undefined || !CURRENCY_EXPONENTS.has(currency)) return 0n
  const parsed = parseMoney(amount, currency)
  return parsed.ok ? BigInt(parsed.money.amount.replace('.', '')) : 0n
}
