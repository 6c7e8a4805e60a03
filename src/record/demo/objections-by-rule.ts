import { sql, type Kysely } from 'kysely'
import type { ObjectionCode } from '../../model/decision.ts'
import type { Database } from '../schema.ts'

/** What one rule kept back, with what it cites. */
export interface RuleObjections {
  verdict: 'defer' | 'refuse'
  code: ObjectionCode
  rule: string
  citation: string
  verified: boolean
  /** Different reminders, however often each was looked at. */
  reminders: number
}

/** Which rules were the binding reason of a decision not to send, and for how many reminders? The most frequent first. */
export async function objectionsByRule(db: Kysely<Database>): Promise<RuleObjections[]> {
  const { rows } = await sql<RuleObjections>`
    SELECT d.verdict, d.code, d.rule, min(d.reasons -> 0 ->> 'citation') AS citation, bool_and((d.reasons -> 0 ->> 'verified')::boolean) AS verified,
      count(DISTINCT d.reminder_id)::int AS reminders
    FROM decorum.decision d WHERE d.verdict <> 'send' AND d.code IS NOT NULL AND d.rule IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 6 DESC, 1, 3`.execute(db)
  return rows
}
