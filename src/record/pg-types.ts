import pg from 'pg'

const { builtins } = pg.types

const AS_NUMBER = (text: string): number => Number(text)
const AS_TEXT = (text: string): string => text

/**
 * How do column values come back? The same on a server and embedded.
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
