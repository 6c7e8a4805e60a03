import { sql } from 'kysely'

/**
 * The next number of the ledger's order of events.
 *
 * Whoever writes about a recipient holds its lock from before the number is taken until COMMIT, so the numbers of one
 * recipient rise in the order of commits. They have gaps, and between recipients they mean nothing. Where a row needs no
 * say in the matter, the column's default takes the number.
 */
export const nextInOrder = sql<number>`nextval('decorum.event_order')`
