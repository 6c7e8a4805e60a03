import type { Kysely } from 'kysely'
import * as m0001 from './migrations/0001-initial.ts'

/** One numbered step of the schema. Frozen once released: a test compares checksums. */
export interface Migration {
  readonly number: number
  /** The file's name without `.ts`. */
  readonly name: string
  /** True when a build that does not know this step must not touch the ledger. */
  readonly breaking: boolean
  up(db: Kysely<unknown>): Promise<void>
}

const step = (name: string, module: Pick<Migration, 'breaking' | 'up'>): Migration => ({
  number: Number(name.slice(0, 4)),
  name,
  breaking: module.breaking,
  up: module.up,
})

/** Every migration of this build, in order. */
export const MIGRATIONS: readonly Migration[] = [step('0001-initial', m0001)]
