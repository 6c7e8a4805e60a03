import { hostsOf, isLoopbackHost } from '../model/loopback.ts'
import { requiresTls } from '../model/route.ts'
import type { Config, ConfigProblem, ConfigWarning, Safeguard } from './config.ts'

const FILE = 'config/decorum.yaml'

/** What of a configuration can be unsafe; secrets are among it, and none is quoted. */
type Guarded = Pick<
  Config,
  'production' | 'allowed' | 'routes' | 'webhooks' | 'chain' | 'publicUrl' | 'databaseUrl' | 'redisUrl' | 'bootstrapKey'
>

/** One thing that is less safe than it should be; holds neither a secret nor an address. */
interface Weakness {
  safeguard: Safeguard
  /** Where it is written. */
  file: 'environment' | typeof FILE
  /** The variable or the setting. */
  path: string
  problem: string
  cure: string
}

/**
 * What of this configuration does production refuse, and of what does it warn?
 *
 * Outside production nothing is refused, since everything is tried out on one machine first; nor is what stays on this machine anywhere.
 */
export function judgeSafeguards(config: Guarded): { problems: ConfigProblem[]; warnings: ConfigWarning[] } {
  if (!config.production) return { problems: [], warnings: [] }
  const problems: ConfigProblem[] = []
  const warnings: ConfigWarning[] = []
  for (const { safeguard, file, path, problem, cure } of weaknessesOf(config)) {
    if (config.allowed.includes(safeguard))
      warnings.push({ code: 'safeguard_off', message: `${path} ${problem}; DECORUM_ALLOW lets it pass (${safeguard})` })
    else
      problems.push({
        code: 'insecure',
        file,
        line: null,
        path,
        problem: `${problem}, which production refuses`,
        cure: `${cure} To run without: DECORUM_ALLOW=${safeguard}.`,
      })
  }
  return { problems, warnings: [...warnings, ...clearMail(config)] }
}

function weaknessesOf(config: Guarded): Weakness[] {
  const { publicUrl, databaseUrl, redisUrl } = config
  const found: Weakness[] = config.routes
    .filter((route) => route.provider === 'twilio' && isClear(route.settings.baseUrl))
    .map(({ id }) => ({
      safeguard: 'http-provider',
      file: FILE,
      path: `settings.baseUrl of route ${id}`,
      problem: 'is an http address: numbers and words would go over the network in clear',
      cure: 'Write an https address.',
    }))
  if (publicUrl !== null && isClear(publicUrl))
    found.push({
      safeguard: 'http-public-url',
      file: 'environment',
      path: 'PUBLIC_URL',
      problem: 'is an http address: opt-out links and callbacks would go over the network in clear',
      cure: 'Put TLS in front and write https://.',
    })
  for (const { path, url } of receivers(config))
    if (isClear(url))
      found.push({
        safeguard: 'http-webhook',
        file: FILE,
        path: `url of ${path}`,
        problem: 'is an http address: what it is told would go over the network in clear',
        cure: 'Write an https address.',
      })
  if (databaseUrl !== null && isRemote(databaseUrl) && !databaseHasTls(databaseUrl))
    found.push({
      safeguard: 'clear-database',
      file: 'environment',
      path: 'DATABASE_URL',
      problem: 'names a server elsewhere without TLS that checks whom it reaches',
      cure: 'Add ?sslmode=verify-full.',
    })
  if (redisUrl !== null && !redisUrl.startsWith('rediss') && isRemote(redisUrl))
    found.push({
      safeguard: 'clear-redis',
      file: 'environment',
      path: 'REDIS_URL',
      problem: 'names a server elsewhere without TLS',
      cure: 'Write rediss:// (rediss-sentinel://, rediss-cluster://).',
    })
  return [...found, ...weakSecrets(config)]
}

/** Whoever is told something at an address of the configuration. */
const receivers = ({ webhooks, chain }: Guarded): { path: string; url: string; secret: string }[] => [
  ...webhooks.map(({ id, url, secret }) => ({ path: `webhook ${id}`, url, secret })),
  ...(chain.heads.webhook === null ? [] : [{ path: 'chain.heads.webhook', ...chain.heads.webhook }]),
]

/** What is guessed first. Long enough not to stand in a random text by chance. */
const GUESSED = /change-?me|decorum|example|passw|secret|admin|letmein|default|qwert|123456|postgres/i

function weakSecrets(config: Guarded): Weakness[] {
  const weak = (path: string, cure: string, file: Weakness['file'] = 'environment'): Weakness => ({
    safeguard: 'weak-secret',
    file,
    path,
    problem: 'holds a secret that is easily guessed',
    cure,
  })
  const found: Weakness[] = []
  if (config.bootstrapKey !== null && isWeak(config.bootstrapKey, 16))
    found.push(weak('DECORUM_BOOTSTRAP_KEY', 'Make one with `openssl rand -hex 24`.'))
  for (const [path, url] of [
    ['DATABASE_URL', config.databaseUrl],
    ['REDIS_URL', config.redisUrl],
  ] as const) {
    const password = url === null || !isRemote(url) ? '' : passwordOf(url)
    if (password !== '' && isWeak(password, 12))
      found.push(weak(path, 'Give its user a password made with `openssl rand -hex 24`.'))
  }
  for (const { path, secret } of receivers(config))
    if (isMonotonous(Buffer.from(secret.slice('whsec_'.length), 'base64')))
      found.push(weak(`secret of ${path}`, 'Make one with: echo "whsec_$(openssl rand -base64 32)"', FILE))
  return found
}

/** Too short, fewer different characters than chance gives, or a word in it. */
const isWeak = (secret: string, least: number): boolean =>
  secret.length < least || new Set(secret).size < 8 || GUESSED.test(secret)

/** 24 random bytes hold fewer than 12 different ones once in a billion times. */
const isMonotonous = (bytes: Uint8Array): boolean => new Set(bytes).size < 12

/** A relay elsewhere that may take mail in clear: whoever wrote `requireTls: false` meant it, and is reminded of it. */
function clearMail({ routes }: Guarded): ConfigWarning[] {
  const clear = routes.filter(
    (route) =>
      route.provider === 'smtp' &&
      !requiresTls(route.settings) &&
      route.settings.url.startsWith('smtp:') &&
      isRemote(route.settings.url),
  )
  if (clear.length === 0) return []
  const ids = clear.map(({ id }) => id).join(', ')
  return [
    {
      code: 'safeguard_off',
      message: `requireTls is off for ${ids}: names, addresses and words may go to the relay in clear`,
    },
  ]
}

const isClear = (url: string): boolean => new URL(url).protocol === 'http:' && isRemote(url)

const isRemote = (url: string): boolean => hostsOf(url).some((host) => !isLoopbackHost(host))

/** Also of an address with several hosts, which no `URL` reads. */
function passwordOf(url: string): string {
  const [, password = ''] = /^[^:]+:\/\/[^:/?#]*:([^/?#]*)@/.exec(url) ?? []
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}

/** As pg reads it: `no-verify`, and `require` in libpq's meaning, encrypt for whoever answers. */
function databaseHasTls(url: string): boolean {
  const query = new URLSearchParams(url.split('?')[1] ?? '')
  const last = (name: string): string | undefined => query.getAll(name).at(-1)
  const mode = last('sslmode')
  if (mode === undefined) return ['true', '1'].includes(last('ssl') ?? '')
  return last('uselibpqcompat') === 'true'
    ? ['verify-ca', 'verify-full'].includes(mode)
    : ['require', 'verify-ca', 'verify-full'].includes(mode)
}
