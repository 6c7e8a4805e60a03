import { createHash } from 'node:crypto'
import pg from 'pg'

// Hot path: statements that are run often are prepared; measured by `npm run bench -- reserve`.

/** The name in the leading comment of a statement that is run often and whose text is the same each time. */
const NAMED = /^\/\* ([a-z0-9-]+) \*\//

const names = new Map<string, string>()
let connections = 0

/** Under which name is this statement prepared? Null: it is parsed and planned each time. */
function nameOf(text: string): string | null {
  const known = names.get(text)
  if (known !== undefined) return known
  const label = NAMED.exec(text)?.[1]
  if (label === undefined) return null
  // With a hash of the text, so that two versions of a statement cannot share a name on one connection.
  const name = `${label}_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
  names.set(text, name)
  return name
}

/**
 * A connection that prepares named statements, once each: those whose text begins with their name in a comment.
 *
 * Planning took an eighth of the server's time for a reservation (measured: 94 of 780 µs). The
 * generic plan is the one that `useGenericPlans` asks for, not one guessed from the first parameters.
 */
export class PreparingClient extends pg.Client {
  // Embedded, all connections share one session, where another's statement may have the same name.
  readonly #suffix = `_${(connections += 1)}`

  override query(...given: never[]): never {
    const query = super.query.bind(this) as (...args: unknown[]) => never
    const [first, values, ...others] = given as unknown[]
    const name = typeof first === 'string' ? nameOf(first) : null
    return name === null ? query(...given) : query({ name: name + this.#suffix, text: first, values }, ...others)
  }
}

/**
 * How does PostgreSQL plan what a connection of ours asks? By key, whatever it knows of the tables.
 *
 * A new ledger has no statistics, and those of one that grows are as old as the last ANALYZE. Until the next it was
 * guessed whether the accounts of 200 lines are looked up or the table is read for them, and reading it won at ten
 * thousand accounts: planning, claiming and importing then cost in each batch what the whole ledger is large (measured:
 * 10,000 accounts sent again read the tables in full 50 times each). Nearly all that is asked concerns a few rows that an
 * index finds, foreign keys included, so these are the sessions' own settings and no statement can forget them; what
 * does read a table as a whole says so with `readInBulk`.
 *
 * Compiling is off because an overestimated query was compiled for 0.7 s each time, to run for 1 ms.
 * Parallel workers are off because, overestimated likewise, the contacts of one person were read by three processes: 18 ms to start
 * them, 0.1 ms to read.
 */
export const PLAN_SETTINGS = [
  'jit=off',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'max_parallel_workers_per_gather=0',
] as const

const { builtins } = pg.types

const AS_NUMBER = (text: string): number => Number(text)
const AS_TEXT = (text: string): string => text

/**
 * How are column values parsed? The same on a server and embedded.
 *
 * `bigint` as number (amounts in minor units and sequences stay far below 2^53) and `date`
 * as `YYYY-MM-DD`: pg's own default makes it midnight in the process's zone, which is another
 * day elsewhere. Everything else as pg does it: `timestamptz` as Date, `numeric` as text.
 */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === builtins.INT8) return AS_NUMBER
      if (oid === builtins.DATE) return AS_TEXT
    }
    return pg.types.getTypeParser(oid, format as 'text')
  }) as pg.CustomTypesConfig['getTypeParser'],
}
