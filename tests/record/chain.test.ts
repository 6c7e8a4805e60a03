import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Link, linkHash } from '../../src/model/chain.ts'
import { ChainSealer, signingKeys } from '../../src/pipeline/chain.ts'
import { EVIDENCE, evidenceOf } from '../../src/record/chain/evidence.ts'
import { type SigningKeys, signHeads } from '../../src/record/chain/heads.ts'
import { strayRows } from '../../src/record/chain/read-chain.ts'
import { chainEnds } from '../../src/record/chain/seal.ts'
import { newId } from '../../src/record/id.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import type { Database } from '../../src/record/schema.ts'
import type { ChainAudit } from '../../src/report/chain-audit.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { shippedConfig, Stage } from '../support/stage.ts'

const CREDITOR = 'shili-xiaojin'
const AT = '2026-11-20T04:00:00Z'

/** Another value of the same type, whatever the first one is; null becomes one. */
const OTHER: Record<string, (column: string) => string> = {
  uuid: () => `gen_random_uuid()`,
  text: (c) => `coalesce(${c}, '') || 'x'`,
  bytea: (c) => `coalesce(${c}, '') || '\\x00'`,
  timestamptz: (c) => `coalesce(${c}, now()) + interval '1 microsecond'`,
  int2: (c) => `coalesce(${c}, 0) + 1000`,
  int4: (c) => `coalesce(${c}, 0) + 1000`,
  int8: (c) => `coalesce(${c}, 0) + 1000`,
  bool: (c) => `NOT coalesce(${c}, false)`,
  jsonb: (c) => `jsonb_build_object('was', ${c})`,
  _text: (c) => `${c} || 'x'::text`,
  _uuid: (c) => `${c} || gen_random_uuid()`,
}
/** A value for a column that may not be null. */
const FILLED: Record<string, (column: string, i: number) => string> = {
  uuid: () => `'${newId()}'`,
  text: (_c, i) => `'t${i}'`,
  bytea: (c, i) => `decode('${Buffer.from(`${c}${i}${Math.random()}`).toString('hex')}', 'hex')`,
  timestamptz: (_c, i) => `'${AT}'::timestamptz + interval '${i} seconds'`,
  int2: (_c, i) => String(i + 1),
  int4: (_c, i) => String(i + 1),
  int8: (_c, i) => String(i + 1),
  bool: () => 'false',
  jsonb: () => `'{}'`,
  _text: () => `'{}'`,
  _uuid: () => `'{}'`,
}

interface Column {
  name: string
  type: string
  filled: boolean
}

const columnsOf = async (ledger: Ledger, table: string): Promise<Column[]> =>
  (
    await sql<Column>`
    SELECT a.attname::text AS name, t.typname::text AS type, a.attnotnull AS filled FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ${`decorum.${table}`}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`.execute(
      ledger.db,
    )
  ).rows

/** Adds rows to a table of evidence, as a process of Decorum does. */
async function fill(
  ledger: Ledger,
  table: string,
  from: number,
  to: number,
  given: Record<string, string>,
): Promise<void> {
  const columns = (await columnsOf(ledger, table)).filter((column) => column.filled || column.name in given)
  for (let i = from; i < to; i++) {
    const values = columns.map(({ name, type }) => given[name] ?? FILLED[type]?.(name, i) ?? 'NULL')
    const names = columns.map(({ name }) => `"${name}"`)
    await sql.raw(`INSERT INTO decorum.${table} (${names.join(', ')}) VALUES (${values.join(', ')})`).execute(ledger.db)
  }
}

const KEY = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

eachLedger('evidence', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let ledger: Ledger
  const folder = mkdtempSync(join(tmpdir(), 'decorum-heads-'))
  const file = join(folder, 'heads.jsonl')
  const reminder = newId()
  const recipient = newId()

  const seal = () => stage.app.pass('sweeper')
  const audit = (over: { heads?: string } = {}): Promise<ChainAudit> =>
    stage.app.services.auditChain({ creditor: null, heads: over.heads ?? null })
  const found = (report: ChainAudit) =>
    report.chains.flatMap(({ creditor, findings }) =>
      findings.map(({ fate, relation, action }) => [creditor, fate, relation, action]),
    )
  /** Past the triggers, as a superuser may. */
  const past = async (statement: string): Promise<void> => {
    await ledger.pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`)
  }
  const inVain = async <T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T> => {
    let result: T | undefined
    await ledger.db
      .transaction()
      .execute(async (trx) => {
        await sql`SET LOCAL session_replication_role = replica`.execute(trx)
        result = await work(trx)
        throw new Error('in vain')
      })
      .catch((error: Error) => {
        if (error.message !== 'in vain') throw error
      })
    return result as T
  }

  /** Signs now, and writes the head to the file as a sweeper does. */
  const sign = async () => {
    const { runtime } = stage.app
    const signed = await signHeads(
      ledger.db,
      runtime.vault,
      signingKeys(runtime.config) as SigningKeys,
      [CREDITOR, '*'],
      0,
      null,
    )
    if (typeof signed !== 'string') appendFileSync(file, `${signed.line}\n`)
    return signed
  }
  /** Puts everything that the work has done to a table and to the chain back as it was. */
  const undone = async (relation: string | null, work: () => Promise<void>): Promise<void> => {
    const tables = ['chain_link', 'chain_note', 'chain_head', 'chain_signed', ...(relation === null ? [] : [relation])]
    for (const table of tables) await ledger.pool.query(`CREATE TABLE public.kept_${table} AS TABLE decorum.${table}`)
    try {
      await work()
    } finally {
      for (const table of tables) {
        const always = table === 'chain_link' ? 'OVERRIDING SYSTEM VALUE' : ''
        await past(
          `DELETE FROM decorum.${table}; INSERT INTO decorum.${table} ${always} SELECT * FROM public.kept_${table}; DROP TABLE public.kept_${table}`,
        )
      }
    }
  }
  const given = (relation: string): Record<string, string> => ({
    creditor: `'${CREDITOR}'`,
    ...(['reservation', 'settlement', 'withheld_decision', 'doubt_resolution'].includes(relation)
      ? { reminder_id: `'${reminder}'` }
      : {}),
    ...(relation === 'hold' ? { recipient_id: `'${recipient}'` } : {}),
    ...(relation === 'switch' ? { scope: `'{"creditor":"${CREDITOR}"}'` } : {}),
  })
  const fillAll = async (from: number, to: number): Promise<void> => {
    for (const { relation } of EVIDENCE) await fill(ledger, relation, from, to, given(relation))
  }
  const keyOfRow = (evidence: (typeof EVIDENCE)[number]): string => Object.keys(evidence.key).join(', ')
  const theFirst = (evidence: (typeof EVIDENCE)[number], offset = 0): string =>
    `(${keyOfRow(evidence)}) = (SELECT ${keyOfRow(evidence)} FROM decorum.${evidence.relation} ORDER BY ${keyOfRow(evidence)} OFFSET ${offset} LIMIT 1)`

  beforeAll(async () => {
    fresh = await openFresh()
    ledger = fresh.ledger
    // Who owns the tables owns their constraints: a value that no constraint allows is still to be seen.
    await sql
      .raw(
        `
      DO $$ DECLARE c record; BEGIN
        FOR c IN SELECT conname, conrelid::regclass AS relation FROM pg_constraint
          WHERE contype = 'c' AND conparentid = 0 AND coninhcount = 0 AND conrelid::regclass::text IN (${EVIDENCE.map((one) => `'decorum.${one.relation}'`).join(', ')})
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.relation, c.conname); END LOOP;
      END $$`,
      )
      .execute(ledger.db)
    await sql
      .raw(
        `
      INSERT INTO decorum.recipient (id, creditor, external_id, created_at, updated_at) VALUES ('${recipient}', '${CREDITOR}', 'r', '${AT}', '${AT}')`,
      )
      .execute(ledger.db)
    await sql
      .raw(
        `
      INSERT INTO decorum.reminder (id, creditor, recipient_id, live, origin, kind, mode, tone, channel, template, unique_key, route, status, due_at, expires_at, created_at, updated_at)
      VALUES ('${reminder}', '${CREDITOR}', '${recipient}', true, 'direct', 'reminder', 'automated', 'neutral', 'sms', 'overdue', 'u', 'sms-main', 'sent', '${AT}', '${AT}', '${AT}', '${AT}')`,
      )
      .execute(ledger.db)
    await fillAll(0, 2)
    // As it stands in a ledger of before: rows, and nothing that says who wrote them.
    await past('DELETE FROM decorum.chain_note')
    const config = shippedConfig({ DECORUM_CHAIN_KEY: KEY })
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: { ...config, chain: { heads: { file, webhook: null }, publicKeys: [] } },
    })
  })
  afterAll(async () => {
    await stage?.app.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('of before the chain gets into it as it stands, and what is written since with the next pass', async () => {
    expect(await audit()).toMatchObject({ intact: true, pending: 0, unwalked: expect.arrayContaining(['hold']) })
    while (await seal());
    expect(await audit()).toMatchObject({ intact: true, unwalked: [], heads: { ledger: 1, file: 1, verified: true } })
    await fillAll(2, 4)
    const waiting = await audit()
    expect(waiting).toMatchObject({ intact: true })
    expect(waiting.pending).toBe(EVIDENCE.length * 2)
    while (await seal());
    const report = await audit()
    expect(report).toMatchObject({ intact: true, pending: 0 })
    expect(report.chains.map(({ creditor, rows }) => [creditor, rows > 0])).toEqual([
      ['*', true],
      [CREDITOR, true],
    ])
  })

  describe.each(EVIDENCE.map((evidence) => [evidence.relation, evidence] as const))('in %s', (relation, evidence) => {
    const stray = (change: string) =>
      inVain(async (trx) => {
        await sql.raw(change).execute(trx)
        return strayRows(trx, evidence)
      })

    it('is known by its columns, whichever of them is changed past the triggers', async () => {
      const columns = await columnsOf(ledger, relation)
      const unseen: string[] = []
      for (const { name, type } of columns) {
        const other = OTHER[type]
        if (other === undefined) throw new TypeError(`no other value of ${type} is known for ${name}`)
        const rows = await stray(
          `UPDATE decorum.${relation} SET "${name}" = ${other(`"${name}"`)} WHERE ${theFirst(evidence)}`,
        )
        const fates = rows.map((row) => row.fate).toSorted()
        const expected = name in evidence.key ? ['added', 'removed'] : ['changed']
        if (fates.join() !== expected.join()) unseen.push(`${name}: ${fates.join()}`)
      }
      expect(unseen).toEqual([])
    })

    it('is missed when it is removed, and named when it is added or swapped', async () => {
      expect(await stray(`DELETE FROM decorum.${relation} WHERE ${theFirst(evidence)}`)).toMatchObject([
        { fate: 'removed', ofAll: 1 },
      ])
      expect(await stray(`DELETE FROM decorum.${relation}`)).toHaveLength(4)
      const added = await inVain(async (trx) => {
        await fill({ db: trx } as unknown as Ledger, relation, 7, 8, given(relation))
        return strayRows(trx, evidence)
      })
      expect(added).toMatchObject([{ fate: 'added', link: null }])
      // What two rows have in a column, the one in place of the other.
      const [column] = (await columnsOf(ledger, relation)).filter(
        ({ name, type }) => type === 'timestamptz' && !(name in evidence.key),
      )
      const name = column?.name ?? 'decision_no'
      const swapped = await inVain(async (trx) => {
        await sql
          .raw(
            `UPDATE decorum.${relation} SET "${name}" = ${OTHER[column?.type ?? 'int4']?.(`"${name}"`)} WHERE ${theFirst(evidence)}`,
          )
          .execute(trx)
        return strayRows(trx, evidence)
      })
      expect(swapped).toMatchObject([{ fate: 'changed' }])
    })

    it('is a link that says so when somebody else writes it with the triggers on, sealed or not', () =>
      undone(relation, async () => {
        const [column] = (await columnsOf(ledger, relation)).filter(
          ({ name, type }) => type in OTHER && !(name in evidence.key),
        )
        const change = OTHER[column?.type ?? '']?.(`"${column?.name}"`)
        await ledger.pool.query(
          `UPDATE decorum.${relation} SET "${column?.name}" = ${change} WHERE ${theFirst(evidence)}`,
        )
        const named = [expect.any(String), 'written-by-another', relation, 'put']
        expect(found(await audit())).toEqual([named])
        while (await seal());
        expect(found(await audit())).toEqual([named])
        await ledger.pool.query(`DELETE FROM decorum.${relation} WHERE ${theFirst(evidence)}`)
        while (await seal());
        expect(found(await audit())).toEqual([named, [expect.any(String), 'written-by-another', relation, 'removed']])
      }))
  })

  describe('its chain', () => {
    const CHANGES: Record<string, string> = {
      creditor: `creditor = 'another'`,
      no: `no = no + 1000`,
      relation: `relation = 'hold'`,
      shape: `shape = shape + 1`,
      action: `action = CASE WHEN action = 'put' THEN 'removed' ELSE 'put' END`,
      own: `own = NOT own`,
      keys: `keys = keys || keys`,
      hashes: `hashes = hashes || sha256('x')`,
      notes: `notes = notes || 99999::bigint`,
      at: `at = at + interval '1 millisecond'`,
      previous: `previous = sha256(previous)`,
      hash: `hash = sha256(hash)`,
      seal: `seal = substring(sha256(seal) FROM 1 FOR 16)`,
    }

    it('is known by every column of its links', async () => {
      const columns = (await columnsOf(ledger, 'chain_link')).map(({ name }) => name)
      expect(columns.filter((name) => name !== 'id').toSorted()).toEqual(Object.keys(CHANGES).toSorted())
      const unseen: string[] = []
      for (const [column, change] of Object.entries(CHANGES))
        await undone(null, async () => {
          // After the last head, where no signature vouches for it.
          await past(
            `UPDATE decorum.chain_link SET ${change} WHERE id = (SELECT max(id) FROM decorum.chain_link WHERE creditor = '${CREDITOR}')`,
          )
          if ((await audit()).intact) unseen.push(column)
        })
      expect(unseen).toEqual([])
    })

    it('shows a link that is gone, two that were swapped, and one that somebody appended with the right hash', async () => {
      const fates = async (statement: string): Promise<unknown[]> => {
        let fates: unknown[] = []
        await undone(null, async () => {
          await past(statement)
          fates = (await audit()).chains.flatMap((chain) => chain.findings.map(({ fate, link }) => [fate, link]))
        })
        return fates
      }
      const mine = `creditor = '${CREDITOR}'`
      expect(await fates(`DELETE FROM decorum.chain_link WHERE ${mine} AND no = 3`)).toContainEqual(['link-missing', 3])
      expect(
        await fates(
          `UPDATE decorum.chain_link SET no = -no WHERE ${mine} AND no IN (3, 4); UPDATE decorum.chain_link SET no = 7 + no WHERE no IN (-3, -4)`,
        ),
      ).toContainEqual(['link-changed', 3])
      await undone(null, async () => {
        const last = (await chainEnds(ledger.db, [CREDITOR])).get(CREDITOR)
        if (last === undefined) throw new TypeError('no chain')
        const at = new Date(Math.floor(Date.now()))
        const link: Link = {
          creditor: CREDITOR,
          no: last.no + 1,
          relation: 'hold',
          shape: 1,
          columns: [],
          action: 'removed',
          own: true,
          keys: [],
          hashes: [],
          notes: [],
          at: at.getTime(),
        }
        const { rows } = await sql<{ columns: string[] }>`SELECT columns FROM decorum.chain_shape WHERE id = 1`.execute(
          ledger.db,
        )
        const hash = linkHash({ ...link, columns: rows[0]?.columns ?? [] }, last.hash)
        await ledger.pool.query(
          `INSERT INTO decorum.chain_link (creditor, no, relation, shape, action, own, keys, hashes, notes, at, previous, hash, seal)
           VALUES ($1, $2, 'hold', 1, 'removed', true, '{}', '{}', '{}', $3, $4, $5, $6)`,
          [CREDITOR, link.no, at, last.hash, hash, Buffer.alloc(16)],
        )
        expect((await audit()).chains.at(-1)?.findings).toMatchObject([{ fate: 'link-forged', link: link.no }])
        expect(await sign()).toBe('broken')
      })
    })

    it('takes no note for ours that somebody copied, or put in the name of a process', () =>
      undone('hold', async () => {
        await fill(ledger, 'hold', 20, 21, given('hold'))
        await past(`UPDATE decorum.hold SET ended_by = 'somebody' WHERE ${theFirst(evidenceOf('hold'))}`)
        await ledger.pool.query(`
          INSERT INTO decorum.chain_note (id, relation, shape, action, creditors, keys, hashes, writer, mac)
          SELECT nextval('decorum.note_order'), relation, shape, action, creditors, keys, hashes, writer, mac FROM decorum.chain_note ORDER BY id DESC LIMIT 1`)
        expect(found(await audit())).toContainEqual([CREDITOR, 'written-by-another', 'hold', 'put'])
        await ledger.pool.query(`DELETE FROM decorum.chain_note`)
        expect(found(await audit())).toEqual([
          [CREDITOR, 'changed', 'hold', null],
          [CREDITOR, 'added', 'hold', null],
        ])
      }))

    it('cannot be cut off at its end, nor made anew, without the signed heads showing it', async () => {
      expect(await sign()).toMatchObject({ head: { no: 2 } })
      const lines = readFileSync(file, 'utf8')
      await undone(null, async () => {
        await past(
          `DELETE FROM decorum.chain_link WHERE no = (SELECT max(no) FROM decorum.chain_link WHERE creditor = '${CREDITOR}') AND creditor = '${CREDITOR}'`,
        )
        expect(found(await audit())).toContainEqual([CREDITOR, 'signed-link-missing', null, null])
        expect(await sign()).toBe('broken')
      })
      await undone(null, async () => {
        // All of it, heads included, and then by our own code and keys: nothing in the ledger tells of what was there.
        await past(
          'DELETE FROM decorum.chain_link; DELETE FROM decorum.chain_note; DELETE FROM decorum.chain_head; DELETE FROM decorum.chain_signed',
        )
        const anew = new ChainSealer({ ...stage.app.runtime, config: { ...stage.app.runtime.config, chainKey: null } })
        while (await anew.pass());
        writeFileSync(file, '')
        expect(await audit()).toMatchObject({ intact: true })
        writeFileSync(file, lines)
        const fates = new Set((await audit()).chains.flatMap((chain) => chain.findings.map(({ fate }) => fate)))
        expect(fates).toContain('head-missing')
        expect([...fates].some((fate) => fate.startsWith('signed-link-'))).toBe(true)
      })
    })

    it('does not believe a head that was changed, in the ledger or in the file', async () => {
      const lines = readFileSync(file, 'utf8')
      writeFileSync(
        file,
        lines
          .replace(/"no":\d+,"previous"/, (text) => text.replace(/\d+/, (no) => String(Number(no) + 5)))
          .replace(/"at":"20/, '"at":"21'),
      )
      expect(found(await audit())).toContainEqual(['*', 'head-forged', null, null])
      writeFileSync(file, lines)
      expect((await audit()).intact).toBe(true)
      await undone(null, async () => {
        await past(`UPDATE decorum.chain_head SET signed = replace(signed, '"at":"20', '"at":"21') WHERE no = 1`)
        expect(found(await audit())).toContainEqual(['*', 'head-forged', null, null])
      })
    })

    it('says so when the triggers that leave notes are off, or do something else', async () => {
      await ledger.pool.query('ALTER TABLE decorum.hold DISABLE TRIGGER noted_update')
      expect(found(await audit())).toEqual([['*', 'trigger-changed', 'hold', null]])
      await ledger.pool.query('ALTER TABLE decorum.hold ENABLE TRIGGER noted_update')
      expect((await audit()).intact).toBe(true)
    })
  })
})
