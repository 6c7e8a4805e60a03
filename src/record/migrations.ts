import type { Kysely } from 'kysely'
import * as m0001 from './migrations/0001-ledger.ts'
import * as m0002 from './migrations/0002-outbox-endpoints.ts'
import * as m0003 from './migrations/0003-permits-and-doubts.ts'
import * as m0004 from './migrations/0004-slow-switches.ts'
import * as m0005 from './migrations/0005-monthly-partitions.ts'
import * as m0006 from './migrations/0006-room-to-update.ts'
import * as m0007 from './migrations/0007-settled-notices.ts'
import * as m0008 from './migrations/0008-kept-words.ts'
import * as m0009 from './migrations/0009-stops-and-replies.ts'
import * as m0010 from './migrations/0010-withdrawn-tasks.ts'
import * as m0011 from './migrations/0011-stated-balances.ts'

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
export const MIGRATIONS: readonly Migration[] = [
  step('0001-ledger', m0001), step('0002-outbox-endpoints', m0002), step('0003-permits-and-doubts', m0003),
  step('0004-slow-switches', m0004), step('0005-monthly-partitions', m0005), step('0006-room-to-update', m0006),
  step('0007-settled-notices', m0007), step('0008-kept-words', m0008), step('0009-stops-and-replies', m0009),
  step('0010-withdrawn-tasks', m0010), step('0011-stated-balances', m0011),
]
