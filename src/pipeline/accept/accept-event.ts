import type { Transaction } from 'kysely'
import type { EventBody } from '../../intake/bodies.ts'
import { timesOfEvent } from '../../intake/times-of-facts.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Instant } from '../../model/time.ts'
import { RECIPIENT_REASONS, type SuppressionReason } from '../../model/vocabulary.ts'
import { findAccounts, knownAccounts } from '../../record/accounts.ts'
import { addEvent, balanceEvents, type EventRow, findEvent, paidSince } from '../../record/events.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../../record/idempotency.ts'
import { openHolds } from '../../record/holds.ts'
import { newId } from '../../record/id.ts'
import { lockAwaited, type Locked } from '../../record/locks.ts'
import { outOfReach } from '../../record/reach.ts'
import type { Database } from '../../record/schema.ts'
import { eventField, eventNote } from '../../record/vault/vault.ts'
import type { EventAnswer } from '../../report/views/operations.ts'
import { personalDataOf } from '../personal-data.ts'
import { mapStatedText } from '../free-text.ts'
import type { Actor, Runtime } from '../runtime.ts'
import { AccountDraft } from './account-draft.ts'
import type { EventContext } from './event-context.ts'
import { applyEvent } from './event-effects.ts'
import { balanceOf } from './merge-account.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { bodyHash, creditorOwning, refuseFuture } from './resolve-creditor.ts'
import { suppress } from './suppress.ts'
import { noDrafts, writeDrafts } from './write-drafts.ts'
import { ConcurrentModification, inWriteTransaction, lockRecipientDraft } from './write-transaction.ts'

/**
 * Records an event that upstream reports about an account, and applies its effects.
 *
 * Idempotent by id for the life of the debt. Effects start now; contacts made since the event took
 * effect that it would have forbidden are marked, never deleted.
 *
 * @throws DECORUM_NOT_FOUND for an unknown account, unless the event suppresses the recipient: that suppression is kept
 *         until the account arrives; DECORUM_CONFLICT for an id reported before with another body
 */
export async function acceptEvent(
  runtime: Runtime,
  actor: Actor,
  accountId: string,
  body: EventBody,
): Promise<EventAnswer> {
  const stops = RECIPIENT_REASONS.find((reason) => reason === body.type)
  const creditor = await creditorOwning(runtime, actor, body.creditor, 'account', accountId, {
    mayBeUnknown: stops !== undefined,
  })
  refuseFuture(runtime, timesOfEvent(body), runtime.clock.now())
  const hash = bodyHash({ ...body, creditor: creditor.id, accountId })
  return inWriteTransaction(runtime, actor, async (opened) => {
    const find = async () =>
      [...(await findAccounts(opened, [{ creditor: creditor.id, externalId: accountId }])).values()][0]
    const found = await find()
    if (found === undefined && stops === undefined)
      throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such account')
    if (found === undefined) {
      const trx = await lockAwaited(opened, [creditor.id], 'exclusive')
      if ((await find()) !== undefined) throw new ConcurrentModification('the account was added meanwhile')
      return keepSuppression(runtime, trx, {
        creditor: creditor.id,
        accountId,
        body,
        hash,
        reason: stops as SuppressionReason,
        by: actor.name,
      })
    }
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, found.recipientId)
    const named = { id: body.id, accountId, creditor: creditor.id }
    const earlier = await findEvent(trx, creditor.id, body.id)
    if (earlier !== null) {
      if (!(await personalDataOf(runtime, trx, earlier.recipient_id)).isDigest('body', hash, earlier.body_hash))
        throw new DecorumError('DECORUM_CONFLICT', `event ${body.id} was reported before with another body`)
      return { ...named, repeated: true, effect: earlier.effect ?? '' }
    }
    const [known] = await knownAccounts(trx, [found.id])
    if (known === undefined || known.row.recipient_id !== found.recipientId)
      throw new ConcurrentModification('the account was moved to another recipient meanwhile')
    if (known.row.live && !actor.live) throw outOfReach('account')
    const now = runtime.clock.now()
    const account = new AccountDraft({ ...known.row }, known)
    const context = await contextOf(trx, {
      body,
      recipient,
      account,
      by: actor.name,
      now,
      bookZone: creditor.bookZone,
      creditor: creditor.id,
    })
    const effect = applyEvent(context, body)
    account.updateSpell(runtime, now, effect.reversal === true)
    const event = eventRow(runtime, body, context, hash, effect.words)
    if (effect.forbids === true && context.effectiveAt < now) {
      context.drafts.excess.push({
        recipientId: recipient.row.id,
        accountIds: [account.row.id],
        since: context.effectiveAt,
        rule: `retroactive/${body.type}`,
        exceptContact: null,
      })
    }
    // Before what follows from it, as timelines tell it.
    await addEvent(trx, event)
    await writeDrafts(runtime, trx, context.drafts, actor.name, now)
    return { ...named, repeated: false, effect: effect.words }
  })
}

interface ContextInput {
  body: EventBody
  recipient: RecipientDraft
  account: AccountDraft
  by: string
  now: Instant
  bookZone: string
  creditor: string
}

async function contextOf(trx: Transaction<Database>, about: ContextInput): Promise<EventContext> {
  const { body, recipient, account } = about
  const holds = await openHolds(trx, [recipient.row.id])
  const promised = holds
    .filter((hold) => hold.kind === 'promise' && hold.account_id === account.row.id)
    .map((hold) => hold.created_at.getTime())
  const reported = await balanceEvents(trx, [account.row])
  const named =
    body.type === 'payment-reversed' && body.paymentId !== undefined
      ? await findEvent(trx, about.creditor, body.paymentId)
      : null
  return {
    eventId: newId(),
    by: about.by,
    now: about.now,
    bookZone: about.bookZone,
    recipient,
    account,
    holds,
    effectiveAt: effectiveAt(body, about.now),
    drafts: { ...noDrafts(), recipients: [recipient], accounts: [account] },
    kept: {},
    balance: balanceOf(account.row, reported),
    reported,
    named,
    paidSincePromise: promised.length === 0 ? 0 : await paidSince(trx, account.row.id, new Date(Math.min(...promised))),
  }
}

/** When did the event take effect? A time ahead by no more than the allowed clock skew counts as now. */
function effectiveAt(body: EventBody, now: Instant): Instant {
  if (body.type === 'notice') return Math.min(body.effectiveAt ?? body.sentAt, now)
  return body.effectiveAt ?? Math.min(body.occurredAt, now)
}

/** Records the suppression of an event whose account is not known yet; it takes effect when the account arrives. */
async function keepSuppression(
  runtime: Runtime,
  trx: Locked,
  kept: { creditor: string; accountId: string; body: EventBody; hash: Buffer; reason: SuppressionReason; by: string },
): Promise<EventAnswer> {
  const { creditor, accountId, body, hash, reason, by } = kept
  const now = runtime.clock.now()
  const answer = {
    id: body.id,
    accountId,
    creditor,
    effect: `${reason}; no such account is known yet: kept, and acts when it comes`,
  }
  const use = await findIdempotencyKey(trx, creditor, 'awaited-event', body.id)
  if (use !== null) {
    if (!runtime.vault.isDigest(null, 'body', hash, use.bodyHash))
      throw new DecorumError('DECORUM_CONFLICT', `event ${body.id} was reported before with another body`)
    return { ...answer, repeated: true }
  }
  const { id } = await suppress(
    runtime,
    trx,
    {
      creditor,
      scope: 'all',
      recipientId: null,
      hash: null,
      channel: null,
      reason,
      source: 'event',
      by,
      from: body.effectiveAt ?? body.occurredAt,
      awaits: { account: accountId },
    },
    { owners: [], now, notice: null },
  )
  await rememberIdempotencyKey(
    trx,
    {
      creditor,
      scope: 'awaited-event',
      key: body.id,
      bodyHash: runtime.vault.digest(null, 'body', hash),
      resourceId: id,
    },
    new Date(now),
  )
  return { ...answer, repeated: false }
}

function sealStated(
  { vault }: Pick<Runtime, 'vault'>,
  { eventId, recipient }: EventContext,
  stated: Record<string, unknown>,
): Record<string, unknown> {
  return mapStatedText(stated, (text, field) =>
    vault.sealText(recipient.dataKey(vault), eventField(`${eventId}.${field}`), text),
  )
}

/** The row of an event: free text is sealed in the vault, all other stated fields stay readable. */
function eventRow(runtime: Runtime, body: EventBody, context: EventContext, hash: Buffer, effect: string): EventRow {
  const { recipient, account, now } = context
  const { id, type, creditor: _creditor, occurredAt, effectiveAt: _effectiveAt, note, ...fields } = body
  const { reason, ...stated } = { reason: null, ...fields }
  const words = [reason, note].filter((text) => text != null).join('\n')
  const sealed =
    words === ''
      ? null
      : runtime.vault.seal(
          runtime.vault.unwrap(recipient.row.data_key, recipient.row.data_key_id),
          eventNote(context.eventId),
          words,
        )
  return {
    id: context.eventId,
    creditor: recipient.row.creditor,
    external_id: id,
    recipient_id: recipient.row.id,
    account_id: account.row.id,
    type,
    kind: body.type === 'notice' ? body.kind : null,
    occurred_at: new Date(Math.min(occurredAt, now)),
    effective_at: new Date(context.effectiveAt),
    received_at: new Date(now),
    body: { ...sealStated(runtime, context, stated), ...context.kept },
    note: sealed,
    body_hash: runtime.vault.digest(recipient.dataKey(runtime.vault), 'body', hash),
    effect,
  }
}
