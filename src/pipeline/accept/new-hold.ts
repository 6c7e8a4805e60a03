import type { Channel } from '../../model/channel.ts'
import type { HoldKind } from '../../model/hold.ts'
import type { Instant } from '../../model/instant.ts'
import type { HoldRow } from '../../record/accepting/holds.ts'
import { newId } from '../../record/id.ts'
import type { PersonDraft } from './person-draft.ts'

export interface HoldWish {
  kind: HoldKind
  /** Null: the whole person. */
  accountId: string | null
  /** Absent or null: every channel. */
  channel?: Channel | null | undefined
  /** Absent: now. */
  from?: Instant | undefined
  /** Null or absent: until somebody ends it. */
  until?: Instant | null | undefined
  details?: Record<string, unknown>
  eventId?: string | null
  by: string
  now: Instant
}

/** A hold of a locked recipient, with its number in the recipient's sequence: the one way in which any hold is opened. */
export function openHold(person: PersonDraft, wish: HoldWish): HoldRow {
  return {
    id: newId(), creditor: person.row.creditor, recipient_id: person.row.id, account_id: wish.accountId, kind: wish.kind, channel: wish.channel ?? null,
    starts_at: new Date(wish.from ?? wish.now), ends_at: wish.until == null ? null : new Date(wish.until),
    ended_at: null, ended_by: null, end_reason: null, details: wish.details ?? {}, event_id: wish.eventId ?? null,
    created_by: wish.by, created_at: new Date(wish.now), seq: person.takeSeq(),
  }
}
