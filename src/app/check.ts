import type { ConfigProblem, ConfigWarning } from '../config/config.ts'
import { loadConfig, readImports } from '../config/load.ts'
import { readPacks } from '../config/packs.ts'
import { problemsOf } from '../config/problems.ts'
import { readTemplateFolders } from '../config/templates.ts'
import type { Environment } from '../config/yaml-file.ts'
import { mappingFaults } from '../intake/csv-account.ts'
import type { Instant } from '../model/instant.ts'
import { whole } from '../model/pack-extends.ts'
import { judgeZoneData, type ZoneDataReport } from '../model/zones/zone-edition.ts'
import type { Finding } from '../render/finding.ts'
import { lint } from '../render/lint.ts'
import { calendarWords } from '../report/audit/contact-audit.ts'
import { calendarAlarms } from './audit/due-for-review.ts'
import { contentGaps, gapText } from './content-gaps.ts'
import { policyOf } from './policy.ts'
import { runVectors, type PackReport } from './run-vectors.ts'

/** Everything that can be said about a deployment's files without starting anything. */
export interface CheckReport {
  /** No problem, no failing example, no finding that is an error, time zone data that is new enough. */
  ok: boolean
  problems: ConfigProblem[]
  warnings: (ConfigWarning | { code: 'calendar_ends' | 'content_gap'; message: string })[]
  /** Of templates that are well formed; malformed ones are among the problems. */
  findings: Finding[]
  packs: PackReport[]
  /** The edition of the time zone data in force; its faults are mistakes too. */
  zoneData: ZoneDataReport
  /** Empty while the configuration has problems. */
  routes: { id: string; channel: string; provider: string }[]
  creditors: string[]
  ladders: { id: string; version: string; rungs: number }[]
  templates: { id: string; locales: string[] }[]
  /** Mappings of creditors' own files. */
  imports: string[]
}

/** What is wrong here, all of it at once? */
export function check(root: string, env: Environment, now: Instant): CheckReport {
  const loaded = loadConfig({ root, env })
  const loadedPacks = whole(readPacks(root).items.map(({ value }) => value))
  const packs = runVectors(loadedPacks)
  const zoneData = judgeZoneData(loadedPacks, now)
  const findings = readTemplateFolders(root).folders.flatMap((f) => lint(f.name, f.files)).filter((f) => f.rule !== 'structure')
  const errors = findings.filter((f) => f.severity === 'error').length + packs.reduce((sum, p) => sum + p.failures.length, 0) + zoneData.faults.length
  const parts = { findings, packs, zoneData }
  if (!loaded.ok) return { ok: false, problems: loaded.problems, warnings: [], ...parts, routes: [], creditors: [], ladders: [], templates: [], imports: [] }
  const { config } = loaded
  const mappings = readImports(root).items.flatMap(({ value, yaml }) => problemsOf(yaml, mappingFaults(value)))
  const calendars = calendarAlarms(policyOf(config), now).map((alarm) => ({ code: 'calendar_ends' as const, message: calendarWords(alarm) }))
  const gaps = contentGaps(config, now).map((gap) => ({ code: 'content_gap' as const, message: gapText(gap) }))
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
