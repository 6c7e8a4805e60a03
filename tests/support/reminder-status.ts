import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { currentStatus } from '../../src/record/reminders.ts'

/** Writes statements and runs none. */
const writer = new Kysely<never>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** SQL of the status of a reminder, given the alias of its row: as the source has it, for connections without kysely. */
export const statusOf = (reminder: string): string => currentStatus(reminder).compile(writer).sql
