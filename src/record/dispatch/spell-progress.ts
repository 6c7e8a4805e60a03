import { sql, type Transaction } from 'kysely'
import { TONES, compareTones, type Tone } from '../../model/tone.ts'
import { keyedRows } from '../keyed-rows.ts'
import type { Database } from '../schema.ts'

/**
 * Notes on their spells that these attempts may have reached the person: when the first message
 * went out, and the firmest tone so far.
 *
 * @param attempts  those that were accepted or are in doubt, which counts as gone out
 */
export async function markSpells(trx: Transaction<Database>, attempts: readonly { reminderId: string; reservedAt: Date }[]): Promise<void> {
  const reservedAt = new Map(attempts.map((attempt) => [attempt.reminderId, attempt.reservedAt.getTime()]))
  if (reservedAt.size === 0) return
  const { rows } = await sql<{ reminderId: string; spellId: string; tone: Tone }>`/* spells-of-reminders */
    SELECT ra.reminder_id AS "reminderId", ra.spell_id AS "spellId", (SELECT r.tone FROM decorum.reminder r WHERE r.id = ra.reminder_id) AS tone
    FROM decorum.reminder_account ra WHERE ra.reminder_id = ANY(${[...reservedAt.keys()]}::uuid[]) AND ra.spell_id IS NOT NULL`.execute(trx)
  const progress = new Map<string, { at: number; tone: Tone }>()
  for (const { reminderId, spellId, tone } of rows) {
    const at = reservedAt.get(reminderId) as number
    const known = progress.get(spellId)
    progress.set(spellId, known === undefined ? { at, tone } : { at: Math.min(at, known.at), tone: compareTones(tone, known.tone) > 0 ? tone : known.tone })
  }
  if (progress.size === 0) return
  const tones = sql`${[...TONES]}::text[]`
  const firmer = sql`(s.last_tone IS NULL OR array_position(${tones}, x.rows -> s.id::text ->> 'tone') > array_position(${tones}, s.last_tone))`
  await sql`/* mark-spells */
    UPDATE decorum.spell s SET first_message_at = coalesce(s.first_message_at, to_timestamp((x.rows -> s.id::text ->> 'at')::float8 / 1000)),
      last_tone = CASE WHEN ${firmer} THEN x.rows -> s.id::text ->> 'tone' ELSE s.last_tone END
    FROM ${keyedRows(progress)} AS x
    WHERE s.id = ANY(${[...progress.keys()]}::uuid[]) AND (s.first_message_at IS NULL OR ${firmer})`.execute(trx)
}
