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
import { lockAwaited, type Locked } from '../../record/locks.ts'
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

/** A suppression to be recorded, as it was reported. */
export interface SuppressionInput {
  creditor: string
  scope: SuppressionScope
  /** Null: of an address alone, or of a recipient who is not known yet (`awaits`). */
  recipientId: string | null
  /** For scope address. */
  hash: Buffer | null
  channel: Channel | null
  reason: SuppressionReason
  /** How it was reported, for the record: `api`, `event`, `twilio-inbound`. */
  source: string
  by: string
  from?: Instant | null | undefined
  until?: Instant | null | undefined
  /** The creditor's own id of a recipient or an account that is not known yet. */
  awaits?: { recipient: string } | { account: string } | null
  /** The suppression that this one follows from (another form of the same number); it is lifted with it. */
  cause?: string | null
}

/** The transaction's part of recording a suppression. */
interface SuppressContext {
  /** All recipients it concerns: the one named and, for an address, all who have it. The caller holds their locks and the address's. */
  owners: readonly string[]
  now: Instant
  /** Extra fields of the webhook notice; null: no notice, because upstream itself reported it. */
  notice?: Partial<SuppressionNotice> | null
  /** False: the caller wakes the recipients' waiting reminders. */
  wake?: boolean
}

/** The result of recording a suppression. */
export interface Suppressed {
  /** Id of the suppression as it was reported, new or existing. */
  id: string
  /** True: all of it was recorded already. */
  standing: boolean
  /** Its effective scope: a fact about the person always has scope `all`. */
  scope: SuppressionScope
  /** The recipients it applies to. */
  recipients: readonly string[]
}

/** Suppressions of unknown recipients per creditor: a file with a wrong column must not fill the ledger. */
const MAX_AWAITED = 100_000
/** How long such a suppression waits for its recipient or account. */
const AWAITED_FOR_MS = 400 * DAY

/**
 * Records a suppression, whatever its source; every suppression is recorded here, and none twice.
 *
 * A fact about the person (a death, an attorney, a written cease) suppresses the whole recipient, whichever address or
 * channel it was reported for: the recipient named, or else every recipient who has the address.
 */
export async function suppress(
  runtime: Runtime,
  trx: Locked,
  input: SuppressionInput,
  context: SuppressContext,
): Promise<Suppressed> {
  const { owners, now } = context
  const personal = concernsRecipient(input.reason)
  const reported: SuppressionInput =
    personal && input.scope === 'channel' ? { ...input, scope: 'all', channel: null } : input
  if (
    reported.awaits != null &&
    (await countAwaited(trx, reported.creditor, new Date(now - AWAITED_FOR_MS))) >= MAX_AWAITED
  ) {
    throw new DecorumError(
      'DECORUM_STATE_CONFLICT',
      `${MAX_AWAITED} suppressions of this creditor wait for recipients who are not known`,
      { hint: 'Put the recipients first, or lift suppressions whose recipient does not exist.' },
    )
  }
  const first = await record(trx, reported, reported.cause ?? null, personal, context)
  const scope = personal ? 'all' : reported.scope
  const recipients =
    reported.recipientId === null ? owners : reported.scope === 'address' && !personal ? owners : [reported.recipientId]
  let standing = first.standing
  if (personal && reported.scope === 'address') {
    const whole = { ...reported, scope: 'all' as const, hash: null, channel: null }
    for (const recipientId of recipients)
      standing =
        (await record(trx, { ...whole, recipientId, awaits: null }, first.id, true, context)).standing && standing
    if (reported.awaits != null) standing = (await record(trx, whole, first.id, true, context)).standing && standing
  }
  if (standing) return { id: first.id, standing, scope, recipients }
  if (context.wake !== false) for (const owner of recipients) await wakeRecipient(trx, owner, new Date(now))
  if (context.notice !== null)
    await addSuppressionNotices(
      runtime,
      trx,
      recipients,
      { by: input.by, ...context.notice, scope, reason: reported.reason, channel: reported.channel },
      now,
    )
  return { id: first.id, standing, scope, recipients }
}

async function record(
  trx: Locked,
  input: SuppressionInput,
  cause: string | null,
  personal: boolean,
  { now }: SuppressContext,
): Promise<{ id: string; standing: boolean }> {
  const awaits = { recipient: null, account: null, ...input.awaits }
  const terms: SuppressionTerms = {
    creditor: input.creditor,
    scope: input.scope,
    recipientId: input.recipientId,
    addressHash: input.hash,
    channel: input.channel,
    reason: input.reason,
    until: input.until == null ? null : new Date(input.until),
    personal,
    awaitsRecipient: awaits.recipient,
    awaitsAccount: awaits.account,
  }
  const standing = await standingSuppression(trx, terms)
  if (standing !== null) return { id: standing, standing: true }
  const id = newId()
  await addSuppression(trx, {
    id,
    creditor: terms.creditor,
    scope: terms.scope,
    recipient_id: terms.recipientId,
    address_hash: terms.addressHash,
    channel: terms.channel,
    reason: terms.reason,
    source: input.source,
    starts_at: new Date(Math.min(input.from ?? now, now)),
    ends_at: terms.until,
    received_at: new Date(now),
    lifted_at: null,
    lifted_by: null,
    lift_reason: null,
    created_by: input.by,
    cause,
    awaits_recipient: terms.awaitsRecipient,
    awaits_account: terms.awaitsAccount,
  })
  return { id, standing: false }
}

/**
 * Applies earlier suppressions to the new recipients, accounts and addresses of a transaction.
 *
 * A suppression of a recipient or account that was not known takes effect when it arrives; a fact about the holder of an
 * address (a death) suppresses every recipient who gets the address. Without anything new, nothing is read.
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
  const drafted = new Set(drafts.recipients.map((recipient) => recipient.row.id))
  for (const one of found) if (drafted.has(one.recipientId)) await adopt(runtime, trx, one, by, now)
}

async function adopt(
  runtime: Runtime,
  trx: Locked,
  { suppression, recipientId }: FoundSuppression,
  by: string,
  now: Instant,
): Promise<void> {
  if (suppression.awaits_recipient !== null || suppression.awaits_account !== null)
    return assignSuppression(trx, suppression.id, recipientId)
  await suppress(
    runtime,
    trx,
    {
      creditor: suppression.creditor,
      scope: 'all',
      recipientId,
      hash: null,
      channel: null,
      reason: suppression.reason,
      source: suppression.source,
      by,
      from: suppression.starts_at.getTime(),
      until: suppression.ends_at?.getTime() ?? null,
      cause: suppression.id,
    },
    { owners: [recipientId], now, notice: null, wake: false },
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
