import { sql, type Kysely } from 'kysely'

/**
 * People: live and test apart, erasure, and who saw whom.
 *
 * - what test keys registered is marked on the person, not on the account alone; a person with no account, or with any live one, counts as live;
 * - ids of events that test keys reported are apart from live ones, so that neither uses up the other's;
 * - keys tell who made and revoked them, until when they hold and when they were last used. Those that could read people
 *   go on doing so, by a scope of its own;
 * - the access log is found by person and by actor;
 * - `erasure` remembers who was erased, so that it can be done again after a restore.
 */
export const breaking = true

const STATEMENTS = [
  `ALTER TABLE decorum.recipient ADD COLUMN live boolean NOT NULL DEFAULT true`,
  `UPDATE decorum.recipient r SET live = false
    WHERE EXISTS (SELECT 1 FROM decorum.account a WHERE a.recipient_id = r.id AND NOT a.live)
      AND NOT EXISTS (SELECT 1 FROM decorum.account a WHERE a.recipient_id = r.id AND a.live)
      AND NOT EXISTS (SELECT 1 FROM decorum.account_party p JOIN decorum.account a ON a.id = p.account_id WHERE p.recipient_id = r.id AND a.live)`,
  `ALTER TABLE decorum.suppression ADD COLUMN live boolean NOT NULL DEFAULT true`,
  `ALTER TABLE decorum.event ADD COLUMN live boolean NOT NULL DEFAULT true`,
  `UPDATE decorum.event e SET live = false FROM decorum.account a WHERE a.id = e.account_id AND NOT a.live`,
  `ALTER TABLE decorum.event DROP CONSTRAINT event_creditor_external_id_key`,
  `ALTER TABLE decorum.event ADD CONSTRAINT event_upstream UNIQUE (creditor, external_id, live)`,

  `ALTER TABLE decorum.api_key ADD COLUMN expires_at timestamptz, ADD COLUMN created_by text, ADD COLUMN revoked_by text,
    ADD COLUMN last_used_at timestamptz`, // to the minute
  `UPDATE decorum.api_key SET scopes = scopes || '{people:read}' WHERE 'accounts:read' = ANY(scopes)`,

  `ALTER TABLE decorum.access_log ADD COLUMN creditor text, ADD COLUMN recipient_id uuid, ADD COLUMN live boolean NOT NULL DEFAULT true`,
  `UPDATE decorum.access_log l SET recipient_id = r.id, creditor = r.creditor FROM decorum.recipient r
    WHERE l.action = 'recipient-read' AND l.subject = 'recipient:' || r.id::text`,
  `CREATE INDEX access_log_person ON decorum.access_log (recipient_id, id) WHERE recipient_id IS NOT NULL`,
  `CREATE INDEX access_log_actor ON decorum.access_log (actor, id)`,
  // What the alarm on bulk reading counts; it asks for the last hour.
  `CREATE INDEX access_log_readings ON decorum.access_log (id)
    WHERE recipient_id IS NOT NULL AND action IN ('recipient-read', 'address-search', 'words-read', 'captured-read', 'recipient-export')`,

  `CREATE TABLE decorum.erasure (
    recipient_id uuid PRIMARY KEY,
    creditor text NOT NULL,
    at timestamptz NOT NULL,
    by_whom text NOT NULL,
    removed jsonb NOT NULL                    -- how much of what, by table
  )`,
  // What an erasure changes of evidence, which the runtime role may not update; only of somebody whose data key is destroyed.
  `CREATE FUNCTION decorum.require_erased(whom uuid) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM decorum.recipient WHERE id = whom AND data_key IS NULL AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this person was not erased' USING ERRCODE = 'invalid_parameter_value';
      END IF;
    END $$`,
  `CREATE FUNCTION decorum.erase_evidence(whom uuid) RETURNS TABLE (relation text, changed bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM decorum.require_erased(whom);
      relation := 'hold';
      UPDATE decorum.hold SET details = '{}', end_reason = NULL WHERE recipient_id = whom;
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
      relation := 'suppression';
      UPDATE decorum.suppression SET lift_reason = NULL WHERE recipient_id = whom AND lift_reason IS NOT NULL;
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
      relation := 'withheld_decision';
      UPDATE decorum.withheld_decision SET facts = '{}', candidate_zones = '{}'
      WHERE reminder_id IN (SELECT m.id FROM decorum.reminder m WHERE m.recipient_id = whom);
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
      relation := 'permit';
      UPDATE decorum.permit SET facts = '{}', candidate_zones = '{}' WHERE recipient_id = whom;
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
      relation := 'settlement';
      UPDATE decorum.settlement s SET detail = NULL FROM decorum.reservation r
      WHERE r.recipient_id = whom AND s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at AND s.detail IS NOT NULL;
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
      relation := 'doubt_resolution';
      UPDATE decorum.doubt_resolution SET reason = 'erased'
      WHERE reminder_id IN (SELECT m.id FROM decorum.reminder m WHERE m.recipient_id = whom);
      GET DIAGNOSTICS changed = ROW_COUNT; RETURN NEXT;
    END $$`,
  // Decisions to send are packed, so the program says what is left of each: its packs.
  `CREATE FUNCTION decorum.erase_reservations(whom uuid, reminders uuid[], nos smallint[], ats timestamptz[], kept bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM decorum.require_erased(whom);
      UPDATE decorum.reservation r SET decided = x.decided, word_facts = NULL, message_hash = ''::bytea, candidate_zones = '{}'
      FROM unnest(reminders, nos, ats, kept) AS x (reminder_id, no, reserved_at, decided)
      WHERE r.reminder_id = x.reminder_id AND r.no = x.no AND r.reserved_at = x.reserved_at AND r.recipient_id = whom;
    END $$`,
  `REVOKE ALL ON FUNCTION decorum.erase_evidence(uuid) FROM PUBLIC`,
  `REVOKE ALL ON FUNCTION decorum.erase_reservations(uuid, uuid[], smallint[], timestamptz[], bytea[]) FROM PUBLIC`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
