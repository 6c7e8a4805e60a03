import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { contentVersion } from '../model/canonical-json.ts'
import { creditorSchema } from '../model/creditor.ts'
import { type ImportMapping, importMappingSchema } from '../model/import-mapping.ts'
import { parseLadder } from '../model/ladder.ts'
import type { Config, ConfigProblem, ConfigWarning, LoadedConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { readFolder, type ReadFolder, readPacks, readTemplates, readText } from './folder.ts'
import { configError, missingVariables, parseWithVariables, problemsOf } from './problems.ts'
import { brokenReferences, warningsOf } from './references.ts'
import { rootDirectory } from './root-directory.ts'
import { judgedWithRoute, readRoutes, type ReadRoutes } from './routes.ts'
import { type Settings, settingsSchema } from './settings.ts'
import { type Environment, readYaml, type YamlFile } from './yaml-file.ts'

const MAIN = 'config/decorum.yaml'
const IMPORTS = 'config/imports'

/**
 * The configuration under `root`, or every mistake in it at once.
 *
 * Reads `config/` and `templates/` under `root`, and `env`; nothing else, and never again.
 *
 * @param root  directory that holds `config/` and `templates/`
 * @param env   usually `process.env`; secrets in it never appear in a problem
 */
export function loadConfig({ root, env }: { root: string; env: Environment }): LoadedConfig {
  const { deployment, problems } = readEnvironment(env, root)
  const main = readMain(root, env)
  const creditors = readFolder(root, 'config/creditors', env, (yaml) =>
    parseWithVariables(yaml, yaml.value, creditorSchema),
  )
  const ladders = readFolder(root, 'config/ladders', null, (yaml) => {
    const parsed = parseLadder(yaml.value)
    return parsed.ok ? { ok: true, value: parsed.ladder } : parsed
  })
  const imports = readImports(root)
  const packs = readPacks(root)
  const templates = readTemplates(root)
  problems.push(
    ...main.problems,
    ...creditors.problems,
    ...ladders.problems,
    ...imports.problems,
    ...packs.problems,
    ...templates.problems,
  )
  const byId = new Map(templates.templates.map((t) => [t.id, t]))
  if (main.settings !== null) {
    problems.push(
      ...brokenReferences({
        settings: main.yaml,
        house: main.settings.policies.house,
        without: main.settings.policies.without,
        locales: main.settings.locales,
        routes: main.routes.routes,
        webhooks: main.settings.webhooks,
        creditors: creditors.items,
        ladders: ladders.items,
        packs: packs.items,
        templates: byId,
        named: { ladders: ladders.named, packs: packs.named, templates: templates.named },
      }),
    )
  }
  if (main.settings === null || problems.length > 0) return { ok: false, problems: problems.sort(byPlace) }
  const config: Config = freeze({
    root,
    ...deployment,
    ...main.settings,
    creditors: new Map(creditors.items.map(({ value }) => [value.id, value])),
    ladders: new Map(ladders.items.map(({ value }) => [value.id, { ladder: value, version: contentVersion(value) }])),
    packs: packs.items.map(({ value }) => value),
    templates: byId,
    imports: new Map(imports.items.map(({ value }) => [value.id, value])),
    routes: main.routes.routes,
  })
  return { ok: true, config, warnings: [...main.routes.warnings, ...warningsOf(config)] }
}

/** Mappings of `config/imports/`; the folder may be missing. */
export const readImports = (root: string): ReadFolder<ImportMapping> =>
  existsSync(join(root, IMPORTS))
    ? readFolder(root, IMPORTS, null, (yaml) => parseWithVariables(yaml, yaml.value, importMappingSchema))
    : { items: [], named: [], problems: [] }

type Main =
  | { settings: Settings; yaml: YamlFile; routes: ReadRoutes; problems: ConfigProblem[] }
  | { settings: null; problems: ConfigProblem[] }

function readMain(root: string, env: Environment): Main {
  const source = readText(root, MAIN)
  if ('problem' in source) return { settings: null, problems: [source.problem] }
  const { yaml, problems } = readYaml(MAIN, source.text, env)
  if (yaml === null) return { settings: null, problems }
  problems.push(...missingVariables(yaml, judgedWithRoute))
  const parsed = parseWithVariables(yaml, yaml.value ?? {}, settingsSchema)
  if (!parsed.ok)
    return { settings: null, problems: [...problems, ...problemsOf(yaml, parsed.faults), ...routesOf(yaml).problems] }
  const routes = readRoutes(yaml, parsed.value.routes)
  return { settings: parsed.value, yaml, routes, problems: [...problems, ...routes.problems] }
}

/** Routes are worth checking even when something else in the file is wrong. */
function routesOf(yaml: YamlFile): ReadRoutes {
  const written =
    typeof yaml.value === 'object' && yaml.value !== null && 'routes' in yaml.value ? yaml.value.routes : []
  return readRoutes(yaml, Array.isArray(written) ? written : [])
}

const byPlace = (a: ConfigProblem, b: ConfigProblem): number =>
  a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1

function refuse(): never {
  throw new TypeError('the configuration is frozen')
}

/** The same value, unchangeable all the way down; changing it throws. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  if (value instanceof Map) {
    for (const inner of value.values()) freeze(inner)
    Object.defineProperties(value, { set: { value: refuse }, delete: { value: refuse }, clear: { value: refuse } })
  } else for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}

/**
 * The configuration, or an error that lists every mistake in it.
 *
 * @throws DECORUM_CONFIG
 */
export function configuration(): { config: Config; warnings: ConfigWarning[] } {
  const loaded = loadConfig({ root: rootDirectory(), env: process.env })
  if (loaded.ok) return loaded
  throw configError('the configuration', loaded.problems)
}

/** Warnings go to stderr, so that `--json` stays one document. */
export function printWarnings(warnings: readonly ConfigWarning[]): void {
  for (const { message } of warnings) process.stderr.write(`! ${message}\n`)
}
