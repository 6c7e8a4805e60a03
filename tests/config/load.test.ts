import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ConfigProblem } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { masterKey, masterKeyBytes } from '../support/master-key.ts'

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url))
const CREDENTIALS = { SID: 'AC00000000000000000000000000000000', TOKEN: 'token-that-nobody-may-see' }

/** One mistake: files laid over the good ones, and what must be said about it. */
interface Mistake {
  env?: Record<string, string | null>
  remove?: string[]
  problems: ConfigProblem[]
}

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function rootWith(overlay: string | null, remove: readonly string[] = []): string {
  const root = mkdtempSync(join(tmpdir(), 'decorum-config-'))
  roots.push(root)
  cpSync(join(FIXTURES, 'good'), root, { recursive: true })
  if (overlay !== null && existsSync(overlay))
    cpSync(overlay, root, { recursive: true, filter: (from) => !from.endsWith('mistake.yaml') })
  for (const path of remove) rmSync(join(root, path), { recursive: true })
  return root
}

function load(root: string, env: Record<string, string | undefined> = CREDENTIALS) {
  return loadConfig({ root, env })
}

describe('a configuration without mistakes', () => {
  it('becomes one object with every default filled in', () => {
    const loaded = load(rootWith(null))
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    const { config } = loaded
    expect(config.creditors.get('acme')).toMatchObject({
      bookZone: 'Europe/London',
      freshFor: 36 * 3_600_000,
      doNotChaseBelow: { GBP: 500n, JPY: 500n },
      words: { name: 'Acme', licenceLines: [] },
    })
    expect(config.routes.map((r) => [r.id, r.provider, r.rate.perSecond])).toEqual([
      ['sms-main', 'twilio', 10],
      ['email-main', 'capture', 5],
    ])
    expect(config.ladders.get('short')?.version).toMatch(/^[0-9a-f]{16}$/)
    expect([
      config.port,
      config.publicUrl,
      config.databaseUrl,
      config.redisUrl,
      config.keys,
      config.production,
    ]).toEqual([8080, null, null, null, null, false])
    expect(config.policies.house).toEqual(['quiet'])
  })

  it('cannot be changed afterwards, nor what is inside it', () => {
    const loaded = load(rootWith(null))
    if (!loaded.ok) throw new Error('not loaded')
    const config = loaded.config as unknown as {
      port: number
      routes: { rate: { perSecond: number } }[]
      creditors: Map<string, unknown>
    }
    expect(() => {
      config.port = 1
    }).toThrow(TypeError)
    expect(() => {
      ;(config.routes[0] as { rate: { perSecond: number } }).rate.perSecond = 9999
    }).toThrow(TypeError)
    expect(() => config.creditors.set('other', {})).toThrow('the configuration is frozen')
  })

  it('takes numbers, lists and addresses from the environment', () => {
    const loaded = load(rootWith(null), {
      ...CREDENTIALS,
      EMAIL_RATE: '0.5',
      ONLY_TO: '+12125550123, me@acme.example',
      PORT: '0',
      PUBLIC_URL: 'https://r.acme.example/',
      DATABASE_URL: 'postgresql://u:vq8Zk2-Lw0tYx@db/decorum?sslmode=verify-full',
      REDIS_URL: 'rediss://r:6380',
      DECORUM_DATA_DIR: 'elsewhere',
      DECORUM_ENV: 'production',
      DECORUM_KEYS: `k2:${masterKeyBytes('k2').toString('hex')}, ${masterKey('k1')}`,
      DECORUM_BOOTSTRAP_KEY: 'a-key-of-sixteen-characters',
    })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    const { config } = loaded
    expect(config.routes[1]?.rate.perSecond).toBe(0.5)
    expect(config.delivery.onlyTo).toEqual(['+12125550123', 'me@acme.example'])
    expect(config.delivery.sameWordsWithin).toBe(20 * 3_600_000)
    expect(config.port).toBe(0)
    expect(config.publicUrl).toBe('https://r.acme.example')
    expect(config.dataDir).toBe(join(config.root, 'elsewhere'))
    expect(config.production).toBe(true)
    expect(config.keys).toEqual([
      { id: 'k2', secret: masterKeyBytes('k2') },
      { id: 'k1', secret: masterKeyBytes('k1') },
    ])
  })

  it('keeps a secret whole that YAML would have cut or misread', () => {
    const loaded = load(rootWith(null), { ...CREDENTIALS, TOKEN: 'a: b # c }, "d" ${SID}' })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    expect(loaded.config.routes[0]).toMatchObject({ settings: { authToken: 'a: b # c }, "d" ${SID}' } })
  })

  it('gives a ladder the same version for the same content and another for any change', () => {
    const versionOf = (root: string): string | undefined => {
      const loaded = load(root)
      return loaded.ok ? loaded.config.ladders.get('short')?.version : undefined
    }
    const first = versionOf(rootWith(null))
    expect(versionOf(rootWith(null))).toBe(first)
    expect(versionOf(rootWith(join(FIXTURES, 'other-ladder')))).not.toBe(first)
  })
})

describe('a route without credentials', () => {
  it('captures when all of them were left to variables that are not set, and says so', () => {
    const loaded = load(rootWith(null), {})
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    expect(loaded.config.routes[0]).toMatchObject({ id: 'sms-main', provider: 'capture', channel: 'sms' })
    expect(loaded.warnings).toContainEqual({
      code: 'capture_instead',
      message: 'SID and TOKEN not set: what goes out on sms-main is captured for reading and reaches nobody',
    })
  })

  it('may have no other mistake either', () => {
    const loaded = load(rootWith(join(FIXTURES, 'mistakes', 'unknown-key')), {})
    expect(loaded.ok ? [] : loaded.problems.map((p) => p.path)).toEqual(['routes[0].rate.per_second'])
  })

  it('counts a variable that is set but empty as not set', () => {
    const loaded = load(rootWith(null), { SID: '', TOKEN: '' })
    expect(loaded.ok && loaded.config.routes[0]?.provider).toBe('capture')
  })
})

describe('real credentials', () => {
  const live = join(FIXTURES, 'live')
  const warnings = (env: Record<string, string>): string[] => {
    const loaded = load(rootWith(live), { ...CREDENTIALS, ...env })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
    return loaded.warnings.map((w) => w.code)
  }

  it('are warned of loudly outside production when anybody could be reached', () => {
    expect(warnings({})).toContain('live_without_only_to')
  })

  it('are not warned of in production, nor when only named addresses can be reached', () => {
    expect(warnings({ DECORUM_ENV: 'production' })).not.toContain('live_without_only_to')
    expect(warnings({ ONLY_TO: '+12125550123' })).not.toContain('live_without_only_to')
  })

  it('are not warned of when the provider is a server on this machine', () => {
    const loaded = load(rootWith(null))
    expect(loaded.ok && loaded.warnings.map((w) => w.code)).not.toContain('live_without_only_to')
  })
})

describe('production', () => {
  it('warns of what is unsafe and allowed by name', () => {
    const env = { DECORUM_ENV: 'production', REDIS_URL: 'redis://queue:6379', DECORUM_ALLOW: 'clear-redis' }
    const loaded = load(rootWith(null), { ...CREDENTIALS, ...env })
    expect(loaded.ok && loaded.config.allowed).toEqual(['clear-redis'])
    expect(loaded.ok && loaded.warnings.map((w) => w.code)).toContain('safeguard_off')
  })
})

describe('each mistake has its own message with file, line and cure', () => {
  const names = readdirSync(join(FIXTURES, 'mistakes')).sort()
  it.each(names)('%s', (name) => {
    const folder = join(FIXTURES, 'mistakes', name)
    const mistake = parse(readFileSync(join(folder, 'mistake.yaml'), 'utf8')) as Mistake
    const env = Object.fromEntries(
      Object.entries({ ...CREDENTIALS, ...mistake.env }).filter(([, value]) => value !== null),
    ) as Record<string, string>
    const loaded = load(rootWith(folder, mistake.remove), env)
    expect(loaded.ok ? [] : loaded.problems).toEqual(mistake.problems)
    expect(JSON.stringify(loaded.ok ? [] : loaded.problems)).not.toContain(CREDENTIALS.TOKEN)
  })

  it('all of them are reported at once', () => {
    const root = rootWith(join(FIXTURES, 'mistakes', 'unknown-key'))
    cpSync(join(FIXTURES, 'mistakes', 'creditor-names-a-missing-ladder', 'config'), join(root, 'config'), {
      recursive: true,
    })
    const loaded = load(root, { ...CREDENTIALS, PORT: 'http', DECORUM_KEYS: 'short' })
    expect(loaded.ok ? [] : loaded.problems.map((p) => p.code).sort()).toEqual([
      'bad_variable',
      'bad_variable',
      'missing_ladder',
      'unknown_key',
    ])
  })
})
