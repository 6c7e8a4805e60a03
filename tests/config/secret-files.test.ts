import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { withSecretFiles } from '../../src/config/secret-files.ts'
import { masterKey } from '../support/master-key.ts'

const HUSH = 'hush-hush-token'
const chainKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const SECRETS: Readonly<Record<string, string>> = {
  DECORUM_KEYS: masterKey('k1'),
  DECORUM_BOOTSTRAP_KEY: 'Zk29vLw0tYxbPqRmAa7',
  DECORUM_CHAIN_KEY: chainKey.trim(),
  DATABASE_URL: 'postgres://127.0.0.1/ledger',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SID: 'AC00000000000000000000000000000000',
  TOKEN: HUSH,
}

let root: string
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), text)
  return name
}
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'decorum-secrets-'))
  cpSync(fileURLToPath(new URL('fixtures/good', import.meta.url)), root, { recursive: true })
  mkdirSync(join(root, 'folder'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const load = (env: Record<string, string | undefined>) => loadConfig({ root, env })
const mistakes = (env: Record<string, string | undefined>) => {
  const loaded = load(env)
  return loaded.ok ? [] : loaded.problems.filter(({ path }) => path.endsWith('_FILE'))
}

describe('secrets from files', () => {
  it.each([
    ['beside each other', ''],
    ['with a line end', '\n'],
    ['with the line end of another system', '\r\n'],
  ])('make the same configuration as those in the environment: %s', (_how, end) => {
    const files = Object.entries(SECRETS).map(([name, secret]) => [`${name}_FILE`, file(name, secret + end)])
    const fromFiles = load(Object.fromEntries(files))
    const plain = load(SECRETS)
    expect(plain.ok).toBe(true)
    expect(fromFiles).toEqual(plain)
  })

  it('are not looked at where nobody asks for them, nor where the variable is empty', () => {
    const env = { ...SECRETS, SSL_CERT_FILE: '/nowhere', DECORUM_KEYS_FILE: ' ' }
    expect(load(env)).toEqual(load(SECRETS))
  })

  it('count where the plain variable is set and empty, as a compose file passes it on', () => {
    const loaded = load({
      ...SECRETS,
      DECORUM_BOOTSTRAP_KEY: '',
      DECORUM_BOOTSTRAP_KEY_FILE: file('boot', 'another-Key-of-20-chars'),
    })
    expect(loaded.ok && loaded.config.bootstrapKey).toBe('another-Key-of-20-chars')
  })

  it.each(Object.keys(SECRETS))('are refused beside the variable itself: %s', (name) => {
    const env = { ...SECRETS, [`${name}_FILE`]: file('both', HUSH) }
    expect(mistakes(env)).toEqual([
      {
        code: 'bad_variable',
        file: 'environment',
        line: null,
        path: `${name}_FILE`,
        problem: `is set beside ${name}`,
        cure: 'Keep one of the two, and leave the other empty.',
      },
    ])
  })

  it.each(
    Object.keys(SECRETS).flatMap((name) => [
      [name, 'nowhere', 'names a file that does not exist'],
      [name, 'folder', 'names what is no file'],
      [name, 'blank', 'names a file that holds nothing'],
      [name, 'large', 'names a file that is larger than a secret'],
    ]),
  )('are refused with the variable and its cure: %s from %s', (name, path, problem) => {
    file('blank', ' \n')
    file('large', 'x'.repeat(70_000))
    const env = { ...SECRETS, [name]: undefined, [`${name}_FILE`]: path, DECORUM_ENV: 'production' }
    const found = mistakes(env)
    expect(found).toMatchObject([{ code: 'bad_variable', path: `${name}_FILE`, problem }])
    expect(found[0]?.cure).toBe(`Let it name a file that holds ${name} alone, readable by this user.`)
    const loaded = load(env)
    expect(JSON.stringify(loaded.ok ? [] : loaded.problems)).not.toContain(HUSH)
  })

  it('are read once', () => {
    const { env, problems } = withSecretFiles({ A_FILE: file('a', 'first') }, root)
    expect(env['A']).toBe('first')
    file('a', 'second')
    expect([env['A'], problems]).toEqual(['first', []])
  })
})
