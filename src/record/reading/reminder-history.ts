import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** What was decided about this reminder, oldest first. */
export const decisionsOf = (db: Kysely<Database>, reminderId: string) =>
  db
    .selectFrom('decorum.decision')
    .select(['no', 'at', 'last_at', 'repeats', 'verdict', 'until', 'reasons', 'packs', 'candidate_zones', 'attempt_no', 'facts'])
    .where('reminder_id', '=', reminderId)
    .orderBy('no')
    .execute()
export type DecisionRow = Awaited<ReturnType<typeof decisionsOf>>[number]

/** What was tried, oldest first, with the kind and country of the address but not the address. */
export const attemptsOf = (db: Kysely<Database>, reminderId: string) =>
  db
    .selectFrom('decorum.attempt as t')
    .leftJoin('decorum.recipient_address as ra', 'ra.id', 't.address_id')
    .select([
      't.no', 't.channel', 't.route', 't.provider', 't.address_id', 't.status', 't.reserved_at', 't.good_until', 't.settled_at', 't.template',
      't.template_version', 't.locale', 't.message_hash', 't.provider_ref', 't.rejection', 't.code', 't.detail', 't.delivery',
      't.delivery_final', 't.delivery_code', 't.delivery_at', 't.resolved_by', 'ra.kind as address_kind', 'ra.country as address_country',
    ])
    .where('t.reminder_id', '=', reminderId)
    .orderBy('t.no')
    .execute()
export type AttemptRow = Awaited<ReturnType<typeof attemptsOf>>[number]

/** What providers said later, in the order in which it came. */
export const receiptsOf = (db: Kysely<Database>, reminderId: string) =>
  db
    .selectFrom('decorum.receipt')
    .select(['attempt_no', 'state', 'final', 'code', 'said_at', 'received_at', 'changed'])
    .where('reminder_id', '=', reminderId)
    .orderBy('attempt_no')
    .orderBy('seq')
    .execute()
export type ReceiptRow = Awaited<ReturnType<typeof receiptsOf>>[number]
