import { randomUUID } from 'node:crypto'
import type { Insertable } from 'kysely'
import { packJson } from '../../src/record/packed/packed-json.ts'
import { newId } from '../../src/record/id.ts'
import type { Db, ReminderTable, ReservationTable, SettlementTable } from '../../src/record/schema.ts'

/** Enough facts for a decision to be shown; nothing that it could be decided again from. */
const NOTHING_DECIDED = packJson({ packs: [], facts: {} })

/** What a test says about an attempt; everything else is as of an SMS that was accepted. */
export interface AttemptToRecord {
  reminderId?: string
  no?: number
  creditor: string
  recipientId: string
  addressId?: string
  addressHash?: Buffer
  accountIds?: string[]
  channel?: 'phone' | 'sms' | 'email'
  route?: string
  at: Date
  /** Null: it is being sent. */
  settled?: Partial<Insertable<SettlementTable>> | null
  reservation?: Partial<Insertable<ReservationTable>>
  /** Null: the reminder is there already. */
  reminder?: Partial<Insertable<ReminderTable>> | null
}

/** Records a reminder with an attempt as dispatch would have: reminder, reservation, its batch, and how it ended. */
export async function recordAttempt(
  db: Db,
  about: AttemptToRecord,
): Promise<{ reminderId: string; attemptNo: number; reservedAt: Date }> {
  const { creditor, recipientId, at, channel = 'sms', reminderId = newId(), no = 1 } = about
  const route = about.route ?? `${channel}-main`
  const later = new Date(at.getTime() + 3_600_000)
  const settled =
    about.settled === null ? null : { status: 'accepted' as const, outcome: 'sent' as const, ...about.settled }
  const reminderStatus =
    settled === null
      ? 'scheduled'
      : settled.status === 'accepted'
        ? 'sent'
        : settled.status === 'in_doubt'
          ? 'in_doubt'
          : 'failed'
  if (about.reminder !== null) {
    await db
      .insertInto('decorum.reminder')
      .values({
        id: reminderId,
        creditor,
        recipient_id: recipientId,
        live: true,
        origin: 'direct',
        kind: 'reminder',
        mode: 'automated',
        tone: 'neutral',
        channel,
        follows: null,
        template: 'overdue',
        template_version: null,
        ladder: null,
        ladder_version: null,
        rung: null,
        unique_key: Buffer.from(reminderId),
        route,
        status: reminderStatus,
        due_at: at,
        expires_at: later,
        variables: null,
        end_reason: null,
        created_at: at,
        updated_at: at,
        ...about.reminder,
      })
      .execute()
  }
  await db
    .insertInto('decorum.reservation')
    .values({
      reminder_id: reminderId,
      no,
      reserved_at: at,
      creditor,
      recipient_id: recipientId,
      channel,
      mode: 'automated',
      route,
      provider: 'capture',
      address_id: about.addressId ?? newId(),
      address_hash: about.addressHash ?? Buffer.alloc(32),
      account_ids: about.accountIds ?? [],
      good_until: later,
      lease_until: later,
      weight: 1,
      template: 'overdue',
      template_version: 'v',
      locale: 'en',
      message_hash: Buffer.alloc(32),
      word_facts: null,
      valid_seconds: 600,
      decision_no: no,
      until: null,
      candidate_zones: [],
      decided: NOTHING_DECIDED,
      excess: null as never,
      ...about.reservation,
    })
    .execute()
  await db
    .insertInto('decorum.dispatch_batch')
    .values({
      id: randomUUID(),
      route,
      worker: 'test',
      reserved_at: at,
      look_at: about.reservation?.lease_until ?? later,
      reminder_ids: [reminderId],
      attempt_nos: [no],
    })
    .execute()
  if (settled !== null) {
    await db
      .insertInto('decorum.settlement')
      .values({
        reminder_id: reminderId,
        no,
        reserved_at: at,
        provider_ref: null,
        rejection: null,
        code: null,
        detail: null,
        settled_at: at,
        delivery: null,
        delivery_code: null,
        delivery_at: null,
        resolved_by: null,
        looked_up_at: null,
        ...settled,
      })
      .execute()
  }
  return { reminderId, attemptNo: no, reservedAt: at }
}
