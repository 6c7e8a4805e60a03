import type { HoldBody, HoldEndBody } from '../../intake/bodies.ts'
import { DecorumError } from '../../model/errors.ts'
import { formatInstant, type Instant, isInFuture, parseInstant } from '../../model/time.ts'
import type { Channel, HoldKind } from '../../model/vocabulary.ts'
import { findAccounts, type StoredAccount } from '../../record/accounts.ts'
import { endHolds, findHold, type HoldRow } from '../../record/holds.ts'
import { isId, newId } from '../../record/id.ts'
import { takeLocks } from '../../record/locks.ts'
import { findRecipients, keyText } from '../../record/recipients.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import type { EndAnswer, HoldAnswer } from '../../report/views/operations.ts'
import type { Actor, Runtime } from '../runtime.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { creditorOwning } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockRecipient } from './write-transaction.ts'

/** Pauses one account, or everything of a person. */
export async function acceptHold(runtime: Runtime, actor: Actor, body: HoldBody): Promise<HoldAnswer> {
  const [what, externalId] =
    body.accountId === undefined
      ? ['recipient' as const, body.recipientId as string]
      : ['account' as const, body.accountId]
  const creditor = await creditorOwning(runtime, actor, body.creditor, what, externalId)
  const key = { creditor: creditor.id, externalId }
  return inWriteTransaction(runtime, async (opened) => {
    const account = what === 'account' ? (await findAccounts(opened, [key])).get(keyText(key)) : undefined
    const recipientId =
      account?.recipientId ?? (await findRecipients(opened, what === 'recipient' ? [key] : [])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
    const { trx, recipient } = await lockRecipient(runtime, opened, recipientId)
    const now = runtime.clock.now()
    const hold = openHold(recipient, {
      kind: body.kind,
      accountId: account?.id ?? null,
      from: body.from ?? now,
      until: body.until ?? null,
      details: body.reason == null ? {} : { reason: body.reason },
      by: actor.name,
      now,
    })
    await writeDrafts(runtime, trx, { ...noDrafts(), recipients: [recipient], newHolds: [hold] }, actor.name, now)
    await wakeRecipient(trx, recipientId, new Date(now))
    return { id: hold.id, creditor: creditor.id }
  })
}

/** Ends a pause before its time; what waited is decided again at once. */
export async function endHold(runtime: Runtime, actor: Actor, id: string, body: HoldEndBody): Promise<EndAnswer> {
  const known = isId(id) ? await findHold(runtime.ledger.db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such hold')
  return inWriteTransaction(runtime, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [known.recipientId] }, 'wait')
    const at = new Date(runtime.clock.now())
    const changed = (await endHolds(trx, [id], { at, by: actor.name, reason: body.reason })) > 0
    if (changed) await wakeRecipient(trx, known.recipientId, at)
    return { id, changed }
  })
}

export interface HoldInput {
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
export function openHold(recipient: RecipientDraft, wish: HoldInput): HoldRow {
  return {
    id: newId(),
    creditor: recipient.row.creditor,
    recipient_id: recipient.row.id,
    account_id: wish.accountId,
    kind: wish.kind,
    channel: wish.channel ?? null,
    starts_at: new Date(wish.from ?? wish.now),
    ends_at: wish.until == null ? null : new Date(wish.until),
    ended_at: null,
    ended_by: null,
    end_reason: null,
    details: wish.details ?? {},
    event_id: wish.eventId ?? null,
    created_by: wish.by,
    created_at: new Date(wish.now),
    seq: recipient.takeSeq(),
  }
}

/** What a put says about an account's facts. */
export interface FactsFound {
  /** Which of them contradict each other. */
  conflicts: readonly string[]
  /** As of when it states what is overdue; null: it does not say. */
  balanceAt: Instant | null
  /** What it states is not what was reckoned from reported payments. */
  doubt: string | null
}

/**
 * Holds an account whose facts contradict each other, or whose balance is in doubt, and lets it go once they agree.
 *
 * A doubt about the balance ends with a snapshot that is dated later than what was in doubt; what is dated ahead of
 * now is no date, and gives way to any.
 *
 * @param holds  the person's pauses that nobody has ended
 */
export function conflictHold(
  recipient: RecipientDraft,
  account: StoredAccount,
  found: FactsFound,
  holds: readonly HoldRow[],
  by: string,
  now: Instant,
): { opened: HoldRow[]; ended: { id: string; reason: string }[]; afterReversal: boolean } {
  const standing = holds.filter((hold) => hold.kind === 'facts-conflict' && hold.account_id === account.id)
  const [doubts, conflicting] = [
    standing.filter((hold) => doubtedAsOf(hold) !== null),
    standing.filter((hold) => doubtedAsOf(hold) === null),
  ]
  const cleared = doubts.filter(
    (hold) =>
      found.doubt === null && found.balanceAt !== null && isLater(found.balanceAt, doubtedAsOf(hold) as Instant, now),
  )
  const settled = found.conflicts.length === 0 ? conflicting : []
  const opened: HoldRow[] = []
  if (found.conflicts.length > 0 && conflicting.length === 0)
    opened.push(
      openHold(recipient, {
        kind: 'facts-conflict',
        accountId: account.id,
        details: { conflicts: found.conflicts },
        by,
        now,
      }),
    )
  if (found.doubt !== null) opened.push(...doubtHold(recipient, account, found.doubt, doubts, { by, now }))
  return {
    opened,
    afterReversal: cleared.some((hold) => hold.details['reversal'] === true),
    ended: [
      ...settled.map(({ id }) => ({ id, reason: 'consistent facts came' })),
      ...cleared.map(({ id }) => ({ id, reason: 'a later balance came' })),
    ],
  }
}

/**
 * Holds an account whose balance is in doubt, unless it is held for one as late.
 *
 * @param wish  `reportedFor`: when what cast the doubt took effect; a snapshot from before that cannot end it
 */
export function doubtHold(
  recipient: RecipientDraft,
  account: StoredAccount,
  why: string,
  holds: readonly HoldRow[],
  wish: Pick<HoldInput, 'by' | 'now' | 'eventId'> & { reportedFor?: Instant; reversal?: boolean },
): HoldRow[] {
  const { by, now, eventId, reportedFor, reversal } = wish
  const asOf = Math.max(account.as_of.getTime(), reportedFor ?? 0)
  const covers = (hold: HoldRow): boolean =>
    hold.kind === 'facts-conflict' && hold.account_id === account.id && (doubtedAsOf(hold) ?? -Infinity) >= asOf
  if (reversal !== true && holds.some(covers)) return []
  return [
    openHold(recipient, {
      kind: 'facts-conflict',
      accountId: account.id,
      by,
      now,
      eventId: eventId ?? null,
      details: { conflicts: [why], balanceAsOf: formatInstant(asOf), ...(reversal === true ? { reversal } : {}) },
    }),
  ]
}

const doubtedAsOf = ({ details }: HoldRow): Instant | null =>
  typeof details['balanceAsOf'] === 'string' ? parseInstant(details['balanceAsOf']) : null
const isLater = (at: Instant, doubted: Instant, now: Instant): boolean => at > doubted || isInFuture(doubted, now)
