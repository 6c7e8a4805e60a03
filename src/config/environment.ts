import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { readSigningKey } from '../model/chain.ts'
import { nearMiss } from '../model/faults.ts'
import { type ConfigProblem, type MasterKey, type Safeguard, SAFEGUARDS } from './config.ts'
import type { Environment } from './yaml-file.ts'
import { weaknessOf } from '../model/weak-key.ts'

/** Settings of a deployment from environment variables. */
interface Deployment {
  production: boolean
  allowed: readonly Safeguard[]
  host: string
  port: number
  publicUrl: string | null
  trustedProxies: readonly string[]
  databaseUrl: string | null
  redisUrl: string | null
  dataDir: string
  erasureJournal: string | null
  keys: readonly MasterKey[] | null
  bootstrapKey: string | null
  chainKey: string | null
}

const DEFAULT_PORT = 8080
const EVERYWHERE = '0.0.0.0'

/**
 * Which settings do the environment variables hold, and which are wrong?
 *
 * A variable that is set but empty counts as not set. Problems name the variable, never its value.
 *
 * @param root  relative data directories are resolved against it
 */
export function readEnvironment(env: Environment, root: string): { deployment: Deployment; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const refuse = (name: string, problem: string, cure: string): null => {
    problems.push({ code: 'bad_variable', file: 'environment', line: null, path: name, problem, cure })
    return null
  }
  const text = (name: string): string | null => {
    const value = env[name]?.trim()
    return value === undefined || value === '' ? null : value
  }
  const redisUrl = (): string | null => {
    const value = text('REDIS_URL')
    if (value === null || /^rediss?(-sentinel|-cluster)?:\/\/[^\s/]+/.test(value)) return value
    return refuse(
      'REDIS_URL',
      'is not an address of Redis',
      'Write it like redis://host:6379, redis-sentinel://host,host/mymaster or redis-cluster://host,host.',
    )
  }
  const url = (name: string, protocols: readonly string[], example: string): string | null => {
    const value = text(name)
    if (value === null) return null
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
    return refuse(name, `is not a ${protocols.join('// or ')}// address`, `Write it like ${example}.`)
  }
  const port = (): number => {
    const value = text('PORT')
    if (value === null) return DEFAULT_PORT
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
    return (
      refuse('PORT', 'is not a port', 'Write a whole number from 0 to 65535; 0 takes any free one.') ?? DEFAULT_PORT
    )
  }
  const host = (): string => {
    const value = text('HOST') ?? EVERYWHERE
    if (isIP(value) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(value)) return value
    refuse('HOST', 'is neither an address nor the name of a host', 'Write one without a port, such as 127.0.0.1 or ::.')
    return EVERYWHERE
  }
  const trustedProxies = (): readonly string[] => {
    const networks =
      text('TRUSTED_PROXIES')
        ?.split(/[,\s]+/)
        .filter((part) => part !== '') ?? []
    if (networks.every(isNetwork)) return networks
    refuse(
      'TRUSTED_PROXIES',
      'names what is neither an address nor a network',
      'Write addresses and networks with commas between, such as 10.0.0.0/8, or loopback or uniquelocal.',
    )
    return []
  }
  const allowed = (): Safeguard[] => {
    const names = (text('DECORUM_ALLOW') ?? '').split(/[,\s]+/).filter((part) => part !== '')
    const unknown = names.find((name) => !isSafeguard(name))
    if (unknown !== undefined) {
      const meant = nearMiss(unknown, SAFEGUARDS)
      refuse(
        'DECORUM_ALLOW',
        'names what is no safeguard',
        meant === null ? `Known: ${SAFEGUARDS.join(', ')}.` : `Did you mean "${meant}"?`,
      )
    }
    return names.filter(isSafeguard)
  }
  const masterKeys = (): readonly MasterKey[] | null => {
    const value = text('DECORUM_KEYS')
    if (value === null) return null
    const parsed = parseMasterKeys(value)
    return parsed.ok ? parsed.keys : refuse('DECORUM_KEYS', parsed.problem, KEYS_CURE)
  }
  const bootstrapKey = (): string | null => {
    const value = text('DECORUM_BOOTSTRAP_KEY')
    if (value === null || /^[\x21-\x7e]{16,200}$/.test(value)) return value
    return refuse(
      'DECORUM_BOOTSTRAP_KEY',
      'is shorter than 16 characters or holds spaces',
      'Make one with `openssl rand -hex 24`.',
    )
  }
  const chainKey = (): string | null => {
    const value = text('DECORUM_CHAIN_KEY')
    if (value === null || readSigningKey('private', value) !== null) return value
    return refuse(
      'DECORUM_CHAIN_KEY',
      'is not an Ed25519 private key in PEM, or in base64 of PKCS #8',
      'Make one with `openssl genpkey -algorithm ed25519 -outform DER | base64 -w0`.',
    )
  }
  const dataDir = resolve(root, text('DECORUM_DATA_DIR') ?? 'data')
  const journal = text('DECORUM_ERASURE_JOURNAL')
  const deployment: Deployment = {
    production: (text('DECORUM_ENV') ?? text('NODE_ENV')) === 'production',
    allowed: allowed(),
    host: host(),
    port: port(),
    publicUrl: url('PUBLIC_URL', ['https:', 'http:'], 'https://reminders.example.com')?.replace(/\/+$/, '') ?? null,
    trustedProxies: trustedProxies(),
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/decorum'),
    redisUrl: redisUrl(),
    dataDir,
    erasureJournal:
      journal === null
        ? text('DATABASE_URL') === null
          ? join(dataDir, 'erasures.ndjson')
          : null
        : resolve(root, journal),
    keys: masterKeys(),
    bootstrapKey: bootstrapKey(),
    chainKey: chainKey(),
  }
  if (
    deployment.production &&
    deployment.databaseUrl !== null &&
    deployment.keys === null &&
    text('DECORUM_KEYS') === null &&
    // Then the file is what is wrong.
    text('DECORUM_KEYS_FILE') === null
  ) {
    problems.push({
      code: 'missing_secret',
      file: 'environment',
      line: null,
      path: 'DECORUM_KEYS',
      problem: 'is not set, and several processes must share one key in production',
      cure: KEYS_CURE,
    })
  }
  return { deployment, problems }
}

const isSafeguard = (name: string): name is Safeguard => (SAFEGUARDS as readonly string[]).includes(name)

/** As Fastify's `trustProxy` takes it. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128)))
}

const KEYS_CURE =
  'Set DECORUM_KEYS="k1:$(openssl rand -base64 32)"; keep it as safe as the database, and put newer keys first.'

const KEY_BYTES = 32

/**
 * Which keys does `DECORUM_KEYS` hold?
 *
 * `id:secret` pairs separated by commas or spaces, the current key first; a secret is 32 bytes in base64 or
 * hexadecimal. A secret alone is named after its own hash, which is stable and reveals nothing.
 *
 * @returns  the keys, or what is wrong in words that hold no secret
 */
function parseMasterKeys(text: string): { ok: true; keys: MasterKey[] } | { ok: false; problem: string } {
  const keys = new Map<string, Buffer>()
  for (const [i, part] of text
    .split(/[,\s]+/)
    .filter((p) => p !== '')
    .entries()) {
    const at = part.indexOf(':')
    const secret = decode(part.slice(at + 1))
    if (secret === null)
      return { ok: false, problem: `key ${i + 1} is not ${KEY_BYTES} bytes in base64 or hexadecimal` }
    const id = at > 0 ? part.slice(0, at) : createHash('sha256').update(secret).digest('hex').slice(0, 8)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(id))
      return { ok: false, problem: `the name of key ${i + 1} is not made of letters, digits and . _ -` }
    if (keys.has(id)) return { ok: false, problem: `two keys are named ${id}` }
    const weakness = weaknessOf(secret)
    if (weakness !== null) return { ok: false, problem: `key ${id} is no random key: it ${weakness}` }
    const twin = [...keys].find(([, other]) => other.equals(secret))
    if (twin !== undefined) return { ok: false, problem: `keys ${twin[0]} and ${id} are one and the same` }
    keys.set(id, secret)
  }
  if (keys.size === 0) return { ok: false, problem: 'holds no key' }
  return { ok: true, keys: [...keys].map(([id, secret]) => ({ id, secret })) }
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES ? bytes : null
}
