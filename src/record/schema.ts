import type { ColumnType, Generated, Kysely, Transaction } from 'kysely'
import type { LinkAction } from '../model/chain.ts'
import type { ObjectionCode, Verdict } from '../model/decision.ts'
import type { DeliveryState, DeliveryReport, RejectionClass } from '../model/delivery.ts'
import type { BlockedTime, Facts } from '../model/facts.ts'
import type { ReplyMeaning } from '../model/stop-words.ts'
import type { LocalDate } from '../model/time.ts'
import type {
  AccountState,
  AddressKind,
  Channel,
  ContactOutcome,
  Direction,
  EventType,
  HoldKind,
  Kind,
  Mode,
  Relation,
  ReminderStatus,
  Role,
  SuppressionReason,
  SuppressionScope,
  SwitchScope,
  SwitchState,
  Tone,
} from '../model/vocabulary.ts'

/**
 * The ledger's tables as kysely sees them; a test compares this file with the migrated database.
 *
 * `timestamptz` comes back as Date, `date` as `YYYY-MM-DD`, `bigint` as number (amounts in
 * minor units and sequences stay far below 2^53), `bytea` as Buffer. JSON is written as text.
 */
type Json<T> = ColumnType<T, string, string>
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>

/** How a pass over the ladder began. */
export type SpellEntry = 'arrival' | 'payment' | 'reversal'

export type AttemptStatus = 'sending' | 'accepted' | 'rejected' | 'not_sent' | 'in_doubt'

/** Location evidence as stored: like `LocationEvidence`, with `at` in milliseconds. */
export interface StoredEvidence {
  kind: string
  jurisdiction: string | null
  timeZone: string | null
  at: number
}

/** An objection as stored with its decision; `until` in milliseconds. */
export interface StoredObjection {
  code: ObjectionCode
  rule: string
  pack: string
  version: string
  citation: string
  verified: boolean
  until: number | null
  reminderId?: string
}

export interface RecipientTable {
  id: string
  creditor: string
  external_id: string
  data_key: Buffer | null
  data_key_id: string | null
  /** False: registered with a test key. */
  live: Generated<boolean>
  name: Buffer | null
  locale: string | null
  time_zone: string | null
  jurisdiction: string | null
  location_evidence: JsonWithDefault<StoredEvidence[]>
  blocked_times: JsonWithDefault<BlockedTime[]>
  as_of: Date | null
  caught_up_on: LocalDate | null
  erased_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface AddressTable {
  creditor: string
  hash: Buffer
  hash_key: string
  created_at: Date
}

export interface RecipientAddressTable {
  id: string
  creditor: string
  recipient_id: string
  hash: Buffer
  channel: Channel
  kind: AddressKind | null
  relation: Relation
  source: string | null
  position: number
  value: Buffer | null
  country: string | null
  zones: Generated<string[]>
  subdivisions: Generated<string[]>
  verified_at: Date | null
  removed_at: Date | null
  created_at: Date
}

export interface ConsentTable {
  id: string
  creditor: string
  recipient_id: string
  kind: string
  channel: Channel | null
  address_hash: Buffer | null
  starts_at: Date
  ends_at: Date | null
  source: string | null
  recorded_at: Date
  seq: Generated<number>
}

export interface LadderVersionTable {
  ladder: string
  version: string
  body: Json<Record<string, unknown>>
  first_used_at: Date
}

export interface AccountTable {
  id: string
  creditor: string
  external_id: string
  recipient_id: string
  live: Generated<boolean>
  product: string
  role: Role
  ladder: string
  state: AccountState
  risk_band: string | null
  currency: string
  overdue_minor: number
  outstanding_minor: number | null
  minimum_due_minor: number | null
  overdue_parts: JsonWithDefault<Record<string, unknown>>
  due_date: LocalDate | null
  next_due_date: LocalDate | null
  stated_days_past_due: number | null
  grace_days: Generated<number>
  auto_debit: Generated<boolean>
  reference_masked: string | null
  facts_for_words: JsonWithDefault<Record<string, unknown>>
  variables: Buffer | null
  as_of: Date
  /** The overdue amount that upstream last stated; below zero: overpaid. Null, with the next two: `overdue_minor` was stated, as of `as_of`. */
  stated_minor: number | null
  stated_at: Date | null
  /** `snapshot`, or the id of the event that stated what remains. */
  stated_by: string | null
  spell_id: string | null
  not_before: Date | null
  tone_ceiling: Tone | null
  plan_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface AccountPartyTable {
  account_id: string
  recipient_id: string
  relation: string
}

export interface SpellTable {
  id: string
  creditor: string
  account_id: string
  no: number
  pass: Generated<number>
  ladder: string
  ladder_version: string
  started_on: LocalDate
  entered_at: Date
  entered_days_past_due: number
  entered_by: Generated<SpellEntry>
  first_message_at: Date | null
  last_tone: Tone | null
  ended_at: Date | null
  ended_as: string | null
}

export interface EventTable {
  id: string
  creditor: string
  external_id: string
  recipient_id: string
  account_id: string | null
  type: EventType
  kind: string | null
  occurred_at: Date
  effective_at: Date
  received_at: Date
  body: Json<Record<string, unknown>>
  note: Buffer | null
  body_hash: Buffer
  effect: string | null
  /** False: reported with a test key; such ids are apart from live ones. */
  live: Generated<boolean>
  seq: Generated<number>
}

export interface HoldTable {
  id: string
  creditor: string
  recipient_id: string
  account_id: string | null
  kind: HoldKind
  starts_at: Date
  ends_at: Date | null
  ended_at: Date | null
  ended_by: string | null
  end_reason: string | null
  details: JsonWithDefault<Record<string, unknown>>
  event_id: string | null
  created_by: string
  created_at: Date
  seq: Generated<number>
  /** Null: every channel. */
  channel: Generated<Channel | null>
}

export interface SuppressionTable {
  id: string
  creditor: string
  scope: SuppressionScope
  recipient_id: string | null
  address_hash: Buffer | null
  channel: Channel | null
  reason: SuppressionReason
  source: string
  starts_at: Date
  ends_at: Date | null
  received_at: Date
  lifted_at: Date | null
  lifted_by: string | null
  lift_reason: string | null
  created_by: string
  /** Null: of no recipient. */
  seq: number | null
  /** The suppression of an address from which this one of its holder follows. */
  cause: Generated<string | null>
  /** The creditor's own id of a recipient, or of an account, that was unknown when the suppression arrived. */
  awaits_recipient: Generated<string | null>
  awaits_account: Generated<string | null>
  /** False: recorded with a test key; it concerns only what test keys registered. */
  live: Generated<boolean>
}

/** As stored: whether a scheduled one is queued, or being sent, is told by its ticket and its attempt. */
export type StoredReminderStatus = Exclude<ReminderStatus, 'queued' | 'sending'>

export interface ReminderTable {
  id: string
  creditor: string
  recipient_id: string
  live: boolean
  origin: 'ladder' | 'direct'
  kind: Kind
  mode: Mode
  tone: Tone
  channel: Channel
  fallback_channels: Generated<Channel[]>
  follows: string | null
  template: string
  template_version: string | null
  ladder: string | null
  ladder_version: string | null
  rung: string | null
  unique_key: Buffer
  route: string
  status: StoredReminderStatus
  due_at: Date
  expires_at: Date
  attempts: Generated<number>
  variables: Buffer | null
  end_reason: string | null
  created_at: Date
  updated_at: Date
}

/** Reminders that wait to be sent. */
export interface WaitingTable {
  reminder_id: string
  route: string
  next_at: Date
  tries: Generated<number>
  decisions: Generated<number>
  decided_as: string | null
}

/** Reminders that are queued under one ring. */
export interface TicketTable {
  ring: string
  route: string
  reminder_ids: string[]
  queued_at: Date
}

export interface ReminderAccountTable {
  reminder_id: string
  account_id: string
  spell_id: string | null
  lead: boolean
}

export interface RungRecordTable {
  spell_id: string
  pass: number
  rung: string
  account_id: string
  state: 'planned' | 'skipped'
  reason: string | null
  detail: string | null
  reminder_id: string | null
  task_id: string | null
  at: Date
}

export interface TaskTable {
  id: string
  creditor: string
  recipient_id: string
  account_ids: string[]
  kind: 'step' | 'hand-off' | 'reply'
  ladder: string | null
  rung: string | null
  tone: Tone | null
  instructions: string | null
  status: 'open' | 'done' | 'expired' | 'cancelled' | 'withdrawn'
  assigned_to: string | null
  due_at: Date
  expires_at: Date
  outcome: string | null
  note: Buffer | null
  completed_by: string | null
  completed_at: Date | null
  created_at: Date
  seq: Generated<number>
  /** In order of preference; empty: the task contacts no one. */
  channels: Generated<Channel[]>
  step_kind: Generated<Kind>
  withdrawn_at: Date | null
  end_reason: string | null
}

export interface WithheldDecisionTable {
  reminder_id: string
  no: number
  at: Date
  last_at: Date
  repeats: Generated<number>
  verdict: Exclude<Verdict, 'send'>
  until: Date | null
  code: ObjectionCode | null
  rule: string | null
  reasons: Json<StoredObjection[]>
  packs: Json<{ id: string; version: string }[]>
  candidate_zones: string[]
  facts: Json<Facts>
  seq: Generated<number>
}

export interface ReservationTable {
  reminder_id: string
  no: number
  reserved_at: Date
  creditor: string
  recipient_id: string
  channel: Channel
  mode: Mode
  route: string
  provider: string
  address_id: string
  address_hash: Buffer
  account_ids: string[]
  good_until: Date
  lease_until: Date
  weight: number
  template: string
  template_version: string
  locale: string
  message_hash: Buffer
  word_facts: Buffer | null
  valid_seconds: number
  decision_no: number
  until: Date | null
  candidate_zones: string[]
  decided: Buffer
  excess: Json<string[] | null>
  seq: Generated<number>
}

export interface SettlementTable {
  reminder_id: string
  no: number
  reserved_at: Date
  status: Exclude<AttemptStatus, 'sending'>
  outcome: ContactOutcome | null
  provider_ref: string | null
  rejection: RejectionClass | null
  code: string | null
  detail: string | null
  settled_at: Date
  delivery: DeliveryState | null
  delivery_final: Generated<boolean>
  delivery_code: string | null
  delivery_at: Date | null
  resolved_by: string | null
  looked_up_at: Date | null
}

export interface DispatchBatchTable {
  id: string
  route: string
  worker: string
  reserved_at: Date
  look_at: Date
  reminder_ids: string[]
  attempt_nos: number[]
}

/** A view: every decision, whatever it said. */
export interface DecisionRecord {
  reminder_id: string
  no: number
  at: Date
  last_at: Date
  repeats: number
  verdict: Verdict
  until: Date | null
  code: ObjectionCode | null
  rule: string | null
  reasons: StoredObjection[]
  /** Null for a decision to send, which has them in `decided`, as it has the facts. */
  packs: { id: string; version: string }[] | null
  candidate_zones: string[]
  facts: Facts | null
  decided: Buffer | null
  attempt_no: number | null
  seq: Generated<number>
}

/** A view: reservations with their settlements. */
export interface AttemptRecord {
  reminder_id: string
  no: number
  creditor: string
  recipient_id: string
  channel: Channel
  mode: Mode
  route: string
  provider: string
  address_id: string
  address_hash: Buffer
  account_ids: string[]
  status: AttemptStatus
  reserved_at: Date
  good_until: Date
  lease_until: Date
  weight: number
  template: string
  template_version: string
  locale: string
  message_hash: Buffer
  word_facts: Buffer | null
  valid_seconds: number
  decision_no: number
  provider_ref: string | null
  rejection: RejectionClass | null
  code: string | null
  detail: string | null
  settled_at: Date | null
  delivery: DeliveryState | null
  delivery_final: boolean
  delivery_code: string | null
  delivery_at: Date | null
  resolved_by: string | null
  looked_up_at: Date | null
  seq: Generated<number>
}

/** What packed columns are compressed with. */
export interface DictionaryTable {
  version: number
  codec: string
  bytes: Buffer
}

export interface ReceiptTable {
  reminder_id: string
  attempt_no: number
  dedupe: string
  state: DeliveryState
  final: boolean
  code: string | null
  said_at: Date | null
  received_at: Date
  changed: boolean
  seq: Generated<number>
}

/** A contact that was made or permitted elsewhere. */
export interface ReportedContactTable {
  recipient_id: string
  at: Date
  id: string
  creditor: string
  channel: Channel
  direction: Direction
  mode: Mode | null
  outcome: ContactOutcome
  party: string | null
  made_by: string
  address_hash: Buffer | null
  account_ids: string[]
  excess: Json<string[] | null>
  recorded_at: Date
  seq: Generated<number>
}

/** A view: whatever counts toward a cap, reported contacts and our own attempts. */
export interface ContactRecord {
  recipient_id: string
  at: Date
  id: string
  creditor: string
  channel: Channel
  direction: Direction
  mode: Mode | null
  outcome: ContactOutcome
  party: string | null
  made_by: string
  address_hash: Buffer | null
  account_ids: string[]
  reminder_id: string | null
  attempt_no: number | null
  excess: string[] | null
  recorded_at: Date
  seq: Generated<number>
}

/** Messages that recipients sent back. */
export interface ReplyTable {
  id: string
  creditor: string | null
  recipient_id: string | null
  channel: Channel
  route: string
  received_at: Date
  meaning: ReplyMeaning
  /** Why its sender could not be resolved. */
  problem: string | null
  words: Buffer | null
  task_id: string | null
}

/** Every contact that was a conversation, not partitioned; a trigger maintains it. */
export interface ConversationTable {
  recipient_id: string
  at: Date
  id: string
  creditor: string
  channel: Channel
  direction: Direction
  mode: Mode | null
  outcome: 'conversation'
  party: string | null
  made_by: string
  address_hash: Buffer | null
  account_ids: string[]
}

export interface IdempotencyTable {
  creditor: string
  scope: string
  key: string
  body_hash: Buffer
  resource_id: string
  created_at: Date
}

/** The keys of DECORUM_KEYS, by which the ledger knows them again. */
export interface RingKeyTable {
  id: string
  position: number
  check_value: Buffer | null
  secrets: Buffer | null
  wrapped_by: string | null
  wraps: Generated<boolean>
  hashes: Generated<boolean>
  compares: Generated<boolean>
  added_at: Date
  retired_at: Date | null
}

/** What an earlier build left in clear, table by table. */
export interface CarryOverTable {
  step: string
  position: number
  after_row: string | null
  done_at: Date | null
}

/** By what an address is found, beside the hash that rows name it by. */
export interface AddressNameTable {
  lookup: Buffer
  lookup_key: string
  hash: Buffer
}

export interface ApiKeyTable {
  id: string
  hash: Buffer
  label: string
  creditor: string | null
  kind: 'test' | 'live'
  scopes: string[]
  created_at: Date
  revoked_at: Date | null
  expires_at: Date | null
  /** Null: before this was recorded. */
  created_by: string | null
  revoked_by: string | null
  /** Machine time, to the minute. */
  last_used_at: Generated<Date | null>
  bootstrap: Generated<boolean>
}

export interface AccessLogTable {
  id: string
  at: Date
  actor: string
  action: string
  /** Ids and hashes only. */
  subject: string
  creditor: Generated<string | null>
  /** Whom it concerns; null: nobody in particular. */
  recipient_id: Generated<string | null>
  /** False: of a test key. */
  live: Generated<boolean>
}

/** Who was erased: one row for each person, which outlives what was removed. */
export interface ErasureTable {
  recipient_id: string
  creditor: string
  at: Date
  by_whom: string
  removed: Json<Record<string, number>>
}

/** Which columns the hashes of a table's rows cover, in order. */
export interface ChainShapeTable {
  id: number
  relation: string
  columns: string[]
  made_at: Generated<Date>
}

export interface ChainWriterTable {
  id: string
  data_key: Buffer
  data_key_id: string
  secret: Buffer
  at: Generated<Date>
}

export interface ChainNoteTable {
  id: number
  relation: string
  shape: number
  action: 'put' | 'removed' | 'dropped'
  creditors: string[] | null
  keys: Buffer[]
  hashes: Buffer[] | null
  writer: string | null
  mac: Buffer | null
}

export interface ChainLinkTable {
  id: Generated<number>
  creditor: string
  no: number
  relation: string
  shape: number
  action: LinkAction
  own: boolean
  keys: Buffer[]
  hashes: Buffer[]
  notes: number[]
  at: Date
  previous: Buffer
  hash: Buffer
  seal: Buffer
}

export interface ChainHeadTable {
  no: number
  at: Date
  signed: string
}

export interface ChainSignedTable {
  creditor: string
  link_no: number
  head_no: number
}

export interface ImportJobTable {
  id: string
  creditor: string
  checksum: Buffer
  source: string
  format: string
  status: 'running' | 'done' | 'failed'
  lines_done: Generated<number>
  applied: Generated<number>
  unchanged: Generated<number>
  rejected: Generated<number>
  started_at: Date
  finished_at: Date | null
}

export interface SwitchTable {
  id: string
  scope: Json<SwitchScope>
  state: SwitchState
  reason: string
  set_by: string
  set_at: Date
  lifted_at: Date | null
  lifted_by: string | null
  lift_reason: string | null
  thrown_at: Generated<Date>
  /** Percent of the route's rate; null unless slowed. */
  share: number | null
}

/** `denied`: the call was not allowed. `in_doubt`: granted, and expired without a reported outcome. */
export type PermitStatus = 'denied' | 'open' | 'settled' | 'in_doubt'

export interface PermitTable {
  id: string
  creditor: string
  recipient_id: string
  account_ids: string[]
  address_hash: Buffer
  mode: Mode
  made_by: string
  asked_by: string
  asked_at: Date
  decided_at: Date
  verdict: Verdict
  until: Date | null
  reasons: Json<StoredObjection[]>
  packs: Json<{ id: string; version: string }[]>
  candidate_zones: string[]
  facts: Json<Facts>
  status: PermitStatus
  expires_at: Date | null
  outcome: string | null
  called_at: Date | null
  settled_at: Date | null
  settled_by: string | null
  seq: Generated<number>
}

/** An operator's answer for an attempt in doubt. */
export type DoubtAnswer = 'accept' | 'reject' | 'leave'

export interface DoubtResolutionTable {
  id: string
  reminder_id: string
  attempt_no: number
  resolved_as: DoubtAnswer
  reason: string
  by_whom: string
  at: Date
}

export interface RateSlotTable {
  route: string
  next_free: Date
}

export interface ClockMarkTable {
  singleton: Generated<boolean>
  high_water: Date
  virtual: boolean
}

export interface OutboxTable {
  recipient_id: string
  seq: number
  part: number
  creditor: string
  type: string
  body: Json<Record<string, unknown>>
  at: Date
  tries: Generated<number>
  next_try_at: Date
  done_at: Date | null
  endpoint: string
  written_at: Generated<Date>
  outcome: 'taken' | 'given_up' | null
}

export interface CapturedMessageTable {
  id: string
  reminder_id: string
  attempt_no: number
  recipient_id: string
  channel: Channel
  route: string
  at: Date
  content: Buffer
}

export interface TemplateWordsTable {
  version: string
  template: string
  words: Json<Record<string, unknown>>
  kept_at: Date
}

export interface ProcessTable {
  id: string
  name: string
  daemons: string[]
  build: string
  words: string
  started_at: Date
  seen_at: Date
  ring: Generated<string[]>
}

export interface InventedReceiptTable {
  reminder_id: string
  attempt_no: number
  at: Date
  word: Json<DeliveryReport>
  applied_at: Date | null
}

/** Table names carry the schema, so that no query depends on a search_path. */
export interface Database {
  'decorum.recipient': RecipientTable
  'decorum.address': AddressTable
  'decorum.address_name': AddressNameTable
  'decorum.recipient_address': RecipientAddressTable
  'decorum.consent': ConsentTable
  'decorum.ladder_version': LadderVersionTable
  'decorum.account': AccountTable
  'decorum.account_party': AccountPartyTable
  'decorum.spell': SpellTable
  'decorum.event': EventTable
  'decorum.hold': HoldTable
  'decorum.suppression': SuppressionTable
  'decorum.reminder': ReminderTable
  'decorum.reminder_account': ReminderAccountTable
  'decorum.rung_record': RungRecordTable
  'decorum.task': TaskTable
  'decorum.waiting': WaitingTable
  'decorum.ticket': TicketTable
  'decorum.withheld_decision': WithheldDecisionTable
  'decorum.reservation': ReservationTable
  'decorum.settlement': SettlementTable
  'decorum.dispatch_batch': DispatchBatchTable
  'decorum.dictionary': DictionaryTable
  'decorum.decision': DecisionRecord
  'decorum.attempt': AttemptRecord
  'decorum.receipt': ReceiptTable
  'decorum.reported_contact': ReportedContactTable
  'decorum.contact': ContactRecord
  'decorum.conversation': ConversationTable
  'decorum.reply': ReplyTable
  'decorum.idempotency': IdempotencyTable
  'decorum.api_key': ApiKeyTable
  'decorum.ring_key': RingKeyTable
  'decorum.carry_over': CarryOverTable
  'decorum.access_log': AccessLogTable
  'decorum.chain_shape': ChainShapeTable
  'decorum.chain_writer': ChainWriterTable
  'decorum.chain_note': ChainNoteTable
  'decorum.chain_link': ChainLinkTable
  'decorum.chain_head': ChainHeadTable
  'decorum.chain_signed': ChainSignedTable
  'decorum.erasure': ErasureTable
  'decorum.import_job': ImportJobTable
  'decorum.switch': SwitchTable
  'decorum.permit': PermitTable
  'decorum.doubt_resolution': DoubtResolutionTable
  'decorum.rate_slot': RateSlotTable
  'decorum.clock_mark': ClockMarkTable
  'decorum.outbox': OutboxTable
  'decorum.captured_message': CapturedMessageTable
  'decorum.invented_receipt': InventedReceiptTable
  'decorum.template_words': TemplateWordsTable
  'decorum.process': ProcessTable
}

/** The ledger, or a transaction on it. */
export type Db = Kysely<Database> | Transaction<Database>
