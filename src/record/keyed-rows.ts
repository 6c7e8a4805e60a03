import { sql, type RawBuilder } from 'kysely'

/**
 * What each row of a batch becomes, by its key: `FROM ${keyedRows(…)} AS x`, read as `x.rows -> key ->> 'column'`.
 *
 * One value and no relation, so that PostgreSQL has nothing to join: the statement finds its rows by
 * `= ANY(keys)` whatever the statistics are. As a join with `jsonb_to_recordset`, a plan made while the
 * table was empty read the whole table for each batch ever after (measured: 100 µs a row at 5,000 rows).
 */
export const keyedRows = (rows: Iterable<readonly [key: string, row: unknown]>): RawBuilder<unknown> =>
  sql`(SELECT ${JSON.stringify(Object.fromEntries(rows))}::jsonb AS rows)`

/** Is this uuid column one of these? Between the first and the last too, which tells PostgreSQL which monthly pieces cannot hold them. */
export function isAmong(column: string, ids: readonly string[]): RawBuilder<boolean> {
  const inOrder = [...ids].sort()
  const name = sql.ref(column)
  return sql`(${name} = ANY(${inOrder}::uuid[]) AND ${name} BETWEEN ${inOrder[0]}::uuid AND ${inOrder.at(-1)}::uuid)`
}
