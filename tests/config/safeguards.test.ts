import { describe, expect, it } from 'vitest'
import { type Config, type Safeguard, SAFEGUARDS } from '../../src/config/config.ts'
import { judgeSafeguards } from '../../src/config/safeguards.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { routeSchema } from '../../src/model/route.ts'

type Guarded = Parameters<typeof judgeSafeguards>[0]

const SECRET = `whsec_${Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256)).toString('base64')}`
const PASSWORD = 'vq8Zk2-Lw0tYx'

const safe: Guarded = {
  production: true,
  allowed: [],
  routes: [],
  webhooks: [],
  chain: { heads: { file: null, webhook: null }, publicKeys: [] },
  publicUrl: 'https://r.acme.example',
  databaseUrl: `postgres://acme:${PASSWORD}@db:5432/ledger?sslmode=verify-full`,
  redisUrl: `rediss://:${PASSWORD}@queue:6379`,
  bootstrapKey: 'dk_live_Zk29vLw0tYxbPqRm',
}

const twilio = (baseUrl: string): Config['routes'][number] =>
  routeSchema.parse({
    id: 'sms-main',
    channel: 'sms',
    provider: 'twilio',
    from: '+12125550100',
    rate: { perSecond: 1 },
    settings: { accountSid: 'AC00000000000000000000000000000000', authToken: 'hush-hush', baseUrl },
  })
const webhook = (url: string, secret = SECRET) => ({ id: 'servicing', url, secret })
const heads = (url: string, secret = SECRET): Config['chain'] => ({
  heads: { file: null, webhook: { url, secret } },
  publicKeys: [],
})
const monotonous = `whsec_${Buffer.alloc(32, 'ab').toString('base64')}`

/** What is unsafe, where it stands, by which name it is let pass, and what stays on this machine. */
const WEAKNESSES: readonly (readonly [Safeguard, string, Partial<Guarded>])[] = [
  ['http-provider', 'settings.baseUrl of route sms-main', { routes: [twilio('http://gateway.acme.example')] }],
  ['http-provider', 'settings.baseUrl of route sms-main', { routes: [twilio('http://10.0.0.8:4010')] }],
  ['http-public-url', 'PUBLIC_URL', { publicUrl: 'http://r.acme.example' }],
  ['http-webhook', 'url of webhook servicing', { webhooks: [webhook('http://servicing.acme.example/x')] }],
  ['http-webhook', 'url of chain.heads.webhook', { chain: heads('http://notary.acme.example') }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://db/ledger' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://db/ledger?sslmode=prefer' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://db/ledger?sslmode=no-verify' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://db/ledger?sslmode=require&sslmode=disable' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://db/ledger?sslmode=require&uselibpqcompat=true' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://127.0.0.1/ledger?host=db' }],
  ['clear-database', 'DATABASE_URL', { databaseUrl: 'postgres://[fd00::5]:5432/ledger' }],
  ['clear-redis', 'REDIS_URL', { redisUrl: 'redis://queue:6379' }],
  ['clear-redis', 'REDIS_URL', { redisUrl: 'redis-sentinel://127.0.0.1,queue:26379/mymaster' }],
  ['clear-redis', 'REDIS_URL', { redisUrl: 'redis-cluster://a,b,c' }],
  ['weak-secret', 'DECORUM_BOOTSTRAP_KEY', { bootstrapKey: 'change-me-change-me' }],
  ['weak-secret', 'DECORUM_BOOTSTRAP_KEY', { bootstrapKey: 'aaaaaaaaaaaaaaaaaaaa' }],
  ['weak-secret', 'DATABASE_URL', { databaseUrl: 'postgres://acme:decorum@db/ledger?sslmode=verify-full' }],
  ['weak-secret', 'DATABASE_URL', { databaseUrl: 'postgres://acme:Zk29vLw0@db/ledger?sslmode=verify-full' }],
  ['weak-secret', 'REDIS_URL', { redisUrl: 'rediss-cluster://:hush-secret-12@a,b' }],
  ['weak-secret', 'secret of webhook servicing', { webhooks: [webhook('https://s.acme.example', monotonous)] }],
  ['weak-secret', 'secret of chain.heads.webhook', { chain: heads('https://n.acme.example', monotonous) }],
]

const told = (config: Partial<Guarded>) => judgeSafeguards({ ...safe, ...config })

describe('what production refuses', () => {
  it.each(WEAKNESSES)('%s at %s: %o', (safeguard, path, config) => {
    const { problems, warnings } = told(config)
    expect(problems).toEqual([
      {
        code: 'insecure',
        file: /^[A-Z_]+$/.test(path) ? 'environment' : 'config/decorum.yaml',
        line: null,
        path,
        problem: expect.stringMatching(/, which production refuses$/),
        cure: expect.stringMatching(
          new RegExp(`^(Write|Put|Add|Make|Give) .*To run without: DECORUM_ALLOW=${safeguard}\\.$`),
        ),
      },
    ])
    expect(warnings).toEqual([])
  })

  it.each(WEAKNESSES)('is a warning when it is allowed by name: %s at %s: %o', (safeguard, path, config) => {
    const { problems, warnings } = told({ ...config, allowed: [safeguard] })
    expect(problems).toEqual([])
    expect(warnings).toEqual([{ code: 'safeguard_off', message: expect.stringContaining(path) }])
    expect(warnings[0]?.message).toContain(`(${safeguard})`)
    const others = SAFEGUARDS.filter((name) => name !== safeguard)
    expect(told({ ...config, allowed: others }).problems).toHaveLength(1)
  })

  it.each(WEAKNESSES)('is nothing outside production: %s at %s: %o', (_safeguard, _path, config) => {
    expect(told({ ...config, production: false })).toEqual({ problems: [], warnings: [] })
  })

  it('every safeguard is among these', () => {
    expect([...new Set(WEAKNESSES.map(([safeguard]) => safeguard))].toSorted()).toEqual([...SAFEGUARDS].toSorted())
  })

  it('is told all at once, and quotes neither a secret nor an address', () => {
    const all = told({
      routes: [twilio('http://user:hush-hush@gateway.acme.example')],
      publicUrl: 'http://r.acme.example',
      webhooks: [webhook('http://servicing.acme.example/token-in-path', monotonous)],
      databaseUrl: 'postgres://acme:hush-hush@db.acme.example/ledger',
      redisUrl: 'redis://:hush-hush@queue.acme.example',
      bootstrapKey: 'hush-hush-hush-hush',
    })
    expect(all.problems.map(({ path }) => path)).toEqual([
      'settings.baseUrl of route sms-main',
      'PUBLIC_URL',
      'url of webhook servicing',
      'DATABASE_URL',
      'REDIS_URL',
      'DECORUM_BOOTSTRAP_KEY',
      'DATABASE_URL',
      'REDIS_URL',
      'secret of webhook servicing',
    ])
    expect(JSON.stringify(all)).not.toMatch(/hush|acme|token-in-path|whsec_[A-Za-z0-9+]/)
  })
})

describe('what production does not refuse', () => {
  it('is what is safe', () => {
    expect(told({})).toEqual({ problems: [], warnings: [] })
  })

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', 'LOCALHOST', '[::1]', '[::ffff:127.0.0.1]'])(
    'is anything on this machine itself: %s',
    (host) => {
      const local = told({
        routes: [twilio(`http://${host}:4010`)],
        publicUrl: `http://${host}:8080`,
        webhooks: [webhook(`http://${host}:9`)],
        chain: heads(`http://${host}:9`),
        databaseUrl: `postgres://decorum:decorum@${host}:5432/ledger`,
        redisUrl: `redis://${host}:6379`,
      })
      expect(local).toEqual({ problems: [], warnings: [] })
    },
  )

  it.each([
    'postgres:///ledger',
    'postgres://acme@db/ledger?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/ledger',
    'postgres://db/ledger?ssl=true',
    'postgres://db/ledger?sslmode=require',
    'postgres://db/ledger?uselibpqcompat=true&sslmode=verify-ca',
  ])('is a database behind a socket or TLS: %s', (databaseUrl) => {
    expect(told({ databaseUrl })).toEqual({ problems: [], warnings: [] })
  })
})

describe('mail in clear', () => {
  const smtp = (settings: object): Config['routes'][number] =>
    routeSchema.parse({
      id: 'email-main',
      channel: 'email',
      provider: 'smtp',
      from: 'a@acme.example',
      rate: { perSecond: 1 },
      settings,
    })
  it.each([
    ['smtp://relay.acme.example:25', false, 1],
    ['smtp://relay.acme.example:25', true, 0],
    ['smtps://relay.acme.example', false, 0],
    ['smtp://127.0.0.1:1025', false, 0],
  ])('over %s with requireTls %s is warned of %i times', (url, requireTls, times) => {
    const { problems, warnings } = told({ routes: [smtp({ url, requireTls })] })
    expect(problems).toEqual([])
    expect(warnings.map(({ code }) => code)).toEqual(Array.from({ length: times }, () => 'safeguard_off'))
  })
})

describe('DECORUM_ALLOW', () => {
  const read = (value: string) => readEnvironment({ DECORUM_ALLOW: value }, '/r')

  it('names safeguards, with commas or spaces between', () => {
    expect(read(SAFEGUARDS.join(', ')).deployment.allowed).toEqual(SAFEGUARDS)
    expect(read('').deployment.allowed).toEqual([])
  })

  it.each([
    ['clear-databas', 'Did you mean "clear-database"?'],
    ['all', `Known: ${SAFEGUARDS.join(', ')}.`],
  ])('is refused when it names %s', (value, cure) => {
    expect(read(`clear-redis,${value}`).problems).toEqual([
      {
        code: 'bad_variable',
        file: 'environment',
        line: null,
        path: 'DECORUM_ALLOW',
        problem: 'names what is no safeguard',
        cure,
      },
    ])
  })
})

describe('HOST', () => {
  it.each([
    [undefined, '0.0.0.0'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['api.internal', 'api.internal'],
  ])('%s is listened on as %s', (value, host) => {
    const { deployment, problems } = readEnvironment({ HOST: value }, '/r')
    expect([deployment.host, problems]).toEqual([host, []])
  })

  it.each(['127.0.0.1:8080', 'http://localhost', '*', '[::1]', 'a b'])('%s is refused', (value) => {
    expect(readEnvironment({ HOST: value }, '/r').problems).toMatchObject([{ code: 'bad_variable', path: 'HOST' }])
  })
})
