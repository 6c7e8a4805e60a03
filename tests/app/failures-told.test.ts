import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXIT, reportError } from '../../src/app/errors.ts'
import { databaseRefusal, failureInWords } from '../../src/model/database-failure.ts'
import { type Ledger, openLedger } from '../../src/record/ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { whenThere } from '../support/servers.ts'

const NAME = 'Ada Borrower'
const said: string[] = []
vi.spyOn(process.stderr, 'write').mockImplementation((text) => (said.push(String(text)), true))
vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said.push(String(text)), true))
afterEach(() => {
  said.splice(0)
  vi.unstubAllEnvs()
})

const failing = async (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: Error) => error,
  )

eachLedger('a statement that PostgreSQL refuses', (_name, openFresh) => {
  let ledger: Ledger
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    await ledger.pool.query('CREATE TABLE public.person (name text PRIMARY KEY, age int CHECK (age > 0))')
    await ledger.pool.query('INSERT INTO public.person VALUES ($1, 1)', [NAME])
  })

  it.each([
    ['23505', 'a row that is there already', () => sql`INSERT INTO public.person VALUES (${NAME}, 2)`],
    ['23514', 'a row that breaks a rule', () => sql`INSERT INTO public.person VALUES ('Ada Borrower’s son', -1)`],
    ['22P02', 'a text that is no number', () => sql`SELECT ${NAME}::text::int`],
    ['42703', 'a name that is no column', () => sql.raw('SELECT "Ada Borrower" FROM public.person')],
  ])('is told by its SQLSTATE %s, never by the values it quotes: %s', async (state, _what, statement) => {
    vi.stubEnv('DECORUM_DEBUG', '1')
    const error = await failing(statement().execute(ledger.db))
    expect(`${error.message} ${(error as { detail?: string }).detail}`).toContain('Ada Borrower')

    const wrapped = new Error(`could not be done: ${error.message}`, { cause: error })
    for (const failure of [error, wrapped, new AggregateError([wrapped], error.message)]) {
      expect(reportError(failure, true)).toBe(EXIT.failed)
      expect(said.join('')).toContain(`decorum: PostgreSQL refused with SQLSTATE ${state}\n`)
      expect(said.join('')).toContain('"code": "DECORUM_INTERNAL"')
      expect(said.join('')).toMatch(/\n {4}at .*:\d+:\d+/)
      expect(said.join('')).not.toMatch(/Ada|Borrower|person|could not be done/)
      expect(failureInWords(failure)).toBe(`PostgreSQL refused with SQLSTATE ${state}`)
      said.splice(0)
    }
  })
})

describe('a server that refuses the session', () => {
  whenThere('PostgreSQL', 'sessions that PostgreSQL refuses', (postgresUrl) => {
    it.each([
      ['28000|28P01', (url: URL) => Object.assign(url, { username: 'ada-borrower', password: 'hush-hush' })],
      ['3D000', (url: URL) => Object.assign(url, { pathname: '/ada-borrower' })],
    ])('is told by its SQLSTATE %s', async (state, change) => {
      const databaseUrl = change(new URL(postgresUrl)).href
      const ledger = await openLedger({ databaseUrl })
      const problem = await ledger.check()
      await ledger.close()
      expect(problem).toMatch(new RegExp(`^PostgreSQL refused with SQLSTATE (${state})$`))
    })
  })
})

describe('what can be done', () => {
  const refusal = (code: string) => databaseRefusal(Object.assign(new Error(NAME), { code }))
  it.each([
    ['28P01', /user and password in DATABASE_URL/],
    ['28000', /pg_hba/],
    ['3D000', /Create the database/],
    ['42501', /decorum roles/],
    ['42P01', /decorum migrate/],
    ['53100', /its own log/],
    ['57P03', /starting/],
    ['08006', /Is PostgreSQL up/],
    ['XX001', /disk/],
  ])('about %s is said', (code, cure) => expect(refusal(code)?.cure).toMatch(cure))

  it('about a fault of ours is nothing but to report it', () => {
    reportError(Object.assign(new Error(NAME), { code: '23505' }))
    expect(refusal('23505')?.cure).toBeNull()
    expect(said.join('')).toContain('report what it prints')
  })

  it('comes with the registry’s code and the exit code of a ledger that is away', () => {
    expect(reportError(Object.assign(new Error(NAME), { code: '57P01' }), true)).toBe(EXIT.unavailable)
    expect(said.join('')).toContain('"code": "DECORUM_LEDGER_UNAVAILABLE"')
  })
})

describe('what is not PostgreSQL’s', () => {
  it.each([
    ['EPIPE', 'write EPIPE'],
    ['ENOENT', 'ENOENT: no such file or directory, open x'],
    ['ERR_INVALID_URL', 'Invalid URL'],
    ['DECORUM_CONFIG', 'ours'],
  ])('keeps its own words: %s', (code, message) => {
    const error = Object.assign(new Error(message), { code })
    expect(databaseRefusal(error)).toBeNull()
    expect(failureInWords(error)).toContain(message)
  })

  it('of several addresses is told once each', () => {
    const refused = (text: string) => Object.assign(new Error(text), { code: 'ECONNREFUSED' })
    const several = new AggregateError(
      [refused('connect ECONNREFUSED ::1:5'), refused('connect ECONNREFUSED ::1:5')],
      '',
    )
    expect(failureInWords(several)).toBe('connect ECONNREFUSED ::1:5')
  })
})
