import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/** See `SlotBooking` of the rate gate; all in microseconds of the server's clock. */
interface RateBooking {
  route: string
  startsMicros: number[]
  endsMicros: number[]
  aheadMicros: number
  coldMicros: number
  cold: boolean
}

/**
 * When may the next calls of this route begin?
 *
 * Books as many of them as begin within `aheadMicros`, in one statement under the row's
 * lock. Machine time is right here: slots are relative and never leave this row. A route without a row counts as full until `coldMicros` from now.
 *
 * Commits without waiting for the disk (a crash of the server costs a bound of a second,
 * which the gate assumes anyway after a failed call), so it must not run inside a
 * transaction of anything that matters.
 */
export async function takeRateSlots(
  db: Kysely<Database>,
  booking: RateBooking,
): Promise<{ waitMicros: number; granted: number }> {
  for (;;) {
    const { rows } = await book(booking).execute(db)
    const [row] = rows
    if (row !== undefined) return { waitMicros: Number(row.wait), granted: Number(row.granted) }
    await sql`
      INSERT INTO decorum.rate_slot (route, next_free)
      VALUES (${booking.route}, clock_timestamp() + ${booking.coldMicros}::bigint * interval '1 microsecond')
      ON CONFLICT (route) DO NOTHING`.execute(db)
  }
}

const book = ({ route, startsMicros, endsMicros, aheadMicros, coldMicros, cold }: RateBooking) => sql<{
  wait: string
  granted: string
}>`
  WITH held AS MATERIALIZED (
    SELECT route, next_free FROM decorum.rate_slot WHERE route = ${route} FOR UPDATE
  ), stamped AS MATERIALIZED (
    SELECT held.*, clock_timestamp() AS at, set_config('synchronous_commit', 'off', true) FROM held
  ), placed AS (
    SELECT route, at, CASE WHEN ${cold}::boolean THEN at + ${coldMicros}::bigint * interval '1 microsecond'
      ELSE greatest(at, least(next_free, at + ${coldMicros}::bigint * interval '1 microsecond')) END AS first
    FROM stamped
  ), counted AS (
    SELECT route, at, first, (
      SELECT count(*)::int FROM unnest(${startsMicros}::bigint[]) AS start
      WHERE first + start * interval '1 microsecond' <= at + ${aheadMicros}::bigint * interval '1 microsecond') AS granted
    FROM placed
  )
  UPDATE decorum.rate_slot AS slot
  SET next_free = counted.first + coalesce((${endsMicros}::bigint[])[counted.granted], 0) * interval '1 microsecond'
  FROM counted WHERE slot.route = counted.route
  RETURNING round(extract(epoch FROM counted.first - counted.at) * 1000000) AS wait, counted.granted`
