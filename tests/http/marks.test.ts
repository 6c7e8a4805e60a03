import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Ledger } from '../../src/record/ledger.ts'
import { eachLedger } from '../support/ledger.ts'
import { sentAttempt } from './sent-attempt.ts'
import { account, serve, type Served } from './served.ts'

/** As long as the shortest text that is taken, and no piece of anything else. */
const MARK = 'Zq7Xmark'

type Json = Record<string, unknown>
interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  $ref?: string
}
const document = JSON.parse(readFileSync(new URL('../../src/http/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
  components: { schemas: Record<string, Schema> }
}

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : resolved(document.components.schemas[schema.$ref.split('/').at(-1) as string] as Schema)

/** Where a schema takes a string; `words`: an id or a word of configuration or of ours, which is looked up by and stands in clear. */
function stringsOf(given: Schema, path: string[] = []): { path: string[]; words: boolean }[] {
  const schema = resolved(given)
  const found = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap((one) =>
    stringsOf(one, path),
  )
  if (schema.type === 'string' && schema.enum === undefined && schema.const === undefined)
    found.push({ path, words: schema.pattern !== undefined })
  for (const [name, inner] of Object.entries(schema.properties ?? {})) found.push(...stringsOf(inner, [...path, name]))
  if (typeof schema.additionalProperties === 'object')
    found.push(...stringsOf(schema.additionalProperties, [...path, 'stated']))
  if (schema.items !== undefined) found.push(...stringsOf(schema.items, [...path, '0']))
  return [...new Map(found.map((one) => [one.path.join('.'), one])).values()]
}

/** The same with another value there; what leads there is made. */
function withValue(base: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  if (name === '0' || Array.isArray(base)) {
    const list = Array.isArray(base) ? [...(base as unknown[])] : []
    list[0] = withValue(list[0], rest, value)
    return list
  }
  const known = typeof base === 'object' && base !== null ? (base as Json) : {}
  return { ...known, [name]: withValue(known[name], rest, value) }
}

/** What each type of event needs besides. */
const EVENTS: Record<string, Json> = {
  payment: { amount: '1.00' },
  'payment-reversed': { amount: '1.00' },
  'due-date-changed': { dueDate: '2026-11-02' },
  promise: { date: '2026-12-24' },
  notice: { kind: 'default-notice', via: 'post', sentAt: '2026-11-20T00:00:00Z' },
}

eachLedger('a mark in every text that a request can carry', (_name, openFresh) => {
  let ledger: Ledger
  let served: Served
  let key: string
  let number = 0
  /** Route and path of each text that was taken. */
  const taken = new Set<string>()
  beforeAll(async () => {
    ;({ ledger } = await openFresh())
    served = await serve(ledger)
    key = await served.key(['admin'])
  })
  afterAll(() => served.close())

  const call = async (method: string, url: string, body: unknown) => served.call(method, url, { key, body })
  const must = async (method: string, url: string, body: unknown): Promise<Json> => {
    const answer = await call(method, url, body)
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.text}`)
    return answer.body as Json
  }
  const put = async (): Promise<{ account: string; person: string; phone: string }> => {
    const [id, person] = [`A-${++number}`, `P-${number}`]
    const phone = `+1212555${String(1000 + number)}`
    await must(
      'PUT',
      `/v1/accounts/${id}`,
      account(
        {},
        {
          id: person,
          addresses: [
            { channel: 'phone', value: phone },
            { channel: 'email', value: `${person}@example.org` },
          ],
        },
      ),
    )
    return { account: id, person, phone }
  }

  /** Sends the body once for each free text of the schema, marked there. */
  async function mark(
    route: string,
    schema: Schema,
    base: Json,
    urlOf: () => Promise<string> | string,
    fresh: (body: Json) => Json = (body) => body,
  ) {
    const [method = '', path = ''] = route.split(' ')
    for (const { path: where, words } of stringsOf(schema)) {
      if (words) continue
      const url = await urlOf()
      const answer = await call(method, url === '' ? path : url, fresh(withValue(base, where, MARK) as Json))
      if (answer.status < 300) taken.add(`${route} ${where.join('.')}`)
      else expect(answer.status, `${route} ${where.join('.')}: ${answer.text}`).toBeLessThan(500)
    }
  }
  const bodyOf = (method: string, path: string): Schema =>
    document.paths[path]?.[method.toLowerCase()]?.requestBody?.content['application/json']?.schema as Schema

  /** Every row of every table, as text; bytes in hexadecimal. */
  async function dump(): Promise<string> {
    const { rows } = await ledger.pool.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'decorum' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    )
    const texts = []
    for (const { name } of rows) {
      const { rows: all } = await ledger.pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)
      texts.push(...all.map(({ row }) => `${name}: ${row}`))
    }
    return texts.join('\n')
  }

  it('stands nowhere in clear in a dump of the ledger', async () => {
    const consents = [{ kind: 'sms', from: '2026-01-01T00:00:00Z' }]
    await mark(
      'PUT /v1/accounts/{id}',
      bodyOf('PUT', '/v1/accounts/{id}'),
      account({}, { consents }),
      () => `/v1/accounts/N-${++number}`,
      (body) => ({
        ...body,
        recipient: { ...(body['recipient'] as Json), id: `Q-${number}` },
      }),
    )
    const step = { kind: 'placement', date: '2026-12-24', party: 'x', authorisedBy: 'y' }
    await mark(
      'PUT /v1/accounts/{id}',
      bodyOf('PUT', '/v1/accounts/{id}'),
      account({ factsForWords: { nextStep: step } }),
      () => `/v1/accounts/N-${++number}`,
    )
    const person = {
      creditor: 'northwind',
      addresses: [{ channel: 'phone', value: '+12125550123', consents }],
      consents,
    }
    await mark(
      'PUT /v1/recipients/{id}',
      bodyOf('PUT', '/v1/recipients/{id}'),
      person,
      () => `/v1/recipients/R-${++number}`,
    )
    const events = resolved(bodyOf('POST', '/v1/accounts/{id}/events'))
    for (const one of events.oneOf ?? events.anyOf ?? []) {
      const named = resolved(one).properties?.['type'] as Schema
      const type = (named.const ?? named.enum?.[0]) as string
      const base = { creditor: 'northwind', type, occurredAt: '2026-11-23T01:00:00Z', ...EVENTS[type] }
      await mark(
        'POST /v1/accounts/{id}/events',
        one,
        base,
        async () => `/v1/accounts/${(await put()).account}/events`,
        (body) => ({ ...body, id: `E-${++number}` }),
      )
    }
    let known = await put()
    const named = async (): Promise<string> => {
      known = await put()
      return ''
    }
    const reminder = { creditor: 'northwind', template: 'us-first-party-loan', tone: 'neutral', channels: ['email'] }
    await mark('POST /v1/reminders', bodyOf('POST', '/v1/reminders'), reminder, named, (body) => ({
      ...body,
      accountId: known.account,
    }))
    const contact = { creditor: 'northwind', at: '2026-11-23T01:00:00Z', channel: 'phone', outcome: 'conversation' }
    await mark('POST /v1/contacts', bodyOf('POST', '/v1/contacts'), contact, named, (body) => ({
      ...body,
      id: `C-${++number}`,
      recipientId: known.person,
    }))
    for (const scope of ['all', 'address']) {
      const stop = {
        creditor: 'northwind',
        scope,
        reason: 'opt-out',
        ...(scope === 'address' ? { value: '+12125550188' } : {}),
      }
      await mark('POST /v1/suppressions', bodyOf('POST', '/v1/suppressions'), stop, named, (body) =>
        scope === 'address' ? body : { ...body, recipientId: known.person },
      )
      await named()
      // A source is a word, and anybody's.
      const stated = {
        ...stop,
        source: MARK,
        ...(scope === 'address' ? { value: known.phone } : { recipientId: known.person }),
      }
      const { id } = await must('POST', '/v1/suppressions', stated)
      taken.add(`POST /v1/suppressions source of ${scope}`)
      await mark(
        'POST /v1/suppressions/{id}:lift',
        bodyOf('POST', '/v1/suppressions/{id}:lift'),
        {},
        () => `/v1/suppressions/${String(id)}:lift`,
      )
    }
    const hold = { creditor: 'northwind' }
    await mark('POST /v1/holds', bodyOf('POST', '/v1/holds'), hold, named, (body) => ({
      ...body,
      accountId: known.account,
    }))
    const { id: held } = await must('POST', '/v1/holds', { ...hold, accountId: known.account })
    await mark(
      'POST /v1/holds/{id}:end',
      bodyOf('POST', '/v1/holds/{id}:end'),
      {},
      () => `/v1/holds/${String(held)}:end`,
    )
    const permit = { creditor: 'northwind', by: 'dialler' }
    await mark('POST /v1/permits', bodyOf('POST', '/v1/permits'), permit, named, (body) => ({
      ...body,
      recipientId: known.person,
      accountIds: [known.account],
    }))
    const thrown = { scope: { creditor: 'northwind' }, state: 'paused', reason: 'x' }
    await mark('POST /v1/switches', bodyOf('POST', '/v1/switches'), thrown, () => '')
    const { id: switched } = await must('POST', '/v1/switches', thrown)
    await mark(
      'POST /v1/switches/{id}:lift',
      bodyOf('POST', '/v1/switches/{id}:lift'),
      {},
      () => `/v1/switches/${String(switched)}:lift`,
    )
    await mark(
      'POST /v1/doubts/{reminderId}/{attemptNo}:resolve',
      bodyOf('POST', '/v1/doubts/{reminderId}/{attemptNo}:resolve'),
      { as: 'leave' },
      async () => {
        const { reminderId, attemptNo } = await sentAttempt(served.app, (await put()).account, 'email', {
          status: 'in_doubt',
        })
        return `/v1/doubts/${reminderId}/${attemptNo}:resolve`
      },
    )
    await mark('POST /v1/keys', bodyOf('POST', '/v1/keys'), { kind: 'live', scopes: ['decide'] }, () => '')
    await mark('POST /v1/decide', bodyOf('POST', '/v1/decide'), { now: '2026-11-23T01:00:00Z' }, () => '')

    expect([...taken].sort()).toEqual(expect.arrayContaining(TAKEN))
    const clear = (await dump())
      .split('\n')
      .filter((row) => row.includes(MARK) || row.includes(Buffer.from(MARK).toString('hex')))
    expect(clear.map((row) => row.slice(0, 300))).toEqual([])
  })

  it('is read back where it was stated', async () => {
    const known = await put()
    await must('PUT', `/v1/accounts/${known.account}`, {
      ...account(
        { reference: { masked: MARK }, asOf: '2026-11-23T01:30:00Z' },
        { id: known.person, addresses: [{ channel: 'phone', value: known.phone, source: MARK }] },
      ),
    })
    const read = async (url: string) => (await served.call('GET', url, { key })).body
    expect(await read(`/v1/accounts/${known.account}`)).toMatchObject({ reference: { masked: MARK } })
    expect((await read(`/v1/recipients/${known.person}`)).addresses).toMatchObject([{ source: MARK }, {}])
    const { id: hold } = await must('POST', '/v1/holds', { accountId: known.account })
    await must('POST', `/v1/holds/${String(hold)}:end`, { reason: MARK })
    expect((await read(`/v1/holds?accountId=${known.account}`)).items).toMatchObject([{ endReason: MARK }])
    const { id: stop } = await must('POST', '/v1/suppressions', {
      scope: 'all',
      recipientId: known.person,
      reason: 'opt-out',
      source: MARK,
    })
    await must('POST', `/v1/suppressions/${String(stop)}:lift`, { reason: MARK })
    expect((await read(`/v1/suppressions?recipientId=${known.person}`)).items).toMatchObject([
      { source: MARK, liftReason: MARK },
    ])
    const { items } = await read(`/v1/accounts/${known.account}/timeline`)
    expect(
      items
        .filter(({ details }: { details: Json }) => JSON.stringify(details).includes(MARK))
        .map(({ type }: { type: string }) => type)
        .sort(),
    ).toEqual(['hold-ended', 'suppression', 'suppression-lifted'])
    expect(JSON.stringify(await read('/v1/switches'))).toContain(MARK)
    expect(JSON.stringify(await read('/v1/keys'))).toContain(MARK)
    expect(JSON.stringify(await read('/v1/doubts'))).toContain(MARK)
  })

  it('dies with the person, where it was about one', async () => {
    const known = await put()
    const { id: stop } = await must('POST', '/v1/suppressions', {
      scope: 'all',
      recipientId: known.person,
      reason: 'opt-out',
      source: MARK,
    })
    await must('POST', `/v1/suppressions/${String(stop)}:lift`, { reason: MARK })
    await ledger.pool.query(`UPDATE decorum.recipient SET data_key = NULL, data_key_id = NULL WHERE external_id = $1`, [
      known.person,
    ])
    const { items } = (await served.call('GET', `/v1/suppressions?recipientId=${known.person}`, { key })).body
    expect(items).toMatchObject([{ source: 'erased', liftReason: null }])
  })
})

/** Texts that must have been taken, or the search finds nothing because nothing was sent. */
const TAKEN = [
  'POST /v1/accounts/{id}/events note',
  'POST /v1/accounts/{id}/events reason',
  'POST /v1/accounts/{id}/events reference',
  'POST /v1/accounts/{id}/events to',
  'POST /v1/doubts/{reminderId}/{attemptNo}:resolve reason',
  'POST /v1/holds reason',
  'POST /v1/holds/{id}:end reason',
  'POST /v1/keys label',
  'POST /v1/reminders variables.stated',
  'POST /v1/suppressions source of address',
  'POST /v1/suppressions source of all',
  'POST /v1/suppressions/{id}:lift reason',
  'POST /v1/switches reason',
  'POST /v1/switches/{id}:lift reason',
  'PUT /v1/accounts/{id} factsForWords.nextStep.party',
  'PUT /v1/accounts/{id} factsForWords.originalCreditor',
  'PUT /v1/accounts/{id} factsForWords.stated',
  'PUT /v1/accounts/{id} recipient.consents.0.source',
  'PUT /v1/accounts/{id} recipient.addresses.0.source',
  'PUT /v1/accounts/{id} recipient.name',
  'PUT /v1/accounts/{id} reference.masked',
  'PUT /v1/accounts/{id} variables.stated',
  'PUT /v1/recipients/{id} addresses.0.consents.0.source',
  'PUT /v1/recipients/{id} addresses.0.source',
  'PUT /v1/recipients/{id} consents.0.source',
  'PUT /v1/recipients/{id} name',
]
