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
import { holdEndReason } from '../../record/vault/vault.ts'
import { personalDataOf } from '../personal-data.ts'
import type { Actor, Runtime } from '../runtime.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { creditorOwning } from './resolve-creditor.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { inWriteTransaction, lockRecipientDraft } from './write-transaction.ts'

/** Holds one account, or every account of a recipient. */
export async function acceptHold(runtime: Runtime, actor: Actor, body: HoldBody): Promise<HoldAnswer> {
  const [what, externalId] =
    body.accountId === undefined
      ? ['recipient' as const, body.recipientId as string]
      : ['account' as const, body.accountId]
  const creditor = await creditorOwning(runtime, actor, body.creditor, what, externalId)
  const key = { creditor: creditor.id, externalId }
  return inWriteTransaction(runtime, actor, async (opened) => {
    const account = what === 'account' ? (await findAccounts(opened, [key])).get(keyText(key)) : undefined
    const recipientId =
      account?.recipientId ?? (await findRecipients(opened, what === 'recipient' ? [key] : [])).get(keyText(key))
    if (recipientId === undefined) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, recipientId)
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

/** Ends a hold early; waiting reminders are decided again at once. */
export async function endHold(runtime: Runtime, actor: Actor, id: string, body: HoldEndBody): Promise<EndAnswer> {
  const known = isId(id) ? await findHold(runtime.ledger.db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such hold')
  return inWriteTransaction(runtime, actor, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [known.recipientId] }, 'wait')
    const at = new Date(runtime.clock.now())
    const reason = (await personalDataOf(runtime, trx, known.recipientId)).sealText(holdEndReason(id), body.reason)
    const changed = (await endHolds(trx, [id], { at, by: actor.name, reason })) > 0
    if (changed) await wakeRecipient(trx, known.recipientId, at)
    return { id, changed }
  })
}

/** A hold to be opened. */
export interface HoldInput {
  kind: HoldKind
  /** Null: every account of the recipient. */
  accountId: string | null
  /** Absent or null: every channel. */
  channel?: Channel | null | undefined
  /** Absent: now. */
  from?: Instant | undefined
  /** Null or absent: until it is ended. */
  until?: Instant | null | undefined
  details?: Record<string, unknown>
  eventId?: string | null
  by: string
  now: Instant
}

/** The row of a new hold on a locked recipient; every hold is opened here. */
export function openHold(recipient: RecipientDraft, input: HoldInput): HoldRow {
  return {
    id: newId(),
    creditor: recipient.row.creditor,
    recipient_id: recipient.row.id,
    account_id: input.accountId,
    kind: input.kind,
    channel: input.channel ?? null,
    starts_at: new Date(input.from ?? input.now),
    ends_at: input.until == null ? null : new Date(input.until),
    ended_at: null,
    ended_by: null,
    end_reason: null,
    details: input.details ?? {},
    event_id: input.eventId ?? null,
    created_by: input.by,
    created_at: new Date(input.now),
  }
}

/** What a snapshot shows about the consistency of an account's facts. */
export interface FactsFound {
  /** Facts that contradict each other, in words. */
  conflicts: readonly string[]
  /** As of when it states the overdue amount; null: it states none. */
  balanceAt: Instant | null
  /** Why the stated balance is in doubt: it differs from the one calculated from reported payments. */
  doubt: string | null
}

/**
 * Holds an account whose facts contradict each other or whose balance is in doubt, and ends these holds once they agree.
 *
 * A doubt about the balance ends with a snapshot dated later than the balance in doubt; any snapshot ends a doubt
 * that is dated in the future.
 *
 * @param holds  the recipient's holds that have not been ended
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
 * Holds an account whose balance is in doubt, unless a hold for a doubt as late or later exists.
 *
 * @param input  `reportedFor`: when the doubtful report took effect; a snapshot from before then cannot end the hold
 */
export function doubtHold(
  recipient: RecipientDraft,
  account: StoredAccount,
  why: string,
  holds: readonly HoldRow[],
  input: Pick<HoldInput, 'by' | 'now' | 'eventId'> & { reportedFor?: Instant; reversal?: boolean },
): HoldRow[] {
  const { by, now, eventId, reportedFor, reversal } = input
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
