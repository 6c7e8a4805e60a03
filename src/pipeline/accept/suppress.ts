import { DecorumError } from '../../model/errors.ts'
import { DAY, type Instant } from '../../model/time.ts'
import {
  type Channel,
  concernsRecipient,
  RECIPIENT_REASONS,
  type SuppressionReason,
  type SuppressionScope,
} from '../../model/vocabulary.ts'
import { newId } from '../../record/id.ts'
import { lockAwaited, type Locked, takeSequence } from '../../record/locks.ts'
import { wakeRecipient } from '../../record/reminders.ts'
import {
  addSuppression,
  type Arrivals,
  countAwaited,
  type FoundSuppression,
  assignSuppression,
  standingSuppression,
  type SuppressionTerms,
  suppressionsFor,
} from '../../record/suppressions.ts'
import { type SuppressionNotice, addSuppressionNotices } from '../notify.ts'
import type { Runtime } from '../runtime.ts'
import type { AccountDraft } from './account-draft.ts'
import type { RecipientDraft } from './merge-recipient.ts'

/** A stop as it was heard. */
export interface SuppressionInput {
  creditor: string
  scope: SuppressionScope
  /** Null: nobody in particular (an address), or somebody who is not known yet (`awaits`). */
  recipientId: string | null
  /** For scope address. */
  hash: Buffer | null
  channel: Channel | null
  reason: SuppressionReason
  /** How it was heard, in the record: `api`, `event`, `twilio-inbound`. */
  source: string
  by: string
  from?: Instant | null | undefined
  until?: Instant | null | undefined
  /** The creditor's own id of a person or an account that is not known yet. */
  awaits?: { recipient: string } | { account: string } | null
  /** The stop that this one only repeats, at another form of the same number: lifted with it. */
  cause?: string | null
}

/** Around it. */
interface SuppressContext {
  /** Everybody whom it concerns: the person named and, of an address, all who have it. The caller holds their locks, and the address's. */
  owners: readonly string[]
  now: Instant
  /** Numbers in the person's sequence, where the caller counts them in a draft. */
  takeSeq?: (recipientId: string) => number
  /** What upstream is told with it; null: nothing, for upstream said it. Absent: by whom. */
  tell?: Partial<SuppressionNotice> | null
  /** False: the caller wakes what waits for them. */
  wake?: boolean
}

/** What stands now. */
export interface Suppressed {
  /** Of the stop as it was heard. */
  id: string
  /** True: all of it stood already. */
  standing: boolean
  /** How far it reaches: a fact about the person reaches all of it. */
  scope: SuppressionScope
  /** Whose it is. */
  recipients: readonly string[]
}

/** A file with a wrong column must not fill the ledger; nobody's person comes a year later. */
const MOST_AWAITED = 100_000
const AWAITED_FOR_MS = 400 * DAY

/**
 * Records a stop, wherever it was heard: the one way in which anybody is stopped.
 *
 * A fact about the person (a death, an attorney, a written cease) stops the person, whichever address or channel it was
 * recorded with: of an address, the person named, or else everybody who has it. The same stop is never recorded twice.
 */
export async function suppress(
  runtime: Runtime,
  trx: Locked,
  wish: SuppressionInput,
  setting: SuppressContext,
): Promise<Suppressed> {
  const { owners, now } = setting
  const personal = concernsRecipient(wish.reason)
  const heard: SuppressionInput = personal && wish.scope === 'channel' ? { ...wish, scope: 'all', channel: null } : wish
  if (
    heard.awaits != null &&
    (await countAwaited(trx, heard.creditor, new Date(now - AWAITED_FOR_MS))) >= MOST_AWAITED
  ) {
    throw new DecorumError(
      'DECORUM_STATE_CONFLICT',
      `${MOST_AWAITED} stops of this creditor wait for people who are not known`,
      { hint: 'Put the people first, or lift the stops that wait for nobody.' },
    )
  }
  const first = await record(trx, heard, heard.cause ?? null, personal, setting)
  const scope = personal ? 'all' : heard.scope
  const recipients =
    heard.recipientId === null ? owners : heard.scope === 'address' && !personal ? owners : [heard.recipientId]
  let standing = first.standing
  if (personal && heard.scope === 'address') {
    const everything = { ...heard, scope: 'all' as const, hash: null, channel: null }
    for (const recipientId of recipients)
      standing =
        (await record(trx, { ...everything, recipientId, awaits: null }, first.id, true, setting)).standing && standing
    if (heard.awaits != null) standing = (await record(trx, everything, first.id, true, setting)).standing && standing
  }
  if (standing) return { id: first.id, standing, scope, recipients }
  if (setting.wake !== false) for (const owner of recipients) await wakeRecipient(trx, owner, new Date(now))
  if (setting.tell !== null)
    await addSuppressionNotices(
      runtime,
      trx,
      recipients,
      { by: wish.by, ...setting.tell, scope, reason: heard.reason, channel: heard.channel },
      now,
    )
  return { id: first.id, standing, scope, recipients }
}

async function record(
  trx: Locked,
  wish: SuppressionInput,
  cause: string | null,
  personal: boolean,
  { now, takeSeq }: SuppressContext,
): Promise<{ id: string; standing: boolean }> {
  const awaits = { recipient: null, account: null, ...wish.awaits }
  const stop: SuppressionTerms = {
    creditor: wish.creditor,
    scope: wish.scope,
    recipientId: wish.recipientId,
    addressHash: wish.hash,
    channel: wish.channel,
    reason: wish.reason,
    until: wish.until == null ? null : new Date(wish.until),
    personal,
    awaitsRecipient: awaits.recipient,
    awaitsAccount: awaits.account,
  }
  const standing = await standingSuppression(trx, stop)
  if (standing !== null) return { id: standing, standing: true }
  const id = newId()
  const seq =
    stop.recipientId === null
      ? null
      : takeSeq === undefined
        ? await takeSequence(trx, stop.recipientId)
        : takeSeq(stop.recipientId)
  await addSuppression(trx, {
    id,
    creditor: stop.creditor,
    scope: stop.scope,
    recipient_id: stop.recipientId,
    address_hash: stop.addressHash,
    channel: stop.channel,
    reason: stop.reason,
    source: wish.source,
    starts_at: new Date(Math.min(wish.from ?? now, now)),
    ends_at: stop.until,
    received_at: new Date(now),
    lifted_at: null,
    lifted_by: null,
    lift_reason: null,
    created_by: wish.by,
    seq,
    cause,
    awaits_recipient: stop.awaitsRecipient,
    awaits_account: stop.awaitsAccount,
  })
  return { id, standing: false }
}

/**
 * Gives people the stops that were there before them.
 *
 * A stop of a person or an account that was not known acts when they come; a fact about the holder of an address (a death)
 * stops whoever comes to have it. Asks nothing when nobody is new and no address is.
 */
export async function adoptSuppressions(
  runtime: Runtime,
  trx: Locked,
  drafts: { recipients: readonly RecipientDraft[]; accounts: readonly AccountDraft[] },
  by: string,
  now: Instant,
): Promise<void> {
  const arrivals = arrivalsIn(drafts)
  const { recipients, accounts, addresses } = arrivals
  if (recipients.length + accounts.length + addresses.length === 0) return
  await lockAwaited(
    trx,
    [...recipients, ...accounts].map(({ creditor }) => creditor),
    'shared',
  )
  const found = await suppressionsFor(trx, arrivals, RECIPIENT_REASONS, new Date(now - AWAITED_FOR_MS))
  const drafted = new Map(drafts.recipients.map((recipient) => [recipient.row.id, recipient]))
  for (const one of found) {
    const recipient = drafted.get(one.recipientId)
    if (recipient !== undefined) await adopt(runtime, trx, one, recipient, by, now)
  }
}

async function adopt(
  runtime: Runtime,
  trx: Locked,
  { suppression: stop, recipientId }: FoundSuppression,
  recipient: RecipientDraft,
  by: string,
  now: Instant,
): Promise<void> {
  if (stop.awaits_recipient !== null || stop.awaits_account !== null)
    return assignSuppression(trx, stop.id, recipientId, recipient.takeSeq())
  await suppress(
    runtime,
    trx,
    {
      creditor: stop.creditor,
      scope: 'all',
      recipientId,
      hash: null,
      channel: null,
      reason: stop.reason,
      source: stop.source,
      by,
      from: stop.starts_at.getTime(),
      until: stop.ends_at?.getTime() ?? null,
      cause: stop.id,
    },
    { owners: [recipientId], now, takeSeq: () => recipient.takeSeq(), tell: null, wake: false },
  )
}

function arrivalsIn({
  recipients,
  accounts,
}: {
  recipients: readonly RecipientDraft[]
  accounts: readonly AccountDraft[]
}): Arrivals {
  const named = ({ row }: { row: { creditor: string; external_id: string } }, recipientId: string) => ({
    creditor: row.creditor,
    externalId: row.external_id,
    recipientId,
  })
  return {
    recipients: recipients
      .filter((recipient) => recipient.isNew)
      .map((recipient) => named(recipient, recipient.row.id)),
    accounts: accounts.filter((account) => account.isNew).map((account) => named(account, account.row.recipient_id)),
    addresses: recipients.flatMap((recipient) =>
      [...recipient.touched]
        .filter((address) => address.removed_at === null)
        .map(({ creditor, hash }) => ({ creditor, hash, recipientId: recipient.row.id })),
    ),
  }
}
