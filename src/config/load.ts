import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalNumber, isE164, readMailbox } from '../model/address-rules.ts'
import { contentVersion } from '../model/canonical-json.ts'
import { readSigningKey } from '../model/chain.ts'
import { creditorSchema } from '../model/creditor.ts'
import { type ImportMapping, importMappingSchema } from '../model/import-mapping.ts'
import { parseLadder } from '../model/ladder.ts'
import { DAY, MINUTE, parseDuration } from '../model/time.ts'
import { webhookSchema } from '../model/webhook.ts'
import type { Config, ConfigProblem, ConfigWarning, LoadedConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { readFolder, type ReadFolder, readPacks, readTemplates, readText } from './folder.ts'
import { configError, missingVariables, parseWithVariables, problemsOf } from './problems.ts'
import { brokenReferences, warningsOf } from './references.ts'
import { rootDirectory } from './root-directory.ts'
import { judgedWithRoute, readRoutes, type ReadRoutes } from './routes.ts'
import { withSecretFiles } from './secret-files.ts'
import { judgeSafeguards } from './safeguards.ts'
import { type Environment, readYaml, type YamlFile } from './yaml-file.ts'

const MAIN = 'config/decorum.yaml'
const IMPORTS = 'config/imports'

/**
 * The configuration under `root`, or every mistake in it at once.
 *
 * Reads `config/` and `templates/` under `root`, `env`, and the files that its `…_FILE` variables name; nothing else, and never again.
 *
 * @param root  directory that holds `config/` and `templates/`
 * @param env   usually `process.env`; secrets in it never appear in a problem
 */
export function loadConfig({ root, env: given }: { root: string; env: Environment }): LoadedConfig {
  const { env, problems: unread } = withSecretFiles(given, root)
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
  const safeguards =
    main.settings === null
      ? { problems: [], warnings: [] }
      : judgeSafeguards({ ...deployment, ...main.settings, routes: main.routes.routes })
  problems.push(...safeguards.problems, ...unread)
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
  return { ok: true, config, warnings: [...main.routes.warnings, ...safeguards.warnings, ...warningsOf(config)] }
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

const slugs = z.array(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'))
const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as zh-CN or en')
const megabytes = (n: number) => n * 1024 * 1024

/** A number in E.164 or a mailbox, as addresses are stored; nothing else can be compared with what is about to be called. */
const reachable = z.string().transform((text, ctx) => {
  const address = isE164(text) ? canonicalNumber(text) : readMailbox(text)
  if (address !== null) return address
  ctx.addIssue({ code: 'custom', message: 'must be a number such as +12125550123 or a mailbox' })
  return z.NEVER
})

/** A list, or one text with commas between: that is how a variable holds a list. */
const onlyTo = z
  .preprocess(
    (v) =>
      typeof v === 'string'
        ? v
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : v,
    z.array(reachable),
  )
  .default([])

const SAME_WORDS_WITHIN = 'must be a duration from 1m to 31d, such as 20h'

const sameWordsWithin = z
  .string()
  .default('20h')
  .transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms !== null && ms >= MINUTE && ms <= 31 * DAY) return ms
    ctx.addIssue({ code: 'custom', message: SAME_WORDS_WITHIN })
    return z.NEVER
  })

const SHARDS = 'must be a whole number from 1 to 32'
const SKEW = 'must be a whole number of minutes from 0 to 60'

/** `config/decorum.yaml`; routes are checked one by one against their provider's own schema. */
export const settingsSchema = z.strictObject({
  routes: z.array(z.unknown()).min(1, 'names no route; without one nothing can be sent'),
  policies: z
    .strictObject({
      /** Opt-in packs in force beside the ones that always apply. */
      house: slugs.default([]),
      /** House packs that would apply by themselves and are left out here. */
      without: slugs.default([]),
    })
    .prefault({}),
  locales: z
    .strictObject({
      default: locale.default('en'),
      fallback: z.record(locale, z.array(locale)).default({}),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      onlyTo,
      sameWordsWithin,
      /** Countries whose landlines take SMS. */
      smsToLandlines: z.array(z.string().regex(/^[A-Z]{2}$/, 'must be ISO 3166-1 countries, such as GB')).default([]),
    })
    .prefault({}),
  /** Whom upstream has us tell what happened. */
  webhooks: z.array(webhookSchema).default([]),
  queue: z
    .strictObject({
      /** Queues for each route on Redis; null: one, on a cluster four. */
      shards: z.int(SHARDS).min(1, SHARDS).max(32, SHARDS).nullable().default(null),
    })
    .prefault({}),
  /** What `decorum retention` keeps beside what the packs demand; no evidence is deleted by itself. */
  retention: z
    .strictObject({
      /** Not less than decisions look back. */
      keepMonths: z.int().min(3).max(1200).default(36),
      /** Webhook notices that were taken; those given up stay at least 90 days. The sweeper removes them. */
      keepNoticesDays: z.int().min(1).max(3650).default(30),
      legalHold: z.boolean().default(false),
    })
    .prefault({}),
  /** Evidence that shows tampering: where the signed ends of its chains go. */
  chain: z
    .strictObject({
      heads: z
        .strictObject({
          file: z.string().min(1).nullable().default(null),
          webhook: webhookSchema.pick({ url: true, secret: true }).nullable().default(null),
        })
        .prefault({}),
      publicKeys: z
        .array(
          z
            .string()
            .refine(
              (text) => readSigningKey('public', text) !== null,
              'must be an Ed25519 public key in PEM, or in base64 of its DER',
            ),
        )
        .default([]),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** No schema takes more; whoever sends much sends an import. */
      bodyBytes: z.int().min(1024).max(megabytes(8)).default(megabytes(1)),
      importBytes: z.int().min(1024).default(megabytes(1024)),
      requestsPerMinute: z.int().min(1).default(6000),
      failuresPerMinute: z.int().min(1).default(120),
      importsAtOnce: z.int().min(1).max(100).default(2),
      /** By how much a sender's clock may be ahead: what is dated later is refused. */
      clockSkewMinutes: z.int(SKEW).min(0, SKEW).max(60, SKEW).default(5),
      poolSize: z.int().min(2).max(200).default(10),
      leaseSeconds: z.int().min(2).max(600).default(90),
      callSeconds: z.int().min(1).max(120).default(35),
      ringAgainSeconds: z.int().min(1).max(600).default(30),
      /** Beyond so many people in an hour, reading by one key or user is reported. */
      peoplePerHour: z.int().min(1).default(200),
    })
    .refine((limits) => limits.callSeconds * 2 <= limits.leaseSeconds, {
      path: ['callSeconds'],
      error: 'must be at most half of leaseSeconds: a call begins in the first half of its lease and ends within it',
    })
    .prefault({}),
})
export type Settings = z.output<typeof settingsSchema>
