import { describe, expect, it } from 'vitest'
import { sourceFiles } from './source-files.ts'

/** What `decide` reads of people and their debts, our own attempts with them. Reminders are guarded by the fence, switches are read anew. */
const READ_BY_DECIDE = [
  'recipient',
  'address',
  'recipient_address',
  'consent',
  'reported_contact',
  'reservation',
  'settlement',
  'conversation',
  'event',
  'hold',
  'suppression',
  'account',
  'account_party',
  'spell',
]

/** Functions that write it without a token, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  addRecipients: 'adds the rows that others lock: who adds a row holds it, and the token is what it answers',
  settleAtOnce: 'only relaxes: a contact without a settlement counts as the worst that it can become',
  takeToLookUp: 'says when a provider was last asked, which no decision reads',
}

/** Functions with statements whose table has no name in them, and why they may. */
const UNNAMED: Readonly<Record<string, string>> = {
  writeCarried: 'rows that an earlier build left in clear; takes the token as all others do',
  replace: 'retention, in a partition that is locked against every writer',
  deleteOld: 'retention, in a partition that is locked against every writer',
  insertRows: 'makes the writers of rows; the table is named where it is called',
  updateRows: 'makes the writers of rows; the table is named where it is called',
}

const TABLES = String.raw`decorum\.(${READ_BY_DECIDE.join('|')})(?!\w)`
const WRITES = new RegExp(
  String.raw`\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|COPY)\s+${TABLES}|\b(?:insertInto|updateTable|deleteFrom|mergeInto|insertRows|updateRows)(?:<[^()]*>)?\(\s*['"]${TABLES}`,
  'g',
)
const WRITES_UNNAMED =
  /\b(?:INSERT\s+INTO|(?<!KEY )UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|COPY)\s+\$\{|\b(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*[^'"\s]/

interface Declared {
  name: string
  text: string
}

/** Functions and constants at the top of a file, each with its text up to the next. */
const declaredIn = (text: string): Declared[] =>
  text.split(/^(?=(?:export )?(?:async )?(?:function|const|class|interface|type) )/m).flatMap((part) => {
    const name = /^(?:export )?(?:async )?(?:function|const|class) (\w+)/.exec(part)?.[1]
    return name === undefined ? [] : [{ name, text: part }]
  })

interface Writer {
  path: string
  name: string
  table: string
  takesToken: boolean
}

/** Who writes these tables; a statement that is made once, at the top of a file, is written by whoever calls it. */
function writersIn({ path, text }: { path: string; text: string }): Writer[] {
  const declared = declaredIn(text)
  const writersOf = ({ name, text }: Declared, table: string): Writer[] => {
    // A statement's text, or part of one.
    const made = new RegExp(
      String.raw`^const ${name} = (?:insertRows|updateRows|statement\(|statementsByMonth\(|\([^()]*\): string =>)`,
    ).test(text)
    if (!made) return [{ path, name, table, takesToken: /[(,]\s*\w+: Locked[,)]/.test(text) }]
    return declared
      .filter((other) => other.name !== name && new RegExp(String.raw`\b${name}\b`).test(other.text))
      .flatMap((other) => writersOf(other, table))
  }
  return declared.flatMap((one) =>
    [...one.text.matchAll(WRITES)].flatMap(([, named, built]) => writersOf(one, named ?? built ?? '')),
  )
}

const sources = sourceFiles()
const record = sources.filter(
  ({ path }) => path.startsWith('src/record/') && !path.startsWith('src/record/migrations/'),
)
const writers = record.flatMap(writersIn)

describe('whoever writes what decisions are made from', () => {
  it('is found by this test', () => {
    expect([...new Set(writers.map(({ table }) => table))].sort()).toEqual([...READ_BY_DECIDE].sort())
    expect(writers.length).toBeGreaterThan(40)
    const found = writersIn({
      path: 'x.ts',
      text:
        `const insertHolds = insertRows<Hold>('decorum.hold', {})\nexport async function addHolds(trx: Transaction<Database>) {\n  await insertHolds(trx, [])\n}\n` +
        `export async function endHolds(trx: Locked, id: string) {\n  await sql\`UPDATE decorum.hold h SET x = 1\`.execute(trx)\n}\nconst t = (db: Db) => db.updateTable('decorum.task')\n`,
    })
    expect(found.map(({ name, table, takesToken }) => [name, table, takesToken])).toEqual([
      ['addHolds', 'hold', false],
      ['endHolds', 'hold', true],
    ])
  })

  it('is given the token that says that the locks were taken', () => {
    const without = writers.filter(({ name, takesToken }) => !takesToken && !Object.hasOwn(EXCEPTIONS, name))
    expect(without.map(({ path, name, table }) => `${path}: ${name} writes ${table}`)).toEqual([])
  })

  it('is an exception only where one is needed', () => {
    expect(
      Object.keys(EXCEPTIONS).filter((name) => !writers.some((writer) => writer.name === name && !writer.takesToken)),
    ).toEqual([])
  })

  it('names the table, but for partitions and retention, which lock all of it', () => {
    expect(
      record
        .flatMap(({ text }) => declaredIn(text))
        .filter(({ text }) => WRITES_UNNAMED.test(text))
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(UNNAMED).sort())
  })

  it('has the token from the lock protocol and from nowhere else', () => {
    const makers = ['takeLocks', 'sendLocks', 'heldByAdding', 'lockAwaited', 'exclusively']
    const saying = (words: RegExp): string[] =>
      sources
        .flatMap(({ text }) => declaredIn(text))
        .filter(({ text }) => words.test(text))
        .map(({ name }) => name)
        .sort()
    expect(saying(/\bas (?:unknown as )?Locked\b/)).toEqual([...makers].sort())
    expect(saying(/(?<!function )\bsendLocks\(/)).toEqual(['lockForAttempts', 'lockForReminders'])
    expect(saying(/(?<!function )\bheldByAdding\(/)).toEqual(['addRecipients'])
    expect(saying(/(?<!function )\bexclusively\(/)).toEqual(['trimPartition'])
  })
})
