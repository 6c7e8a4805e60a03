import { z } from 'zod'
import { CHANNELS, type Channel } from './channel.ts'
import { STATED_BLOCKS } from './content-block.ts'
import { isLocalDate } from './local-date.ts'
import { TONES, type Tone } from './tone.ts'

/** Facts that `requires` may demand before a tone's words are true. */
export const REQUIRABLE_FACTS = [
  'masked', 'dueDate', 'daysPastDue', 'asOf', 'overdue', 'minimumDue', 'lateInterest', 'reportsToBureau', 'nextStep',
  'originalCreditor', 'collector', 'licenceLines', 'postalAddress', 'optOutUrl',
] as const
export type RequirableFact = (typeof REQUIRABLE_FACTS)[number]

const registrationParam = z.strictObject({
  /** The vendor's variable name; vendors that count take them in this order. */
  name: z.string().regex(/^\w{1,32}$/),
  /** What fills it, in the template language: `{{masked}}`, `{{money total}}`. */
  source: z.string().min(1),
  maxLen: z.int().min(1).max(500),
  forbids: z.array(z.enum(['url', 'brackets', 'empty'])).default(['url', 'brackets', 'empty']),
})

const registration = z.strictObject({
  provider: z.string().min(1),
  locale: z.string().min(2),
  tone: z.enum(TONES),
  code: z.string().min(1),
  /** Without 【】. */
  signature: z.string().min(2).max(16),
  status: z.enum(['approved', 'pending', 'rejected']),
  approvedAt: z.string().refine(isLocalDate, 'not a calendar day (YYYY-MM-DD)').nullish().transform((v) => v ?? null),
  /** The text as the vendor approved it, variables as `${name}`: for preview, segments and the hash only. */
  text: z.string().min(1),
  params: z.array(registrationParam),
})
export type Registration = z.infer<typeof registration>

const tonesOf = <T extends z.ZodType>(value: T) =>
  z.strictObject({ gentle: value.optional(), neutral: value.optional(), firm: value.optional(), final: value.optional() })

const statedBlocks = z.array(z.enum(STATED_BLOCKS))

/** `templates/<template>/template.yaml`. */
export const manifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  title: z.string().min(1),
  locales: z.array(z.string().min(2)).min(1),
  channels: z.array(z.enum(CHANNELS)).min(1),
  tones: z.array(z.enum(TONES)).min(1),
  /** Facts that make a tone's words true: without them nothing is rendered. */
  requires: tonesOf(z.array(z.enum(REQUIRABLE_FACTS))).default({}),
  /** Blocks that must stand in each message of a channel; the frames supply them and lint checks. */
  mustCarry: z.strictObject({
    optOut: z.array(z.enum(['sms', 'email'])).default([]),
    collectorDisclosure: z.boolean().default(false),
  }).default({ optOut: [], collectorDisclosure: false }),
  /** What law wants said that only the author can tell to be said, in every text of a channel: policy packs ask for it by these names. */
  carries: z.strictObject({ phone: statedBlocks.optional(), sms: statedBlocks.optional(), email: statedBlocks.optional() }).default({}),
  /** Which SMS carry the sender's 【signature】: Chinese ones, or all (mainland carriers ask for it in any language). */
  signed: z.enum(['chinese', 'always']).default('chinese'),
  registrations: z.array(registration).default([]),
})
export type TemplateManifest = z.infer<typeof manifestSchema>

/** One file under `templates/<template>/`, path relative to that folder. */
export interface TemplateFile {
  path: string
  text: string
}

/** One `.hbs` file: the words of one tone, or the frame that every tone of a channel stands in. */
export interface TemplateSource {
  path: string
  text: string
}

/** A whole template, ready for `render`; `parseTemplate` (template-files.ts) makes one from files. */
export interface Template {
  id: string
  manifest: TemplateManifest
  /** Keyed by `sourceKey(locale, tone, channel)`. */
  sources: Readonly<Record<string, TemplateSource>>
  /** Keyed by `frameKey(locale, channel)`; a frame adds what every message of the channel must carry. */
  frames: Readonly<Record<string, TemplateSource>>
}

/** `zh-CN/3-firm.sms.hbs` */
export const sourceKey = (locale: string, tone: Tone, channel: Channel): string =>
  `${locale}/${TONES.indexOf(tone) + 1}-${tone}.${channel}.hbs`

/** `zh-CN/frame.sms.hbs` */
export const frameKey = (locale: string, channel: Channel): string => `${locale}/frame.${channel}.hbs`
