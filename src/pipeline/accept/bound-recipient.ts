import { phoneEvidence } from '../../intake/address.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import type { Locked } from '../../record/locks.ts'
import { type Consent, dropAddresses, dropConsents, type OwnAddress, unusedAddresses } from '../../record/recipients.ts'
import { addressValue, type Vault } from '../../record/vault/vault.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { invalidField } from './resolve-creditor.ts'

/** Consents kept of one person; each of them is read by every decision. */
export const MOST_CONSENTS_KEPT = 200
/** Numbers and mailboxes kept of one person, retired ones included: a hundred beside the fifty that one request may state. */
export const MOST_ADDRESSES_KEPT = 150

/**
 * Which consents no longer allow anything, those that ended longest ago first?
 *
 * Those that are over; and those for the same kind, channel and address as one that has begun since and lasts at least as long, which allows
 * from now on whatever they allow. Without them no decision is looser: what caps count of the past may be more.
 */
export function idleConsents(consents: readonly Consent[], now: Instant): Consent[] {
  const over = consents.filter((consent) => endOf(consent) <= now)
  const begun = consents
    .filter((consent) => endOf(consent) > now && consent.starts_at.getTime() <= now)
    .sort((a, b) => endOf(b) - endOf(a) || b.starts_at.getTime() - a.starts_at.getTime())
  // In this order a consent is replaced by one before it that began no earlier.
  const latest = new Map<string, number>()
  const replaced: Consent[] = []
  for (const consent of begun) {
    const began = consent.starts_at.getTime()
    const subject = JSON.stringify([consent.kind, consent.channel, consent.address_hash?.toString('hex')])
    const known = latest.get(subject)
    if (known !== undefined && known >= began) replaced.push(consent)
    else latest.set(subject, began)
  }
  return [
    ...over.sort((a, b) => endOf(a) - endOf(b)),
    ...replaced.sort((a, b) => a.starts_at.getTime() - b.starts_at.getTime()),
  ]
}

const endOf = ({ ends_at: end }: Consent): Instant => end?.getTime() ?? NEVER

/**
 * Drops what these people have too much of, before what is new about them is written.
 *
 * Asks the ledger nothing while they have less than the bounds. Only what adds is refused: an address can always be retired.
 *
 * @param within  the path of the person in the request: `recipient.`, or nothing
 * @throws        DECORUM_BAD_INPUT when there is more than the bound that still counts
 */
export async function boundRecipients(
  trx: Locked,
  drafts: readonly RecipientDraft[],
  vault: Vault,
  now: Instant,
  within: string,
): Promise<void> {
  for (const draft of drafts) {
    if (draft.newConsents.length > 0) await boundConsents(trx, draft, now, within)
    if (draft.newAddresses > 0) await boundAddresses(trx, draft, vault, now, within)
  }
}

async function boundConsents(trx: Locked, draft: RecipientDraft, now: Instant, within: string): Promise<void> {
  const all = [...draft.knownConsents, ...draft.newConsents]
  const excess = all.length - MOST_CONSENTS_KEPT
  if (excess <= 0) return
  const dropped = new Set(idleConsents(all, now).slice(0, excess))
  if (dropped.size < excess)
    throw invalidField(
      `${within}consents`,
      `would be more than ${MOST_CONSENTS_KEPT} that are in force`,
      'State each consent once, with the day on which it began; end those that others replace.',
    )
  await dropConsents(
    trx,
    draft.row.id,
    draft.knownConsents.filter((consent) => dropped.has(consent)).map(({ id }) => id),
  )
  draft.newConsents.splice(0, Infinity, ...draft.newConsents.filter((consent) => !dropped.has(consent)))
}

async function boundAddresses(
  trx: Locked,
  draft: RecipientDraft,
  vault: Vault,
  now: Instant,
  within: string,
): Promise<void> {
  const excess = draft.addresses.length - MOST_ADDRESSES_KEPT
  if (excess <= 0) return
  const retired = draft.addresses
    .filter((own) => own.removed_at !== null && !isKnownAsWorse(draft, own, vault))
    .sort((a, b) => (a.removed_at?.getTime() ?? 0) - (b.removed_at?.getTime() ?? 0))
  const unused = await unusedAddresses(
    trx,
    retired.map(({ id }) => id),
    now,
  )
  const dropped = retired.filter(({ id }) => unused.has(id)).slice(0, excess)
  if (dropped.length < excess)
    throw invalidField(
      `${within}addresses`,
      `would be more than ${MOST_ADDRESSES_KEPT}, retired ones included, to which contacts, stops or reminders refer`,
      'State the numbers and mailboxes that are in use; is this one person?',
    )
  await dropAddresses(
    trx,
    draft.row.id,
    dropped.map(({ id }) => id),
  )
  for (const own of dropped) draft.touched.delete(own)
}

/** Was more stated of it than its number tells, such as a landline to which no SMS goes? Forgotten, it might be written to when it comes back. */
function isKnownAsWorse(draft: RecipientDraft, own: OwnAddress, vault: Vault): boolean {
  if (own.kind === null || own.kind === 'mobile' || own.channel === 'email') return false
  if (own.value === null) return true
  return phoneEvidence(vault.open(draft.dataKey(vault), addressValue(own.id), own.value)).lineType !== own.kind
}
