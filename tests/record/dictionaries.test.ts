import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import { CREATE_DICTIONARY, dictionariesFor, keepDictionaries } from '../../src/record/dictionaries.ts'
import type { Ledger } from '../../src/record/ledger.ts'
import { CODEC, DICTIONARIES, packJson, unpackJson } from '../../src/record/packed/packed-json.ts'
import { eachLedger } from '../support/ledger.ts'

const NEWER = 200
/** `{"of":"a newer build"}`, packed with a dictionary that holds all of it but the last byte. */
const packedByNewerBuild = Buffer.from([NEWER, 22, 0x0f, 21, 0, 2, 0x10, 0x7d])

eachLedger('dictionaries', (_name, openFresh) => {
  let ledger: Ledger
  const storedVersions = async (): Promise<number[]> =>
    (await ledger.pool.query('SELECT version FROM decorum.dictionary ORDER BY version')).rows.map((row) => row.version)
  const store = (version: number, codec: string, text: string): Promise<unknown> =>
    sql`INSERT INTO decorum.dictionary (version, codec, bytes) VALUES (${version}, ${codec}, ${Buffer.from(text)})`.execute(
      ledger.db,
    )

  beforeEach(async () => {
    ledger ??= (await openFresh()).ledger
    await sql.raw(CREATE_DICTIONARY).execute(ledger.db)
    await sql`TRUNCATE decorum.dictionary`.execute(ledger.db)
  })

  it('are stored once, by as many processes as start', async () => {
    await Promise.all([keepDictionaries(ledger.db), keepDictionaries(ledger.db)])
    await keepDictionaries(ledger.db)
    expect(await storedVersions()).toEqual([...DICTIONARIES.keys()])
  })

  it('stay beside those of a newer build', async () => {
    await store(NEWER, CODEC, 'newer')
    await keepDictionaries(ledger.db)
    expect(await storedVersions()).toEqual([...DICTIONARIES.keys(), NEWER])
  })

  it('are refused where the ledger has another one under the same version', async () => {
    await store(1, CODEC, 'of a build that was never released')
    await expect(keepDictionaries(ledger.db)).rejects.toMatchObject({ code: 'DECORUM_SCHEMA_FOREIGN' })
  })

  it('are read from the ledger for rows of a newer build', async () => {
    await store(NEWER, CODEC, '{"of":"a newer build"')
    const others = await dictionariesFor(ledger.db, [packJson({}), packedByNewerBuild])
    expect(unpackJson(packedByNewerBuild, others)).toEqual({ of: 'a newer build' })
  })

  it('are not asked for where this build has them all', async () => {
    await sql`DROP TABLE decorum.dictionary`.execute(ledger.db)
    expect(await dictionariesFor(ledger.db, [packJson({ a: 1 }), new Uint8Array()])).toEqual(new Map())
  })

  it('are refused where they are for bytes that this build cannot read', async () => {
    await store(NEWER, 'zstd', 'newer')
    await expect(dictionariesFor(ledger.db, [packedByNewerBuild])).rejects.toMatchObject({
      code: 'DECORUM_SCHEMA_NEWER',
    })
  })

  it('that the ledger lacks too are named by the reader', async () => {
    const others = await dictionariesFor(ledger.db, [packedByNewerBuild])
    expect(() => unpackJson(packedByNewerBuild, others)).toThrow(/no dictionary 200/)
  })
})
