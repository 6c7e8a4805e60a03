import { sql } from 'kysely'
import { TONES } from '../../model/tone.ts'
import { keyedRows } from '../keyed-rows.ts'
import type { Locked } from '../locks.ts'

/**
 * Notes on their spells that these attempts may have reached the person: when the first message
 * went out, and the firmest tone so far. Either only ever moves one way, so that nobody's lock is needed.
 *
 * @param attempts  those that were accepted or are in doubt, which counts as gone out
 */
export async function markSpells(trx: Locked, attempts: readonly { reminderId: string; reservedAt: Date }[]): Promise<void> {
  if (attempts.length === 0) return
  const reservedAt = attempts.map((attempt) => [attempt.reminderId, attempt.reservedAt.getTime()] as const)
  // From the mildest, as they stand in the list.
  const tones = sql`${[...TONES]}::text[]`
  const firmer = sql`(s.last_tone IS NULL OR reached.firmness > array_position(${tones}, s.last_tone))`
  await sql`/* mark-spells */
    WITH reached AS (
      SELECT ra.spell_id, min((x.rows ->> ra.reminder_id::text)::float8) AS at, max(array_position(${tones}, r.tone)) AS firmness
      FROM ${keyedRows(reservedAt)} AS x
      CROSS JOIN decorum.reminder_account ra JOIN decorum.reminder r ON r.id = ra.reminder_id
      WHERE ra.reminder_id = ANY(${reservedAt.map(([reminderId]) => reminderId)}::uuid[]) AND ra.spell_id IS NOT NULL
      GROUP BY ra.spell_id
    )
    UPDATE decorum.spell s SET first_message_at = coalesce(s.first_message_at, to_timestamp(reached.at / 1000)),
      last_tone = CASE WHEN ${firmer} THEN (${tones})[reached.firmness] ELSE s.last_tone END
    FROM reached WHERE s.id = reached.spell_id AND (s.first_message_at IS NULL OR ${firmer})`.execute(trx)
}
