import { nearMiss } from '../model/faults.ts'
import { CREDENTIALS, type ProviderName, type Route, routeSchema } from '../model/route.ts'
import type { ConfigProblem, ConfigWarning } from './config.ts'
import { missingVariables, parseWithVariables, problemAt, problemsOf } from './problems.ts'
import type { YamlFile } from './yaml-file.ts'

export interface ReadRoutes {
  routes: Route[]
  problems: ConfigProblem[]
  warnings: ConfigWarning[]
}

const CAPTURE_PER_SECOND = 1000

/**
 * Which routes do these entries make?
 *
 * A route whose credentials are all left to variables, none of which is set, becomes a `capture`
 * route of the same id and channel, so that a checkout runs without any account anywhere.
 * One that has some of its credentials is a mistake.
 */
export function readRoutes(yaml: YamlFile, entries: readonly unknown[]): ReadRoutes {
  const read: Reading = { routes: [], problems: [], unsent: new Map() }
  const seen = new Set<string>()
  entries.forEach((entry, i) => {
    const at = `routes[${i}]`
    const raw = isRecord(entry) ? entry : {}
    const id = raw['id']
    if (typeof id === 'string' && seen.has(id)) {
      read.problems.push(
        problemAt(
          yaml,
          'duplicate_id',
          `${at}.id`,
          `two routes are named "${id}"`,
          'Give each route an id of its own; its queue and its rate hang on it.',
        ),
      )
    }
    if (typeof id === 'string') seen.add(id)
    readRoute(yaml, raw, at, read)
  })
  const { routes, problems, unsent } = read
  return { routes, problems, warnings: [...unsent].map(([names, ids]) => capturedInstead(names, ids)) }
}

/** `unsent`: the variables that would make routes send → the routes that capture for want of them. */
type Reading = Omit<ReadRoutes, 'warnings'> & { unsent: Map<string, string[]> }

const capturedInstead = (names: string, ids: readonly string[]): ConfigWarning => ({
  code: 'capture_instead',
  message: `${names} not set: what goes out on ${ids.join(', ')} is captured for reading and reaches nobody`,
})

function readRoute(yaml: YamlFile, raw: Record<string, unknown>, at: string, read: Reading): void {
  const provider = raw['provider']
  if (!isProvider(provider)) {
    read.problems.push(unknownProvider(yaml, provider, at))
    return
  }
  const lacking = lackingCredentials(yaml, raw, provider, at)
  const capture = lacking.state === 'all'
  if (!capture) {
    const credentials = CREDENTIALS[provider].map((key) => `${at}.settings.${key}`)
    read.problems.push(
      ...missingVariables(
        yaml,
        (path) => !path.startsWith(`${at}.`) || !judgedWithRoute(path) || credentials.includes(path),
      ),
    )
  }
  if (lacking.state === 'some') {
    read.problems.push(...lacking.problems)
    return
  }
  const parsed = parseWithVariables(yaml, raw, schemaOf(provider), at)
  // A route that captures for want of credentials may have no other mistake either.
  const unset = capture
    ? [...CREDENTIALS[provider].map((key) => `${at}.settings.${key}`), ...(raw['from'] === '' ? [`${at}.from`] : [])]
    : []
  const faults = parsed.ok ? [] : parsed.faults.filter((fault) => !unset.includes(fault.path))
  read.problems.push(...problemsOf(yaml, faults))
  if (parsed.ok) read.routes.push(parsed.value as Route)
  else if (faults.length === 0) read.routes.push(...captured(raw))
  if (lacking.state !== 'all') return
  const names = lacking.names.join(' and ')
  read.unsent.set(names, [...(read.unsent.get(names) ?? []), String(raw['id'])])
}

/** The rate written is the missing provider's; a captured message costs nothing. Empty when a variable elsewhere in the route is not set. */
function captured(raw: Record<string, unknown>): Route[] {
  const parsed = routeSchema.safeParse({
    ...raw,
    provider: 'capture',
    settings: {},
    rate: { perSecond: CAPTURE_PER_SECOND },
    from: raw['from'] === '' ? 'capture' : raw['from'],
  })
  return parsed.success ? [parsed.data] : []
}

type Lacking = { state: 'none' } | { state: 'all'; names: string[] } | { state: 'some'; problems: ConfigProblem[] }

function lackingCredentials(yaml: YamlFile, raw: Record<string, unknown>, provider: ProviderName, at: string): Lacking {
  const settings = isRecord(raw['settings']) ? raw['settings'] : {}
  const needed = CREDENTIALS[provider]
  const empty = needed.filter((key) => settings[key] === undefined || settings[key] === null || settings[key] === '')
  if (empty.length === 0) return { state: 'none' }
  const variablesOf = (key: string): string[] => (yaml.variables.get(`${at}.settings.${key}`) ?? []).map((v) => v.name)
  const leftToVariables = empty.every((key) => variablesOf(key).length > 0)
  if (empty.length === needed.length && leftToVariables) return { state: 'all', names: empty.flatMap(variablesOf) }
  return {
    state: 'some',
    problems: empty.map((key) => {
      const names = variablesOf(key)
      const cure =
        names.length > 0
          ? `Set ${names.join(' and ')}; or unset every credential of the route, which then captures.`
          : `Write ${key}, best as a variable; or use provider: capture, which needs none.`
      return problemAt(yaml, 'missing_secret', `${at}.settings.${key}`, `the ${provider} route has no ${key}`, cure)
    }),
  }
}

function unknownProvider(yaml: YamlFile, provider: unknown, at: string): ConfigProblem {
  const known = Object.keys(CREDENTIALS)
  if (provider === undefined)
    return problemAt(yaml, 'unknown_provider', `${at}.provider`, 'names no provider', `One of: ${known.join(', ')}.`)
  const meant = typeof provider === 'string' ? nearMiss(provider, known) : null
  return problemAt(
    yaml,
    'unknown_provider',
    `${at}.provider`,
    `there is no provider "${String(provider)}"`,
    meant === null ? `One of: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isProvider = (value: unknown): value is ProviderName =>
  typeof value === 'string' && Object.hasOwn(CREDENTIALS, value)

/** The one variant of the provider, so that faults name its own keys. */
function schemaOf(provider: ProviderName): (typeof routeSchema.options)[number] {
  const option = routeSchema.options.find((o) => o.shape.provider.value === provider)
  if (option === undefined) throw new TypeError(`no route schema for provider ${provider}`)
  return option
}

/** Is `path` a credential, or the sender, of a route? They are judged with their route. */
export const judgedWithRoute = (path: string): boolean => /^routes\[\d+\]\.(from|settings\..+)$/.test(path)
