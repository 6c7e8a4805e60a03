import { sql, type Kysely } from 'kysely'

/**
 * What upstream stated to be overdue stands beside what was reckoned from it since, and nothing is known as of an instant that has not come.
 *
 * - `stated_minor`, `stated_at`, `stated_by` (`snapshot`, or an event's id): the last statement of the balance. Payments and reversals dated after it are
 *   counted on top of it, so that one that comes late is not taken for known, and a reversal gives back what its payment
 *   took off. Null: what is overdue was stated, as of `as_of`. A build that does not know these columns leaves them
 *   as they were; what does not add up to `overdue_minor` is read as null.
 * - What is paid, reversed and adjusted is asked for by account.
 * - Accounts whose balance is dated ahead of now are held until upstream states it again.
 */
export const breaking = false

const STATEMENTS = [
  `ALTER TABLE decorum.account ADD COLUMN stated_minor bigint, ADD COLUMN stated_at timestamptz, ADD COLUMN stated_by text`,
  `CREATE INDEX event_of_balance ON decorum.event (account_id, seq) WHERE type IN ('payment', 'payment-reversed', 'adjustment')`,
  `WITH ahead AS (
    SELECT a.id, a.creditor, a.recipient_id, a.as_of, row_number() OVER (PARTITION BY a.recipient_id ORDER BY a.id) AS place
    FROM decorum.account a WHERE a.as_of > clock_timestamp() + interval '5 minutes' AND a.state IN ('open', 'cured')
  ), raised AS (
    UPDATE decorum.recipient r SET seq = r.seq + n.accounts
    FROM (SELECT recipient_id, count(*) AS accounts FROM ahead GROUP BY recipient_id) n WHERE r.id = n.recipient_id
    RETURNING r.id, r.seq - n.accounts AS seq
  )
  INSERT INTO decorum.hold (id, creditor, recipient_id, account_id, kind, starts_at, details, created_by, created_at, seq)
  SELECT gen_random_uuid(), ahead.creditor, ahead.recipient_id, ahead.id, 'facts-conflict', clock_timestamp(),
    jsonb_build_object('conflicts', jsonb_build_array('the balance is dated later than now'),
      'balanceAsOf', to_char(ahead.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    'migration', clock_timestamp(), raised.seq + ahead.place
  FROM ahead JOIN raised ON raised.id = ahead.recipient_id`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
