import type { Config, ConfigProblem, ConfigWarning } from '../config/config.ts'
import { readPacks, readTemplateFolders } from '../config/folder.ts'
import { loadConfig, readImports } from '../config/load.ts'
import { problemsOf } from '../config/problems.ts'
import type { Environment } from '../config/yaml-file.ts'
import { type ContentContract, contentOf, shortfallOf } from '../decide/content.ts'
import { mappingFaults } from '../intake/csv.ts'
import type { Creditor } from '../model/creditor.ts'
import { localeChain } from '../model/locale.ts'
import { completePacks } from '../model/pack.ts'
import { isRouteBlock } from '../model/template.ts'
import type { Instant } from '../model/time.ts'
import { checkZoneData, type ZoneDataReport } from '../model/zones/zone-data.ts'
import { calendarAlarms } from '../pipeline/audit/due-for-review.ts'
import { carriedBlocks } from '../render/carried-blocks.ts'
import { lint } from '../render/lint.ts'
import type { Finding } from '../render/render-result.ts'
import { calendarWords } from '../report/audit.ts'
import { policyOf } from '../services/packs-in-force.ts'
import { type PackReport, runVectors } from './packs.ts'

/** What `decorum check` finds in a deployment's files, without a ledger or a network. */
export interface CheckReport {
  /** No problem, no failing vector, no finding that is an error, time zone data that is new enough. */
  ok: boolean
  problems: ConfigProblem[]
  warnings: (ConfigWarning | { code: 'calendar_ends' | 'content_gap'; message: string })[]
  /** Of templates that are well formed; malformed ones are among the problems. */
  findings: Finding[]
  packs: PackReport[]
  /** Its faults count as errors. */
  zoneData: ZoneDataReport
  /** Empty while the configuration has problems. */
  routes: { id: string; channel: string; provider: string }[]
  creditors: string[]
  ladders: { id: string; version: string; rungs: number }[]
  templates: { id: string; locales: string[] }[]
  /** Mappings of creditors' own files. */
  imports: string[]
}

/** What is wrong in this deployment's files? Everything at once. */
export function check(root: string, env: Environment, now: Instant): CheckReport {
  const loaded = loadConfig({ root, env })
  const loadedPacks = completePacks(readPacks(root).items.map(({ value }) => value))
  const packs = runVectors(loadedPacks)
  const zoneData = checkZoneData(loadedPacks, now)
  const findings = readTemplateFolders(root)
    .folders.flatMap((f) => lint(f.name, f.files))
    .filter((f) => f.rule !== 'structure')
  const errors =
    findings.filter((f) => f.severity === 'error').length +
    packs.reduce((sum, p) => sum + p.failures.length, 0) +
    zoneData.faults.length
  const parts = { findings, packs, zoneData }
  if (!loaded.ok)
    return {
      ok: false,
      problems: loaded.problems,
      warnings: [],
      ...parts,
      routes: [],
      creditors: [],
      ladders: [],
      templates: [],
      imports: [],
    }
  const { config } = loaded
  const mappings = readImports(root).items.flatMap(({ value, yaml }) => problemsOf(yaml, mappingFaults(value)))
  const calendars = calendarAlarms(policyOf(config), now).map((alarm) => ({
    code: 'calendar_ends' as const,
    message: calendarWords(alarm),
  }))
  const gaps = findContentGaps(config, now).map((gap) => ({ code: 'content_gap' as const, message: gapText(gap) }))
  return {
    ok: errors === 0 && mappings.length === 0,
    problems: mappings,
    warnings: [...loaded.warnings, ...calendars, ...gaps],
    ...parts,
    routes: config.routes.map(({ id, channel, provider }) => ({ id, channel, provider })),
    creditors: [...config.creditors.keys()],
    ladders: [...config.ladders].map(([id, { ladder, version }]) => ({ id, version, rungs: ladder.rungs.length })),
    imports: [...config.imports.keys()],
    templates: [...config.templates.values()].map(({ id, manifest }) => ({ id, locales: manifest.locales })),
  }
}

/** A template on a creditor's default ladder that lacks content which a rule requires, or has content which it forbids. */
interface ContentGap {
  creditor: string
  template: string
  channel: string
  rule: string
  citation: string
  missing: readonly string[]
  tooMuch: readonly string[]
  /** False: guidance, or content that only the route can carry. Nothing is refused for it. */
  refused: boolean
}

/**
 * Which templates would be refused, or fall short of guidance?
 *
 * Judged for each creditor's default ladder, jurisdiction, role, product and locale. A creditor without a default
 * jurisdiction is left to the decisions, which know each recipient's.
 */
export function findContentGaps(config: Config, now: Instant): ContentGap[] {
  const packs = policyOf(config)
  const gaps = new Map<string, ContentGap>()
  for (const creditor of config.creditors.values()) {
    const { jurisdiction, role, product } = creditor.defaults
    if (jurisdiction === null) continue
    for (const { template, channel, tone } of ladderMessages(config, creditor)) {
      const scope = {
        jurisdictions: [jurisdiction],
        roles: [role],
        products: [product],
        channels: [channel],
        tones: [tone],
        kinds: null,
        modes: ['automated' as const],
      }
      for (const contract of contentOf(scope, packs, now)) {
        const gap = contract.fit === 'yes' ? gapOf(contract, config, creditor, { template, channel, tone }) : null
        if (gap !== null) gaps.set(`${creditor.id} ${template} ${channel} ${contract.rule}`, gap)
      }
    }
  }
  return [...gaps.values()]
}

interface LadderMessage {
  template: string
  channel: 'phone' | 'sms' | 'email'
  tone: 'gentle' | 'neutral' | 'firm' | 'final'
}

const ladderMessages = (config: Config, creditor: Creditor): LadderMessage[] =>
  (config.ladders.get(creditor.defaults.ladder)?.ladder.rungs ?? []).flatMap((rung) =>
    rung.who !== 'machine'
      ? []
      : rung.channels.map((channel) => ({ template: rung.template, channel, tone: rung.tone })),
  )

function gapOf(
  { content, rule, citation }: ContentContract,
  config: Config,
  creditor: Creditor,
  { template, channel, tone }: LadderMessage,
): ContentGap | null {
  const words = config.templates.get(template)
  const carried =
    words === undefined
      ? null
      : carriedBlocks(words, { channel, tone, locales: localeChain([creditor.defaults.locale], config.locales) })
  if (carried === null) return null
  const ofRoute = (content.requires ?? []).filter(isRouteBlock)
  const { missing, tooMuch } = shortfallOf(content, carried)
  if (missing.length + tooMuch.length + ofRoute.length === 0) return null
  return {
    creditor: creditor.id,
    template,
    channel,
    rule,
    citation,
    missing: [...missing, ...ofRoute],
    tooMuch,
    refused: content.force !== 'soft' && missing.length + tooMuch.length > 0,
  }
}

/** The gap in one sentence: what is wrong, by which rule, and what follows. */
export function gapText({
  creditor,
  template,
  channel,
  rule,
  citation,
  missing,
  tooMuch,
  refused,
}: ContentGap): string {
  const what = [
    missing.length === 0 ? null : `lack ${missing.join(', ')}`,
    tooMuch.length === 0 ? null : `say ${tooMuch.join(', ')}`,
  ]
    .filter((part) => part !== null)
    .join(' and ')
  return `the ${channel} words of template ${template}, for ${creditor}, ${what}: ${rule}, ${citation}; ${refused ? 'such reminders are refused until the words change' : 'see that it is provided for'}`
}
