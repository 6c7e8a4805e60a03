import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { ROOT } from './source-files.ts'

interface Service {
  image: string
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  privileged?: boolean
  volumes?: string[]
  ports?: string[]
  environment?: Record<string, string>
  entrypoint?: string[]
}

const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')
const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }
const every = Object.entries(services)
const ours = every.filter(([name, { image }]) => image === 'decorum' && name !== 'secrets')

/** An exact version, whatever else the tag says; a digest says more. */
const EXACT = /(?::v?\d+\.\d+(?:\.\d+)?(?:-[a-z]+)*|@sha256:[0-9a-f]{64})$/

describe('the image', () => {
  const dockerfile = read('Dockerfile')

  it('is made from exact versions, of a Node that is supported', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image as string)
    expect(bases.length).toBeGreaterThan(1)
    expect(bases.filter((image) => !EXACT.test(image) || !image.startsWith('node:24.'))).toEqual([])
  })

  it('runs as a user who is not root and owns nothing of the program', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(last).toMatch(/^USER node$/m)
    expect(last).not.toMatch(/--chown|chown [^\n]*\/app/)
  })
})

describe('the services of the compose file', () => {
  it('are there', () => expect([every.length, ours.length]).toEqual([12, 8]))

  it.each(every)(
    '%s: pinned, on a root file system nobody writes to, without capabilities or new privileges',
    (name, service) => {
      expect(service.image === 'decorum' || EXACT.test(service.image)).toBe(true)
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
      expect(service.privileged).toBeUndefined()
      expect(service.cap_add).toBeUndefined()
      if (['postgres', 'redis'].includes(name)) expect(service.user).toBe(name)
      expect((service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    },
  )

  it.each(ours)('%s: takes secrets from files that it cannot change', (_name, { environment = {}, volumes }) => {
    expect(volumes).toEqual(['secrets:/run/decorum:ro'])
    for (const name of ['DECORUM_KEYS', 'DECORUM_BOOTSTRAP_KEY', 'DECORUM_CHAIN_KEY', 'DATABASE_URL']) {
      expect(environment[name]).toBe(`\${${name}:-}`)
      expect(environment[`${name}_FILE`]).toMatch(new RegExp(`^\\$\\{${name}_FILE-/run/decorum/[a-z-]+\\}$`))
    }
  })

  it('make secrets once, with which production starts', () => {
    const run = mkdtempSync(join(tmpdir(), 'decorum-run-'))
    const make = (): Record<string, string> => {
      execFileSync(process.execPath, [
        '-e',
        (services['secrets']?.entrypoint?.[2] ?? '').replaceAll("'/run/", `'${run}/`),
      ])
      const paths = ['decorum', 'ledger'].flatMap((folder) =>
        readdirSync(`${run}/${folder}`).map((name) => `${folder}/${name}`),
      )
      return Object.fromEntries(paths.map((path) => [path, readFileSync(`${run}/${path}`, 'utf8')]))
    }
    try {
      for (const folder of ['decorum', 'ledger']) mkdirSync(`${run}/${folder}`)
      const made = make()
      expect(make()).toEqual(made)
      expect(made['decorum/database-url']).toContain(`:${made['ledger/password']}@postgres:`)
      const env = Object.entries(services['api']?.environment ?? {}).map(([name, value]) => [
        name,
        String(value)
          .replace(/^\$\{\w+:?-?(.*)\}$/, '$1')
          .replace(/^\/run\//, `${run}/`),
      ])
      const loaded = loadConfig({ root: ROOT, env: Object.fromEntries(env) })
      expect(loaded.ok ? [] : loaded.problems).toEqual([])
      expect(loaded.ok && [loaded.config.production, loaded.config.chainKey === null]).toEqual([true, false])
    } finally {
      rmSync(run, { recursive: true })
    }
  })

  it('give the keys to nobody else, and hold no secret themselves', () => {
    const others = every.filter(([name]) => ['postgres', 'redis', 'mail'].includes(name))
    expect(others.filter(([, { volumes = [] }]) => volumes.some((volume) => volume.startsWith('secrets:')))).toEqual([])
    expect(read('docker-compose.yml')).not.toMatch(/POSTGRES_PASSWORD:|:\/\/[a-z]+:[^'@ ]+@/)
  })
})
