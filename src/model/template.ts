import { parse as parseYaml, YAMLParseError } from 'yaml'
import { z } from 'zod'
import type { Fault } from './errors.ts'
import { nearMiss, zodFaults } from './faults.ts'
import { plainText } from './plain-text.ts'
import { isLocalDate } from './time.ts'
import { type Channel, CHANNELS, type Tone, TONES } from './vocabulary.ts'

/** Content that can be recognised in the text of a message. */
const WORD_BLOCKS = [
  'opt-out-instruction',
  'debt-collector-disclosure',
  'business-name',
  'balance',
  'reason',
  'rights',
  'how-to-query-or-dispute',
  'contact',
  'debt-advice-signposting',
  'registered-signature-2-to-16-characters',
  // A first demand in text form (RDG §13a).
  'client-name-and-address',
  'ground-with-contract-and-date',
  'interest-calculation',
  'above-statutory-rate-note',
  'cost-type-amount-reason',
  'vat-statement',
  'address-was-researched',
  'supervisory-authority',
  // A voicemail (12 CFR 1006.2(j)).
  'request-to-reply',
  'person-name',
  'phone-number',
  'salutation',
  'date-and-time',
  'suggested-times',
  'any-representative',
  'debt',
  'amount',
  'creditor-relationship',
  'debt-before-identity',
  'collection-in-sender-name',
] as const

/** Content that no phrase proves: the template's author states it in the manifest's `carries`. */
const STATED_BLOCKS = [
  'rights',
  'how-to-query-or-dispute',
  'debt-advice-signposting',
  'client-name-and-address',
  'ground-with-contract-and-date',
  'interest-calculation',
  'above-statutory-rate-note',
  'cost-type-amount-reason',
  'vat-statement',
  'address-was-researched',
  'supervisory-authority',
] as const satisfies readonly WordBlock[]

/** Required properties that the route or a carrier registration has, not the text. */
const ROUTE_BLOCKS = ['caller-id-1600-series', 'dlt-entity', 'dlt-header', 'dlt-template'] as const

/** Content that law requires or forbids (S18). */
export const CONTENT_BLOCKS = [...WORD_BLOCKS, ...ROUTE_BLOCKS] as const
export type ContentBlock = (typeof CONTENT_BLOCKS)[number]
type WordBlock = (typeof WORD_BLOCKS)[number]

/** The content blocks of a message: what the recipient reads or hears, and what a voicemail records instead. */
export interface CarriedBlocks {
  readonly message: readonly ContentBlock[]
  /** Null: no voicemail is left. */
  readonly voicemail: readonly ContentBlock[] | null
}

export const isRouteBlock = (block: ContentBlock): boolean => (ROUTE_BLOCKS as readonly string[]).includes(block)

/** Facts that `requires` may demand, without which a tone's text would not be true. */
export const REQUIRABLE_FACTS = [
  'masked',
  'dueDate',
  'daysPastDue',
  'asOf',
  'overdue',
  'minimumDue',
  'lateInterest',
  'reportsToBureau',
  'nextStep',
  'originalCreditor',
  'collector',
  'licenceLines',
  'postalAddress',
  'optOutUrl',
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
  approvedAt: z
    .string()
    .refine(isLocalDate, 'not a calendar day (YYYY-MM-DD)')
    .nullish()
    .transform((v) => v ?? null),
  /** The text as the vendor approved it, variables as `${name}`: for preview, segments and the hash only. */
  text: z.string().min(1),
  params: z.array(registrationParam),
})
export type Registration = z.infer<typeof registration>

const tonesOf = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    gentle: value.optional(),
    neutral: value.optional(),
    firm: value.optional(),
    final: value.optional(),
  })

const statedBlocks = z.array(z.enum(STATED_BLOCKS))

/** `templates/<template>/template.yaml`. */
const manifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  title: z.string().min(1),
  locales: z.array(z.string().min(2)).min(1),
  channels: z.array(z.enum(CHANNELS)).min(1),
  tones: z.array(z.enum(TONES)).min(1),
  /** Facts that make a tone's text true: without them nothing is rendered. */
  requires: tonesOf(z.array(z.enum(REQUIRABLE_FACTS))).default({}),
  /** Blocks that must stand in each message of a channel; the frames supply them and lint checks. */
  mustCarry: z
    .strictObject({
      optOut: z.array(z.enum(['sms', 'email'])).default([]),
      collectorDisclosure: z.boolean().default(false),
    })
    .default({ optOut: [], collectorDisclosure: false }),
  /** Required content that only the author can confirm, in every text of a channel; policy packs name it so. */
  carries: z
    .strictObject({ phone: statedBlocks.optional(), sms: statedBlocks.optional(), email: statedBlocks.optional() })
    .default({}),
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

/** One `.hbs` file: the text of one tone, or the frame around every tone of a channel. */
export interface TemplateSource {
  path: string
  text: string
}

/** A whole template, ready for `render`; `parseTemplate` makes one from files. */
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

type ParsedTemplate = { ok: true; template: Template } | { ok: false; faults: Fault[] }

const MANIFEST = 'template.yaml'

/**
 * Do these files make one template?
 *
 * Every file must be expected, and every (locale, tone, channel) that `template.yaml` promises must exist. The texts
 * themselves are checked by `lint`.
 *
 * @param folder  the template's folder name, which must equal its id
 * @param files   the folder's files, paths relative to it, with `/`
 */
export function parseTemplate(folder: string, files: readonly TemplateFile[]): ParsedTemplate {
  const yaml = files.find((f) => f.path === MANIFEST)
  if (yaml === undefined) {
    return {
      ok: false,
      faults: [
        {
          path: `${folder}/${MANIFEST}`,
          problem: 'is missing',
          cure: 'Add it; `templates/default/template.yaml` is an example.',
        },
      ],
    }
  }
  const manifest = parseManifest(folder, yaml.text)
  if (!manifest.ok) return manifest
  return collectSources(folder, manifest.manifest, files)
}

function parseManifest(
  folder: string,
  text: string,
): { ok: true; manifest: TemplateManifest } | { ok: false; faults: Fault[] } {
  const path = `${folder}/${MANIFEST}`
  let raw: unknown
  try {
    raw = parseYaml(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    return {
      ok: false,
      faults: [{ path: `${path}:${error.linePos?.[0].line ?? 1}`, problem: `is not YAML (${error.code})` }],
    }
  }
  const parsed = manifestSchema.safeParse(raw)
  if (!parsed.success) return { ok: false, faults: zodFaults(parsed.error, manifestSchema, path) }
  if (parsed.data.id !== folder) {
    return {
      ok: false,
      faults: [
        {
          path: `${path}.id`,
          problem: `is "${parsed.data.id}" in the folder "${folder}"`,
          cure: 'Give folder and id one name.',
        },
      ],
    }
  }
  return { ok: true, manifest: parsed.data }
}

function collectSources(folder: string, manifest: TemplateManifest, files: readonly TemplateFile[]): ParsedTemplate {
  const wanted = new Set<string>()
  const frameNames = new Set<string>()
  for (const locale of manifest.locales) {
    for (const channel of manifest.channels) {
      frameNames.add(frameKey(locale, channel))
      for (const tone of manifest.tones) wanted.add(sourceKey(locale, tone, channel))
    }
  }
  const sources: Record<string, TemplateSource> = {}
  const frames: Record<string, TemplateSource> = {}
  const faults: Fault[] = []
  for (const file of files) {
    if (file.path === MANIFEST) continue
    const source = { path: `${folder}/${file.path}`, text: plainText(file.text).replace(/\r\n?/g, '\n') }
    if (wanted.has(file.path)) sources[file.path] = source
    else if (frameNames.has(file.path)) frames[file.path] = source
    else {
      const meant = nearMiss(file.path, [...wanted, ...frameNames])
      faults.push({
        path: source.path,
        problem: 'is not a file that template.yaml promises',
        cure:
          meant === null
            ? 'Name its locale, tone and channel in template.yaml, or remove it.'
            : `Did you mean "${meant}"?`,
      })
    }
  }
  for (const path of wanted) {
    if (sources[path] === undefined)
      faults.push({
        path: `${folder}/${path}`,
        problem: 'is missing',
        cure: 'Write it, or take its locale, tone or channel out of template.yaml.',
      })
  }
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, template: { id: manifest.id, manifest, sources, frames } }
}
