import { sql, type Kysely } from 'kysely'

/**
 * The ledger. Where a choice would be expensive to change later, this is why it stands:
 *
 * - ids are uuidv7 of our own; upstream ids are unique per creditor, which stands in every unique key;
 * - one message may speak of several accounts, one account may have several people;
 * - each thing of a reminder is written once, where it arises: the permission to call with the decision, its facts and the
 *   words (`reservation`), how the attempt ended (`settlement`), decisions not to send (`withheld_decision`), contacts that
 *   others made (`reported_contact`). Our own attempts are contacts themselves. As versions of one row a reminder was written eleven
 *   times and took four times the log (measured: 8,109 bytes, against 1,900); the views `attempt`, `contact` and `decision` show readers
 *   what belongs together;
 * - what changes on the way is no version of the reminder: that it waits, is queued or is being sent stands in rows of their own
 *   (`waiting`, `ticket`, `dispatch_batch`), of which the last two are one for fifty reminders;
 * - these grow with every message and are partitioned by month, so that an old month is dropped without touching its rows:
 *   reservations, settlements and contacts by the month in which they happened (business time), receipts and withheld decisions by the
 *   month in which their reminder's uuidv7 was made (machine time). Their keys need no unique index across partitions: whoever deletes a
 *   reminder's waiting row may reserve it, and nobody else. No foreign key refers to them, since dropping a partition would have to look
 *   for references. Rows without a monthly partition go to the default partition; nothing is refused for want of one;
 * - `conversation` remembers conversations beside the months. Rules ask for them however old they are, and neither
 *   looking through every month at each decision nor keeping every month for their sake would do;
 * - `seq` orders what concerns one recipient, for timelines and webhooks. The numbers come from one sequence for the
 *   whole ledger, taken by the writing statement while it holds the recipient's lock until COMMIT: those of one recipient
 *   rise in the order of commits, as far apart as they may be. A counter in the recipient's row would cost another
 *   version of that row for each event;
 * - a reminder's status, a settlement's delivery and a spell's progress stand in no index: with room on its page the row's new
 *   version stays there and no index hears of it (PostgreSQL's heap-only tuples). It costs pages that are half empty and more, for rows that
 *   change once or twice, soon, and mostly with their neighbours. Recipients change only with what upstream says of them: a tenth is left;
 * - `bytea` columns marked "vault" hold AES-256-GCM under the recipient's own data key;
 * - `timestamptz` columns are business time unless marked "machine time".
 */
export const breaking = true

const STATEMENTS = [
  `CREATE SCHEMA IF NOT EXISTS decorum`,
  // No cache: a session that kept numbers back would give a later transaction about a recipient a smaller one. By twos: an attempt
  // has the number after that of its decision.
  `CREATE SEQUENCE decorum.event_order AS bigint INCREMENT BY 2 CACHE 1`,

  // --- people and addresses -------------------------------------------------
  `CREATE TABLE decorum.recipient (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    external_id text NOT NULL,
    data_key bytea,                           -- wrapped data key; null once erased
    data_key_id text,                         -- which of DECORUM_KEYS wraps it
    name bytea,                               -- vault
    locale text,
    time_zone text,
    jurisdiction text,
    location_evidence jsonb NOT NULL DEFAULT '[]',
    blocked_times jsonb NOT NULL DEFAULT '[]',
    as_of timestamptz,
    caught_up_on date,                        -- last local day on which a missed step was caught up
    erased_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (creditor, external_id)
  ) WITH (fillfactor = 90)`,
  // The anchor row of one number or mailbox: what writers lock. It outlives the people who share it.
  `CREATE TABLE decorum.address (
    creditor text NOT NULL,
    hash bytea NOT NULL,
    hash_key text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (creditor, hash)
  )`,
  `CREATE INDEX address_hash ON decorum.address (hash)`,
  `CREATE TABLE decorum.recipient_address (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    hash bytea NOT NULL,
    channel text NOT NULL CHECK (channel IN ('phone', 'sms', 'email')),
    kind text,
    relation text NOT NULL,
    source text,
    position smallint NOT NULL,
    value bytea,                              -- vault; null once erased
    country text,                             -- derived at intake
    zones text[] NOT NULL DEFAULT '{}',
    subdivisions text[] NOT NULL DEFAULT '{}',
    verified_at timestamptz,
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (creditor, hash) REFERENCES decorum.address (creditor, hash),
    UNIQUE (recipient_id, channel, hash)
  )`,
  `CREATE INDEX recipient_address_hash ON decorum.recipient_address (creditor, hash)`,
  `CREATE TABLE decorum.consent (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    kind text NOT NULL,
    channel text,
    address_hash bytea,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    source text,
    recorded_at timestamptz NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order')
  )`,
  `CREATE INDEX consent_recipient ON decorum.consent (recipient_id)`,

  // --- accounts, spells, ladders --------------------------------------------
  `CREATE TABLE decorum.ladder_version (
    ladder text NOT NULL,
    version text NOT NULL,                    -- content hash
    body jsonb NOT NULL,
    first_used_at timestamptz NOT NULL,
    PRIMARY KEY (ladder, version)
  )`,
  `CREATE TABLE decorum.account (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    external_id text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    live boolean NOT NULL DEFAULT true,       -- false: registered with a test key, never reaches a provider
    product text NOT NULL,
    role text NOT NULL,
    ladder text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'cured', 'settled', 'withdrawn', 'charged-off', 'handed-off')),
    risk_band text,
    currency text NOT NULL,
    overdue_minor bigint NOT NULL,
    outstanding_minor bigint,
    minimum_due_minor bigint,
    overdue_parts jsonb NOT NULL DEFAULT '{}',
    due_date date,
    next_due_date date,
    stated_days_past_due integer,
    grace_days integer NOT NULL DEFAULT 0,
    auto_debit boolean NOT NULL DEFAULT false,
    reference_masked text,
    facts_for_words jsonb NOT NULL DEFAULT '{}',
    variables bytea,                          -- vault
    as_of timestamptz NOT NULL,
    spell_id uuid,                            -- the current one; null when not overdue
    not_before timestamptz,                   -- no step before this (24 h after a reversal)
    tone_ceiling text,                        -- not above this until the spell moves on
    plan_at timestamptz,                      -- when the planner looks next; null: nothing to plan
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    stated_minor bigint,                      -- the last statement of what is overdue; later payments and reversals are
    stated_at timestamptz,                    -- counted on top of it, so that a late one is not taken for known
    stated_by text,                           -- snapshot, or an event's id; all three null: overdue_minor was stated as of as_of
    UNIQUE (creditor, external_id)
  )`,
  `CREATE INDEX account_recipient ON decorum.account (recipient_id)`,
  `CREATE INDEX account_plan ON decorum.account (plan_at, id) WHERE plan_at IS NOT NULL`,
  `CREATE TABLE decorum.account_party (
    account_id uuid NOT NULL REFERENCES decorum.account (id),
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    relation text NOT NULL,
    PRIMARY KEY (account_id, recipient_id)
  )`,
  `CREATE INDEX account_party_recipient ON decorum.account_party (recipient_id)`,
  `CREATE TABLE decorum.spell (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    account_id uuid NOT NULL REFERENCES decorum.account (id),
    no integer NOT NULL,                      -- 1 for the first delinquency of the account
    pass integer NOT NULL DEFAULT 1,          -- raised when a part payment moves the account to an earlier step
    ladder text NOT NULL,
    ladder_version text NOT NULL,
    started_on date NOT NULL,                 -- the due date that was missed
    entered_at timestamptz NOT NULL,
    entered_days_past_due integer NOT NULL,
    entered_by text NOT NULL DEFAULT 'arrival', -- arrival, payment or reversal: how the pass began
    first_message_at timestamptz,
    last_tone text,
    ended_at timestamptz,
    ended_as text,
    UNIQUE (account_id, no),
    FOREIGN KEY (ladder, ladder_version) REFERENCES decorum.ladder_version (ladder, version)
  ) WITH (fillfactor = 70)`,

  // --- what upstream reports ------------------------------------------------
  `CREATE TABLE decorum.event (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    external_id text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    account_id uuid REFERENCES decorum.account (id),
    type text NOT NULL,
    kind text,
    occurred_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    body jsonb NOT NULL,                      -- validated fields only, no personal data
    note bytea,                               -- vault
    body_hash bytea NOT NULL,
    effect text,                              -- what it changed, in words for the timeline
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    UNIQUE (creditor, external_id)
  )`,
  `CREATE INDEX event_recipient ON decorum.event (recipient_id, seq)`,
  `CREATE INDEX event_of_balance ON decorum.event (account_id, seq) WHERE type IN ('payment', 'payment-reversed', 'adjustment')`,
  `CREATE TABLE decorum.hold (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    account_id uuid REFERENCES decorum.account (id),
    kind text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    end_reason text,
    details jsonb NOT NULL DEFAULT '{}',      -- promised date and amount, case numbers
    event_id uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    channel text CHECK (channel IN ('phone', 'sms', 'email')) -- null: every channel
  )`,
  `CREATE INDEX hold_recipient ON decorum.hold (recipient_id) WHERE ended_at IS NULL`,
  `CREATE INDEX hold_ending ON decorum.hold (ends_at) WHERE ended_at IS NULL AND ends_at IS NOT NULL`,
  `CREATE TABLE decorum.suppression (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('address', 'channel', 'all')),
    recipient_id uuid REFERENCES decorum.recipient (id),
    address_hash bytea,
    channel text,
    reason text NOT NULL,
    source text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    received_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lift_reason text,
    created_by text NOT NULL,
    seq bigint,                               -- null: of no recipient
    cause uuid,                               -- the stop of an address from which this one of its holder follows; lifted with it
    awaits_recipient text,                    -- the creditor's own id of a person or an account that is not known yet
    awaits_account text,
    CHECK ((scope = 'address') = (address_hash IS NOT NULL)),
    CONSTRAINT suppression_concerns
      CHECK (scope = 'address' OR recipient_id IS NOT NULL OR awaits_recipient IS NOT NULL OR awaits_account IS NOT NULL)
  )`,
  `CREATE INDEX suppression_recipient ON decorum.suppression (recipient_id) WHERE lifted_at IS NULL`,
  `CREATE INDEX suppression_address ON decorum.suppression (creditor, address_hash) WHERE lifted_at IS NULL AND address_hash IS NOT NULL`,
  `CREATE INDEX suppression_cause ON decorum.suppression (cause) WHERE cause IS NOT NULL`,
  `CREATE INDEX suppression_awaits_recipient ON decorum.suppression (creditor, awaits_recipient)
    WHERE recipient_id IS NULL AND lifted_at IS NULL AND awaits_recipient IS NOT NULL`,
  `CREATE INDEX suppression_awaits_account ON decorum.suppression (creditor, awaits_account)
    WHERE recipient_id IS NULL AND lifted_at IS NULL AND awaits_account IS NOT NULL`,

  // --- reminders --------------------------------------------------------------
  // What was asked for, and what came of it. Whatever changes on the way stands in waiting, reservation and settlement.
  `CREATE TABLE decorum.reminder (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    live boolean NOT NULL,
    origin text NOT NULL CHECK (origin IN ('ladder', 'direct')),
    kind text NOT NULL,
    mode text NOT NULL,
    tone text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('phone', 'sms', 'email')),
    fallback_channels text[] NOT NULL DEFAULT '{}',
    follows uuid,                             -- the reminder whose channel failed
    template text NOT NULL,
    template_version text,                    -- pinned when asked for directly; otherwise the version in force at send
    ladder text,
    ladder_version text,
    rung text,
    unique_key bytea NOT NULL UNIQUE,         -- recipient, account set, spell, pass, rung, channel
    route text NOT NULL,
    -- scheduled: until it ends or is in doubt; whether it is queued or being sent then is told by its ticket and its attempt
    status text NOT NULL CHECK (status IN ('scheduled', 'sent', 'delivered', 'failed', 'refused', 'expired', 'cancelled', 'in_doubt')),
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,     -- attempts that a provider failed; a deferral spends none
    variables bytea,                          -- vault
    end_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE INDEX reminder_recipient ON decorum.reminder (recipient_id, id)`,
  // One row for each reminder that waits to be sent: whoever deletes it may send it, and nobody else.
  `CREATE TABLE decorum.waiting (
    reminder_id uuid PRIMARY KEY,
    route text NOT NULL,
    next_at timestamptz NOT NULL,
    tries smallint NOT NULL DEFAULT 0,        -- attempts begun: the number of the last one
    decisions integer NOT NULL DEFAULT 0,     -- the number of the last decision
    decided_as text                           -- verdict and rules of the last decision, if it was not to send: the same again counts up
  )`,
  `CREATE INDEX waiting_due ON decorum.waiting (route, next_at, reminder_id)`,
  // What was rung for: reminders that are queued under one ring. The row's lock is the fence, so that a ticket that arrives twice is harmless.
  `CREATE TABLE decorum.ticket (
    ring uuid PRIMARY KEY,
    route text NOT NULL,
    reminder_ids uuid[] NOT NULL,
    queued_at timestamptz NOT NULL            -- machine time
  )`,
  `CREATE INDEX ticket_route ON decorum.ticket (route, queued_at)`,
  `CREATE TABLE decorum.reminder_account (
    reminder_id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES decorum.account (id),
    spell_id uuid,
    lead boolean NOT NULL,
    PRIMARY KEY (reminder_id, account_id)
  )`,
  `CREATE INDEX reminder_account_account ON decorum.reminder_account (account_id, reminder_id)`,
  // Every rung of a spell ends up here once per pass: planned or skipped with a reason.
  `CREATE TABLE decorum.rung_record (
    spell_id uuid NOT NULL REFERENCES decorum.spell (id),
    pass integer NOT NULL,
    rung text NOT NULL,
    account_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'skipped')),
    reason text,
    detail text,
    reminder_id uuid,
    task_id uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (spell_id, pass, rung)
  )`,
  `CREATE TABLE decorum.task (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL REFERENCES decorum.recipient (id),
    account_ids uuid[] NOT NULL,
    kind text NOT NULL CHECK (kind IN ('step', 'hand-off', 'reply')),
    ladder text,
    rung text,
    tone text,
    instructions text,
    status text NOT NULL CHECK (status IN ('open', 'done', 'expired', 'cancelled', 'withdrawn')),
    assigned_to text,
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    outcome text,
    note bytea,                               -- vault
    completed_by text,
    completed_at timestamptz,
    created_at timestamptz NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    channels text[] NOT NULL DEFAULT '{}',     -- in order of preference; empty: nobody is contacted
    step_kind text NOT NULL DEFAULT 'reminder',
    withdrawn_at timestamptz,
    end_reason text                          -- why it was withdrawn: a stop's reason, or switched_off
  )`,
  `CREATE INDEX task_open ON decorum.task (creditor, due_at, id) WHERE status = 'open'`,
  `CREATE INDEX task_recipient ON decorum.task (recipient_id)`,
  // What comes back when its switch is lifted.
  `CREATE INDEX task_withdrawn ON decorum.task (expires_at) WHERE status = 'withdrawn'`,
  // What people write back.
  `CREATE TABLE decorum.reply (
    id uuid PRIMARY KEY,
    creditor text,                            -- null: of a route that writes for several, from nobody who is known
    recipient_id uuid REFERENCES decorum.recipient (id),
    channel text NOT NULL,
    route text NOT NULL,
    received_at timestamptz NOT NULL,
    meaning text NOT NULL,
    problem text,                             -- why nobody could be told to have sent it
    words bytea,                              -- vault
    task_id uuid
  )`,
  `CREATE INDEX reply_recipient ON decorum.reply (recipient_id, id) WHERE recipient_id IS NOT NULL`,
  `CREATE INDEX reply_task ON decorum.reply (task_id) WHERE task_id IS NOT NULL`,
  `CREATE INDEX reply_unresolved ON decorum.reply (route, id) WHERE recipient_id IS NULL`,
  `CREATE INDEX reply_age ON decorum.reply (received_at)`,

  // --- what happened ----------------------------------------------------------
  // Decisions to wait or to refuse. A decision to send is part of its reservation.
  `CREATE TABLE decorum.withheld_decision (
    reminder_id uuid NOT NULL,
    no integer NOT NULL,
    at timestamptz NOT NULL,                  -- the \`now\` it was decided for
    last_at timestamptz NOT NULL,             -- last time the same verdict and rules came out again
    repeats integer NOT NULL DEFAULT 1,
    verdict text NOT NULL CHECK (verdict IN ('defer', 'refuse')),
    until timestamptz,
    code text,
    rule text,
    reasons jsonb NOT NULL,
    packs jsonb NOT NULL,
    candidate_zones text[] NOT NULL,
    facts jsonb NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    PRIMARY KEY (reminder_id, no)
  ) PARTITION BY RANGE (reminder_id)`,
  // The permission to call, written once before the call and never changed: the attempt, the decision to send with its facts, the words.
  `CREATE TABLE decorum.reservation (
    reminder_id uuid NOT NULL,
    no smallint NOT NULL,
    reserved_at timestamptz NOT NULL,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL,
    channel text NOT NULL,
    mode text NOT NULL,
    route text NOT NULL,
    provider text NOT NULL,
    address_id uuid NOT NULL,
    address_hash bytea NOT NULL,
    account_ids uuid[] NOT NULL,
    good_until timestamptz NOT NULL,          -- no call may begin at or after this
    lease_until timestamptz NOT NULL,         -- machine time
    weight smallint NOT NULL,
    template text NOT NULL,
    template_version text NOT NULL,
    locale text NOT NULL,
    message_hash bytea NOT NULL,
    word_facts bytea,                         -- vault, packed: renders the same message again
    valid_seconds integer NOT NULL,
    decision_no integer NOT NULL,
    until timestamptz,                        -- when a rule would object
    candidate_zones text[] NOT NULL,
    decided bytea NOT NULL,                   -- packed: the packs and the facts of the decision
    excess jsonb,                             -- rules that a fact learnt later shows it to have exceeded
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    PRIMARY KEY (reminder_id, no, reserved_at)
  ) PARTITION BY RANGE (reserved_at)`,
  `CREATE INDEX reservation_recipient ON decorum.reservation (recipient_id, reserved_at)`,
  // How an attempt ended; none yet: it is being sent. Receipts change it in place, touching no index.
  `CREATE TABLE decorum.settlement (
    reminder_id uuid NOT NULL,
    no smallint NOT NULL,
    reserved_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('accepted', 'rejected', 'not_sent', 'in_doubt')),
    outcome text,                             -- the attempt as a contact; null: certainly none
    provider_ref text,
    rejection text,
    code text,
    detail text,
    settled_at timestamptz NOT NULL,
    delivery text,                            -- latest word of the receipts
    delivery_final boolean NOT NULL DEFAULT false,
    delivery_code text,
    delivery_at timestamptz,
    resolved_by text,                         -- who settled an attempt in doubt
    looked_up_at timestamptz,                 -- machine time of the last look-up
    PRIMARY KEY (reminder_id, no, reserved_at)
  ) PARTITION BY RANGE (reserved_at)`,
  `CREATE INDEX settlement_doubt ON decorum.settlement (reserved_at) WHERE status = 'in_doubt'`,
  // Attempts that were reserved together, until each of them has ended: what leases and overdue receipts are found by.
  `CREATE TABLE decorum.dispatch_batch (
    id uuid NOT NULL,
    route text NOT NULL,
    worker text NOT NULL,
    reserved_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL,             -- machine time: when the sweep looks at it next, first when the lease is over
    reminder_ids uuid[] NOT NULL,
    attempt_nos smallint[] NOT NULL,
    PRIMARY KEY (id)
  )`,
  `CREATE INDEX dispatch_batch_look ON decorum.dispatch_batch (look_at)`,
  `CREATE INDEX dispatch_batch_route ON decorum.dispatch_batch (route)`,
  `CREATE TABLE decorum.receipt (
    reminder_id uuid NOT NULL,
    attempt_no smallint NOT NULL,
    dedupe text NOT NULL,                     -- provider's status and sequence: a repeat is dropped
    state text NOT NULL,
    final boolean NOT NULL,
    code text,
    said_at timestamptz,
    received_at timestamptz NOT NULL,
    changed boolean NOT NULL,                 -- false: came late or out of order and changed nothing
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    PRIMARY KEY (reminder_id, attempt_no, dedupe)
  ) PARTITION BY RANGE (reminder_id)`,
  // Contacts that others made and reported, or were permitted to make. Our own attempts are contacts themselves.
  `CREATE TABLE decorum.reported_contact (
    recipient_id uuid NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    creditor text NOT NULL,
    channel text NOT NULL,
    direction text NOT NULL,
    mode text,
    outcome text NOT NULL,
    party text,
    made_by text NOT NULL,
    address_hash bytea,
    account_ids uuid[] NOT NULL,
    excess jsonb,                             -- rules that a fact learnt later shows it to have exceeded
    recorded_at timestamptz NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    PRIMARY KEY (recipient_id, at, id)
  ) PARTITION BY RANGE (at)`,
  `CREATE INDEX reported_contact_address ON decorum.reported_contact (creditor, address_hash, at) WHERE address_hash IS NOT NULL`,
  `CREATE TABLE decorum.conversation (
    recipient_id uuid NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,                         -- the contact's
    creditor text NOT NULL,
    channel text NOT NULL,
    direction text NOT NULL,
    mode text,
    outcome text NOT NULL CHECK (outcome = 'conversation'),
    party text,
    made_by text NOT NULL,
    address_hash bytea,
    account_ids uuid[] NOT NULL,
    PRIMARY KEY (recipient_id, at, id)
  )`,
  // A trigger, because contacts are written in many places and a conversation that one of them forgot would be a cap passed.
  `CREATE FUNCTION decorum.remember_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM decorum.conversation WHERE recipient_id = OLD.recipient_id AND at = OLD.at AND id = OLD.id;
      END IF;
      IF TG_OP <> 'DELETE' AND NEW.outcome = 'conversation' THEN
        INSERT INTO decorum.conversation
        VALUES (NEW.recipient_id, NEW.at, NEW.id, NEW.creditor, NEW.channel, NEW.direction, NEW.mode, NEW.outcome, NEW.party, NEW.made_by,
          NEW.address_hash, NEW.account_ids)
        ON CONFLICT DO NOTHING;
      END IF;
      RETURN NULL;
    END $$`,
  `CREATE TRIGGER conversation_had AFTER INSERT ON decorum.reported_contact
    FOR EACH ROW WHEN (NEW.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_conversation()`,
  `CREATE TRIGGER conversation_changed AFTER UPDATE ON decorum.reported_contact
    FOR EACH ROW WHEN (OLD.outcome = 'conversation' OR NEW.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_conversation()`,
  `CREATE TRIGGER conversation_undone AFTER DELETE ON decorum.reported_contact
    FOR EACH ROW WHEN (OLD.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_conversation()`,

  `CREATE FUNCTION decorum.remember_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM decorum.conversation k USING decorum.reservation r
        WHERE r.reminder_id = OLD.reminder_id AND r.no = OLD.no AND r.reserved_at = OLD.reserved_at
          AND k.recipient_id = r.recipient_id AND k.at = r.reserved_at AND k.id = r.reminder_id;
      END IF;
      IF TG_OP <> 'DELETE' AND NEW.outcome = 'conversation' THEN
        INSERT INTO decorum.conversation
        SELECT r.recipient_id, r.reserved_at, r.reminder_id, r.creditor, r.channel, 'outbound', r.mode, NEW.outcome, 'recipient', 'decorum',
          r.address_hash, r.account_ids
        FROM decorum.reservation r WHERE r.reminder_id = NEW.reminder_id AND r.no = NEW.no AND r.reserved_at = NEW.reserved_at
        ON CONFLICT DO NOTHING;
      END IF;
      RETURN NULL;
    END $$`,
  `CREATE TRIGGER conversation_had AFTER INSERT ON decorum.settlement
    FOR EACH ROW WHEN (NEW.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_attempt()`,
  `CREATE TRIGGER conversation_changed AFTER UPDATE ON decorum.settlement
    FOR EACH ROW WHEN (OLD.outcome = 'conversation' OR NEW.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_attempt()`,
  `CREATE TRIGGER conversation_undone AFTER DELETE ON decorum.settlement
    FOR EACH ROW WHEN (OLD.outcome = 'conversation') EXECUTE FUNCTION decorum.remember_attempt()`,

  // --- as readers see it ---------------------------------------------------------
  // Attempts, contacts and decisions are each written once, where they arise. Who only reads finds them together here.
  `CREATE VIEW decorum.attempt AS
    SELECT r.reminder_id, r.no, r.creditor, r.recipient_id, r.channel, r.mode, r.route, r.provider, r.address_id, r.address_hash, r.account_ids,
      coalesce(s.status, 'sending') AS status, r.reserved_at, r.good_until, r.lease_until, r.weight, r.template, r.template_version, r.locale,
      r.message_hash, r.word_facts, r.valid_seconds, r.decision_no, s.provider_ref, s.rejection, s.code, s.detail, s.settled_at, s.delivery,
      coalesce(s.delivery_final, false) AS delivery_final, s.delivery_code, s.delivery_at, s.resolved_by, s.looked_up_at, r.seq + 1 AS seq
    FROM decorum.reservation r
    LEFT JOIN decorum.settlement s ON s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at`,
  `CREATE VIEW decorum.contact AS
    SELECT k.recipient_id, k.at, k.id, k.creditor, k.channel, k.direction, k.mode, k.outcome, k.party, k.made_by, k.address_hash, k.account_ids,
      NULL::uuid AS reminder_id, NULL::smallint AS attempt_no, k.excess, k.recorded_at, k.seq
    FROM decorum.reported_contact k
    UNION ALL
    SELECT r.recipient_id, r.reserved_at, r.reminder_id, r.creditor, r.channel, 'outbound', r.mode,
      CASE WHEN s.status IS NULL THEN 'pending' ELSE s.outcome END, CASE WHEN s.outcome = 'conversation' THEN 'recipient' END, 'decorum',
      r.address_hash, r.account_ids, r.reminder_id, r.no, r.excess, r.reserved_at, r.seq + 1
    FROM decorum.reservation r
    LEFT JOIN decorum.settlement s ON s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at
    WHERE s.status IS NULL OR s.outcome IS NOT NULL`,
  // The same, later than an instant. PostgreSQL derives a bound of settlements from that of their reservations for no plan, and would open every
  // month's; it takes this function apart into the statement that asks.
  `CREATE FUNCTION decorum.contacts_since(since timestamptz) RETURNS SETOF decorum.contact LANGUAGE sql STABLE AS $$
    SELECT k.recipient_id, k.at, k.id, k.creditor, k.channel, k.direction, k.mode, k.outcome, k.party, k.made_by, k.address_hash, k.account_ids,
      NULL::uuid AS reminder_id, NULL::smallint AS attempt_no, k.excess, k.recorded_at, k.seq
    FROM decorum.reported_contact k WHERE k.at > since
    UNION ALL
    SELECT r.recipient_id, r.reserved_at, r.reminder_id, r.creditor, r.channel, 'outbound', r.mode,
      CASE WHEN s.status IS NULL THEN 'pending' ELSE s.outcome END, CASE WHEN s.outcome = 'conversation' THEN 'recipient' END, 'decorum',
      r.address_hash, r.account_ids, r.reminder_id, r.no, r.excess, r.reserved_at, r.seq + 1
    FROM decorum.reservation r
    LEFT JOIN decorum.settlement s ON s.reminder_id = r.reminder_id AND s.no = r.no AND s.reserved_at = r.reserved_at AND s.reserved_at > since
    WHERE r.reserved_at > since AND (s.status IS NULL OR s.outcome IS NOT NULL)
  $$`,
  `CREATE VIEW decorum.decision AS
    SELECT d.reminder_id, d.no, d.at, d.last_at, d.repeats, d.verdict, d.until, d.code, d.rule, d.reasons, d.packs, d.candidate_zones, d.facts,
      NULL::bytea AS decided, NULL::smallint AS attempt_no, d.seq
    FROM decorum.withheld_decision d
    UNION ALL
    SELECT r.reminder_id, r.decision_no, r.reserved_at, r.reserved_at, 1, 'send', r.until, NULL, NULL, '[]'::jsonb, NULL, r.candidate_zones, NULL,
      r.decided, r.no, r.seq
    FROM decorum.reservation r`,

  // Calls that others make with our permission. A permit keeps the facts of its decision as a reminder's decision does; its
  // contact bears its id and counts toward caps from the moment the permit is given.
  `CREATE TABLE decorum.permit (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    recipient_id uuid NOT NULL,
    account_ids uuid[] NOT NULL,
    address_hash bytea NOT NULL,
    mode text NOT NULL,
    made_by text NOT NULL,                    -- which dialler, desk or agency is to call
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,            -- business time; the contact's until the call's own is known
    decided_at timestamptz NOT NULL,          -- the \`now\` it was decided for
    verdict text NOT NULL CHECK (verdict IN ('send', 'defer', 'refuse')),
    until timestamptz,
    reasons jsonb NOT NULL,
    packs jsonb NOT NULL,
    candidate_zones text[] NOT NULL,
    facts jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('denied', 'open', 'settled', 'in_doubt')),
    expires_at timestamptz,                   -- null: denied
    outcome text,
    called_at timestamptz,
    settled_at timestamptz,
    settled_by text,
    seq bigint NOT NULL DEFAULT nextval('decorum.event_order'),
    CHECK ((status = 'denied') = (verdict <> 'send'))
  )`,
  `CREATE INDEX permit_open ON decorum.permit (expires_at) WHERE status = 'open'`,
  // What packed columns are compressed with, by the version that each value begins with.
  `CREATE TABLE decorum.dictionary (
    version smallint PRIMARY KEY CHECK (version BETWEEN 1 AND 255),
    codec text NOT NULL,
    bytes bytea NOT NULL
  )`,
  // What operators said about attempts in doubt.
  `CREATE TABLE decorum.doubt_resolution (
    id uuid PRIMARY KEY,
    reminder_id uuid NOT NULL,
    attempt_no smallint NOT NULL,
    resolved_as text NOT NULL CHECK (resolved_as IN ('accept', 'reject', 'leave')),
    reason text NOT NULL,
    by_whom text NOT NULL,
    at timestamptz NOT NULL
  )`,
  `CREATE INDEX doubt_resolution_attempt ON decorum.doubt_resolution (reminder_id, attempt_no, at)`,

  // --- running the house --------------------------------------------------------
  // The answer to a request that carried an Idempotency-Key or an upstream id, kept as long as the debt.
  `CREATE TABLE decorum.idempotency (
    creditor text NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    resource_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (creditor, scope, key)
  )`,
  `CREATE TABLE decorum.api_key (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    label text NOT NULL,
    creditor text,                            -- null: every creditor
    kind text NOT NULL CHECK (kind IN ('test', 'live')),
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
  )`,
  `CREATE TABLE decorum.access_log (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL                     -- ids and hashes only
  )`,
  `CREATE TABLE decorum.import_job (
    id uuid PRIMARY KEY,
    creditor text NOT NULL,
    checksum bytea NOT NULL,
    source text NOT NULL,
    format text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    lines_done bigint NOT NULL DEFAULT 0,
    applied bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (creditor, checksum)
  )`,
  `CREATE TABLE decorum.switch (
    id uuid PRIMARY KEY,
    scope jsonb NOT NULL,                     -- any of creditor, product, jurisdiction, channel, route, template, ladder, rung
    state text NOT NULL CHECK (state IN ('stopped', 'paused', 'draining', 'slowed')),
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    lift_reason text,
    thrown_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- machine time, as reminder.queued_at: draining lets go what was queued before
    share smallint CHECK (share BETWEEN 1 AND 99), -- percent of the route's rate
    CONSTRAINT switch_share_of_slowed CHECK ((state = 'slowed') = (share IS NOT NULL))
  )`,
  `CREATE INDEX switch_active ON decorum.switch (set_at) WHERE lifted_at IS NULL`,
  `CREATE TABLE decorum.rate_slot (
    route text PRIMARY KEY,
    next_free timestamptz NOT NULL            -- machine time
  )`,
  `CREATE TABLE decorum.clock_mark (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    high_water timestamptz NOT NULL,
    virtual boolean NOT NULL
  )`,
  // What upstream is still to be told. Read by state, never by "id greater than the last seen".
  `CREATE TABLE decorum.outbox (
    recipient_id uuid NOT NULL,
    seq bigint NOT NULL,
    part smallint NOT NULL,                   -- one number may bring several notices about a recipient
    creditor text NOT NULL,
    type text NOT NULL,
    body jsonb NOT NULL,                      -- ids, states and codes; no personal data
    at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,         -- machine time
    done_at timestamptz,
    endpoint text NOT NULL,                   -- each has tries and an end of its own: one that is down keeps no other waiting
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- machine time, as patience with an endpoint is
    outcome text CHECK (outcome IN ('taken', 'given_up')),
    CONSTRAINT outbox_done CHECK ((outcome IS NULL) = (done_at IS NULL)),
    PRIMARY KEY (recipient_id, seq, part, endpoint)
  )`,
  `CREATE INDEX outbox_waiting ON decorum.outbox (endpoint, next_try_at) WHERE done_at IS NULL`,
  // A notice waits for the earlier ones of the same person and endpoint.
  `CREATE INDEX outbox_in_turn ON decorum.outbox (endpoint, recipient_id, seq, part) WHERE done_at IS NULL`,
  // Settled notices by age; how they ended comes first, since what was given up is kept longer.
  `CREATE INDEX outbox_settled ON decorum.outbox (outcome, done_at) WHERE done_at IS NOT NULL`,
  `CREATE TABLE decorum.captured_message (
    id uuid PRIMARY KEY,
    reminder_id uuid NOT NULL,
    attempt_no smallint NOT NULL,
    recipient_id uuid NOT NULL,
    channel text NOT NULL,
    route text NOT NULL,
    at timestamptz NOT NULL,
    content bytea NOT NULL                    -- vault: address and message
  )`,
  `CREATE INDEX captured_message_reminder ON decorum.captured_message (reminder_id)`,
  // Receipts that the capture provider invents; the sweep applies them when they fall due.
  `CREATE TABLE decorum.invented_receipt (
    reminder_id uuid NOT NULL,
    attempt_no smallint NOT NULL,
    at timestamptz NOT NULL,
    word jsonb NOT NULL,
    applied_at timestamptz,
    PRIMARY KEY (reminder_id, attempt_no, at)
  )`,
  `CREATE INDEX invented_receipt_waiting ON decorum.invented_receipt (at) WHERE applied_at IS NULL`,
  // The templates' own text by version, so that a sent message can be shown after its template was edited.
  `CREATE TABLE decorum.template_words (
    version text PRIMARY KEY,                 -- as attempts name it: a hash of the content
    template text NOT NULL,
    words jsonb NOT NULL,
    kept_at timestamptz NOT NULL
  )`,
  // The processes at work with the words they use, so that two that differ are seen.
  `CREATE TABLE decorum.process (
    id uuid PRIMARY KEY,
    name text NOT NULL,                       -- host and process id
    daemons text[] NOT NULL,                  -- empty: the HTTP interface alone
    build text NOT NULL,
    words text NOT NULL,                      -- hash of every template and every creditor's words
    started_at timestamptz NOT NULL,          -- machine time
    seen_at timestamptz NOT NULL              -- machine time
  )`,
]

/** By what each partitioned table is cut into months. */
const BY_MONTH = [
  { table: 'reservation', key: 'at', storage: '' },
  { table: 'settlement', key: 'at', storage: ' WITH (fillfactor = 45)' },
  { table: 'withheld_decision', key: 'reminder_id', storage: '' },
  { table: 'receipt', key: 'reminder_id', storage: '' },
  { table: 'reported_contact', key: 'at', storage: '' },
] as const
/** This month and as many more are made at once; the sweeper goes on from there. */
const MONTHS_AHEAD = 3

const monthAfter = (month: Date, months: number): Date => new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + months))
const label = (month: Date): string => month.toISOString().slice(0, 7).replace('-', '_')

/** The first key of a month, as a literal. A uuidv7 begins with its milliseconds in 48 bits. */
function firstKey(key: 'reminder_id' | 'at', month: Date): string {
  if (key === 'at') return `'${month.toISOString()}'`
  const hex = month.getTime().toString(16).padStart(12, '0')
  return `'${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000'`
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = async (statement: string): Promise<void> => void (await sql.raw(statement).execute(db))
  for (const statement of STATEMENTS) await run(statement)

  const { rows } = await sql<{ month: Date }>`
    SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month`.execute(db)
  const thisMonth = new Date(rows[0]?.month ?? Date.now())
  for (const { table, key, storage } of BY_MONTH) {
    await run(`CREATE TABLE decorum.${table}_default PARTITION OF decorum.${table} DEFAULT${storage}`)
    for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
      const month = monthAfter(thisMonth, ahead)
      await run(`CREATE TABLE decorum.${table}_${label(month)} PARTITION OF decorum.${table}
        FOR VALUES FROM (${firstKey(key, month)}) TO (${firstKey(key, monthAfter(month, 1))})${storage}`)
    }
  }
}
