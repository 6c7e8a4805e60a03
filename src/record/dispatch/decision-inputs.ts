import type { BlockedTime, LocationEvidence } from '../../model/facts.ts'
import { DAY, type Instant, isInFuture, type LocalDate } from '../../model/time.ts'
import type {
  AccountState,
  AddressKind,
  Channel,
  ContactOutcome,
  Direction,
  HoldKind,
  Mode,
  Relation,
  Role,
  SuppressionReason,
  SuppressionScope,
} from '../../model/vocabulary.ts'
import { binaryArray } from '../pg/binary-array.ts'
import { run, type Runner, statement, statementsByMonth } from '../pg/pipeline.ts'

/** How far back contacts are read. The longest known rule allows 3 automated calls in 30 days; conversations are read whatever their age. */
export const CONTACT_MEMORY_MS = 62 * DAY
/** How far back events are read, for preconditions on notices and placements. */
const EVENT_MEMORY_MS = 1100 * DAY

const ms = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::bigint`

/** One recipient as the ledger knows it, addresses by the hexadecimal hash of their value. */
export interface RecipientForDecision {
  id: string
  creditor: string
  dataKey: Buffer | null
  dataKeyId: string | null
  name: Buffer | null
  locale: string | null
  timeZone: string | null
  jurisdiction: string | null
  locationEvidence: LocationEvidence[]
  blockedTimes: BlockedTime[]
  /** The last day on which planning made up for a missed step. */
  caughtUpOn: LocalDate | null
  /** The date of these facts where it lies in the future; otherwise absent. */
  asOf?: Instant
  addresses: RecipientAddress[]
  consents: { kind: string; channel: Channel | null; hash: string | null; from: Instant; until: Instant | null }[]
  contacts: RecipientContact[]
  events: { type: string; kind: string | null; at: Instant; account: string | null }[]
  holds: { kind: HoldKind; account: string | null; from: Instant; until: Instant | null; channel?: Channel | null }[]
  suppressions: {
    scope: SuppressionScope
    channel: Channel | null
    hash: string | null
    reason: SuppressionReason
    from: Instant
    until: Instant | null
    /** Recorded for another recipient who has the same address. */
    otherRecipient?: boolean
  }[]
}

export interface RecipientAddress {
  id: string
  channel: Channel
  hash: string
  kind: AddressKind | null
  relation: Relation
  /** As upstream stated it; facts keep only the origin that rules read. */
  source: string | null
  verifiedAt: Instant | null
  country: string | null
  zones: string[]
  subdivisions: string[]
  /** Hexadecimal of the sealed value; null once erased. */
  value: string | null
}

export interface RecipientContact {
  at: Instant
  channel: Channel
  direction: Direction
  accounts: string[]
  hash: string | null
  outcome: ContactOutcome
  by: string
  mode: Mode | null
  party: string | null
  /** Another recipient's contact on a number or mailbox that both have. */
  otherRecipient: boolean
}

export interface AccountForDecision {
  reminderId: string
  lead: boolean
  spellId: string | null
  currentSpellId: string | null
  id: string
  product: string
  role: Role
  state: AccountState
  currency: string
  overdueMinor: number
  minimumDueMinor: number | null
  dueDate: LocalDate | null
  statedDaysPastDue: number | null
  referenceMasked: string | null
  factsForWords: Record<string, unknown>
  asOf: Date
  variables: Buffer | null
}

const RECIPIENTS = statement(
  'read-recipients',
  `
  SELECT id, creditor, data_key AS "dataKey", data_key_id AS "dataKeyId", name, locale, time_zone AS "timeZone", jurisdiction,
    location_evidence AS "locationEvidence", blocked_times AS "blockedTimes", caught_up_on AS "caughtUpOn",
    ${ms('as_of')} AS "asOf"
  FROM decorum.recipient WHERE id = ANY($1::uuid[])`,
)

const ADDRESSES = statement(
  'read-addresses',
  `
  SELECT recipient_id AS "recipientId", id, channel, encode(hash, 'hex') AS hash, kind, relation, source, ${ms('verified_at')} AS "verifiedAt",
    country, zones, subdivisions, encode(value, 'hex') AS value
  FROM decorum.recipient_address WHERE recipient_id = ANY($1::uuid[]) AND removed_at IS NULL ORDER BY position, id`,
)

const CONSENTS = statement(
  'read-consents',
  `
  SELECT recipient_id AS "recipientId", kind, channel, encode(address_hash, 'hex') AS hash, ${ms('starts_at')} AS from, ${ms('ends_at')} AS until
  FROM decorum.consent WHERE recipient_id = ANY($1::uuid[])`,
)

/** A contact in the order of its facts. */
const CONTACT = `${ms('at')} AS at, made_by AS by, mode, party, channel, outcome, account_ids AS accounts, direction, encode(address_hash, 'hex') AS hash`

/** The numbers and mailboxes of these recipients. */
const OWN_HASHES = `
  SELECT DISTINCT recipient_id AS owner, creditor, hash FROM decorum.recipient_address
  WHERE recipient_id = ANY($1::uuid[]) AND removed_at IS NULL`

/** How contacts are read, by the month in which `CONTACT_MEMORY_MS` begins. */
const contactsSince = statementsByMonth((month, from) => ({
  own: statement(
    `read-contacts-${month}`,
    `
  SELECT recipient_id AS "recipientId", ${CONTACT} FROM decorum.contacts_since(${from}) WHERE recipient_id = ANY($1::uuid[]) AND at > $2::timestamptz
  UNION ALL
  SELECT recipient_id, ${CONTACT} FROM decorum.conversation WHERE recipient_id = ANY($1::uuid[]) AND at <= $2::timestamptz`,
  ),
  others: statement(
    `read-contacts-of-others-${month}`,
    `
  WITH own AS MATERIALIZED (${OWN_HASHES})
  SELECT own.owner AS "recipientId", near.* FROM own CROSS JOIN LATERAL (
    SELECT ${CONTACT} FROM decorum.reported_contact c
    WHERE c.creditor = own.creditor AND c.address_hash = own.hash AND c.at > ${from} AND c.at > $2::timestamptz AND c.recipient_id <> own.owner
    UNION ALL
    SELECT theirs.* FROM (
      SELECT DISTINCT recipient_id FROM decorum.recipient_address o WHERE o.creditor = own.creditor AND o.hash = own.hash AND o.recipient_id <> own.owner
    ) sharer CROSS JOIN LATERAL (
      SELECT ${CONTACT} FROM decorum.contacts_since(${from}) c
      WHERE c.recipient_id = sharer.recipient_id AND c.address_hash = own.hash AND c.reminder_id IS NOT NULL AND c.at > $2::timestamptz OFFSET 0
    ) theirs OFFSET 0
  ) near`,
  ),
}))

const EVENTS = statement(
  'read-events',
  `
  SELECT recipient_id AS "recipientId", ${ms('effective_at')} AS at, kind, type, account_id AS account
  FROM decorum.event WHERE recipient_id = ANY($1::uuid[]) AND effective_at > $2::timestamptz ORDER BY seq`,
)

const HOLDS = statement(
  'read-holds',
  `
  SELECT recipient_id AS "recipientId", ${ms('starts_at')} AS from, kind, ${ms('ends_at')} AS until, account_id AS account, channel
  FROM decorum.hold WHERE recipient_id = ANY($1::uuid[]) AND ended_at IS NULL ORDER BY seq`,
)

const SUPPRESSION = `scope, channel, encode(address_hash, 'hex') AS hash, reason, ${ms('starts_at')} AS from, ${ms('ends_at')} AS until`

const SUPPRESSIONS = statement(
  'read-suppressions',
  `
  WITH own AS MATERIALIZED (${OWN_HASHES})
  SELECT s.recipient_id AS "recipientId", ${SUPPRESSION}, false AS "otherRecipient" FROM decorum.recipient r
  CROSS JOIN LATERAL (
    SELECT * FROM decorum.suppression mine WHERE mine.lifted_at IS NULL AND mine.recipient_id = r.id AND mine.creditor = r.creditor OFFSET 0
  ) s WHERE r.id = ANY($1::uuid[])
  UNION ALL
  SELECT own.owner, ${SUPPRESSION}, near.recipient_id IS NOT NULL OR near.awaits_recipient IS NOT NULL FROM own CROSS JOIN LATERAL (
    SELECT * FROM decorum.suppression theirs
    WHERE theirs.lifted_at IS NULL AND theirs.creditor = own.creditor AND theirs.address_hash = own.hash
      AND theirs.recipient_id IS DISTINCT FROM own.owner OFFSET 0
  ) near`,
)

/** A row of something that a recipient has several of. */
type Owned<T> = T & { recipientId: string }

/**
 * What is known about these recipients at this moment? Must be called after the locks, in statements of their own.
 *
 * A statement for each table, all sent together, each finding its rows by recipient: gathered as JSON beside each recipient, in one
 * statement, the same took PostgreSQL three times as long. What others had on the same numbers is looked up number by number: as
 * `hash = ANY(…)` PostgreSQL reads every contact of the creditor (measured: 1,500 contacts, 1.3 ms a recipient); our own attempts are
 * found through those who share the number. Contacts are bounded by time alone, so that only the partitions of
 * `CONTACT_MEMORY_MS` are opened; older ones that still count are conversations, which have a table of their own.
 */
export async function readRecipients(
  on: Runner,
  recipientIds: readonly string[],
  now: Instant,
): Promise<Map<string, RecipientForDecision>> {
  const ids = binaryArray('uuid', recipientIds)
  const since = new Date(now - CONTACT_MEMORY_MS)
  const reading = contactsSince(since)
  const [recipients, addresses, consents, contacts, othersContacts, events, holds, suppressions] = await Promise.all([
    run<Omit<RecipientForDecision, Lists | 'asOf'> & { asOf: Instant | null }>(on, RECIPIENTS, [ids]),
    run<Owned<RecipientAddress>>(on, ADDRESSES, [ids]),
    run<Owned<RecipientForDecision['consents'][number]>>(on, CONSENTS, [ids]),
    run<Owned<Omit<RecipientContact, 'otherRecipient'>>>(on, reading.own, [ids, since]),
    run<Owned<Omit<RecipientContact, 'otherRecipient'>>>(on, reading.others, [ids, since]),
    run<Owned<RecipientForDecision['events'][number]>>(on, EVENTS, [ids, new Date(now - EVENT_MEMORY_MS)]),
    run<Owned<RecipientForDecision['holds'][number]>>(on, HOLDS, [ids]),
    run<Owned<RecipientForDecision['suppressions'][number]>>(on, SUPPRESSIONS, [ids]),
  ])
  const known = new Map<string, RecipientForDecision>(
    recipients.map(({ asOf, ...recipient }) => [
      recipient.id,
      {
        ...recipient,
        ...(asOf !== null && isInFuture(asOf, now) ? { asOf } : {}),
        addresses: [],
        consents: [],
        contacts: [],
        events: [],
        holds: [],
        suppressions: [],
      },
    ]),
  )
  const each = <Row>(rows: readonly Owned<Row>[], add: (recipient: RecipientForDecision, row: Row) => void): void => {
    for (const { recipientId, ...row } of rows) {
      const recipient = known.get(recipientId)
      if (recipient !== undefined) add(recipient, row as Row)
    }
  }
  each(addresses, (recipient, row) => recipient.addresses.push(row))
  each(consents, (recipient, row) => recipient.consents.push(row))
  each(contacts, (recipient, row) => recipient.contacts.push(contactOf(row, false)))
  each(othersContacts, (recipient, row) => recipient.contacts.push(contactOf(row, true)))
  each(events, (recipient, row) => recipient.events.push(row))
  each(holds, (recipient, row) => recipient.holds.push(row))
  each(suppressions, (recipient, row) => recipient.suppressions.push(row))
  for (const recipient of known.values())
    if (recipient.contacts.length > 1) recipient.contacts.sort((a, b) => a.at - b.at)
  return known
}

type Lists = 'addresses' | 'consents' | 'contacts' | 'events' | 'holds' | 'suppressions'

const contactOf = (
  { hash, ...row }: Omit<RecipientContact, 'otherRecipient'>,
  otherRecipient: boolean,
): RecipientContact => ({
  ...row,
  otherRecipient,
  hash,
})

const ACCOUNTS = statement(
  'read-accounts',
  `
  SELECT ra.reminder_id AS "reminderId", ra.lead, ra.spell_id AS "spellId", a.spell_id AS "currentSpellId", a.id, a.product, a.role,
    a.state, a.currency, a.overdue_minor AS "overdueMinor", a.minimum_due_minor AS "minimumDueMinor", a.due_date AS "dueDate",
    a.stated_days_past_due AS "statedDaysPastDue", a.reference_masked AS "referenceMasked", a.facts_for_words AS "factsForWords",
    a.as_of AS "asOf", a.variables
  FROM decorum.reminder_account ra CROSS JOIN LATERAL (SELECT * FROM decorum.account WHERE id = ra.account_id OFFSET 0) a
  WHERE ra.reminder_id = ANY($1::uuid[])
  ORDER BY ra.reminder_id, ra.lead DESC, a.id`,
)

const byReminder = (rows: readonly AccountForDecision[]): Map<string, AccountForDecision[]> => {
  const found = new Map<string, AccountForDecision[]>()
  for (const row of rows) {
    const known = found.get(row.reminderId)
    if (known === undefined) found.set(row.reminderId, [row])
    else known.push(row)
  }
  return found
}

/** Which accounts is each of these reminders about, as they stand now? Lead first. */
export const readAccounts = async (
  on: Runner,
  reminderIds: readonly string[],
): Promise<Map<string, AccountForDecision[]>> => byReminder(await run(on, ACCOUNTS, [reminderIds]))

/** A reminder that reached its recipient, or may have. */
export interface EarlierMessage {
  reminderId: string
  recipientId: string
  live: boolean
  origin: 'ladder' | 'direct'
  channel: Channel
  accountIds: string[]
  /** Hexadecimal. */
  messageHash: string
  at: Date
}

const earlierMessagesSince = statementsByMonth((month, from) =>
  statement(
    `earlier-messages-${month}`,
    `
  SELECT a.reminder_id AS "reminderId", a.recipient_id AS "recipientId", m.live, m.origin, a.channel, a.account_ids AS "accountIds",
    encode(a.message_hash, 'hex') AS "messageHash", a.reserved_at AS at
  FROM decorum.reservation a
  LEFT JOIN decorum.settlement s ON s.reminder_id = a.reminder_id AND s.no = a.no AND s.reserved_at = a.reserved_at AND s.reserved_at >= ${from}
  CROSS JOIN LATERAL (SELECT live, origin FROM decorum.reminder WHERE id = a.reminder_id AND kind = 'reminder' OFFSET 0) m
  WHERE a.recipient_id = ANY($1::uuid[]) AND a.reserved_at >= ${from} AND a.reserved_at > $2::timestamptz AND (s.status IS NULL OR s.outcome <> 'failed')
  ORDER BY a.reserved_at, a.reminder_id`,
  ),
)

/**
 * Which reminders have these recipients had from us since then? Oldest first.
 *
 * What was certainly not sent is no message, what is in doubt is one. Found by recipient and
 * time and then by key; call it under the recipients' locks, and only for those contacted since then.
 */
export const earlierMessages = (on: Runner, recipientIds: readonly string[], since: Date): Promise<EarlierMessage[]> =>
  run(on, earlierMessagesSince(since), [recipientIds, since])
