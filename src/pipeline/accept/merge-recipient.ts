import { isDeepStrictEqual } from 'node:util'
import { type AddressInput, type ConsentInput, phoneEvidence, type PhoneEvidence } from '../../intake/address.ts'
import type { RecipientBody } from '../../intake/recipient-body.ts'
import { DecorumError } from '../../model/errors.ts'
import type { BlockedTime } from '../../model/facts.ts'
import { boundSigns } from '../../model/places/signs-of-place.ts'
import { type Instant, isInFuture } from '../../model/time.ts'
import { type Channel, originOf } from '../../model/vocabulary.ts'
import { statedZone } from '../../model/zones/zone-names.ts'
import { newId } from '../../record/id.ts'
import { isSealedText } from '../../record/vault/sealed-text.ts'
import type { Consent, KnownRecipient, OwnAddress, RecipientRow, UpstreamKey } from '../../record/recipients.ts'
import type { Reach } from '../../record/reach.ts'
import type { StoredEvidence } from '../../record/schema.ts'
import {
  type AddressHash,
  addressSource,
  addressValue,
  consentSource,
  type DataKey,
  recipientName,
  type Vault,
  type WrappedKey,
} from '../../record/vault/vault.ts'

/**
 * A new recipient without facts; those are merged as for a known one.
 *
 * @param actor  who registers it: with a test key, it is test for good
 */
export const newRecipient = (
  id: string,
  key: UpstreamKey,
  dataKey: WrappedKey,
  now: Instant,
  { live }: Pick<Reach, 'live'> = { live: true },
): RecipientDraft =>
  new RecipientDraft(
    {
      row: {
        id,
        creditor: key.creditor,
        external_id: key.externalId,
        data_key: dataKey.wrapped,
        data_key_id: dataKey.keyId,
        live,
        name: null,
        locale: null,
        time_zone: null,
        jurisdiction: null,
        location_evidence: [],
        blocked_times: [],
        as_of: null,
        caught_up_on: null,
        erased_at: null,
        created_at: new Date(now),
        updated_at: new Date(now),
      },
      addresses: [],
      consents: [],
    },
    true,
  )

/** A locked recipient with its changes, to be written at the end of the transaction. */
export class RecipientDraft {
  readonly row: RecipientRow
  readonly addresses: OwnAddress[]
  /** Addresses to be written. */
  readonly touched = new Set<OwnAddress>()
  readonly knownConsents: readonly Consent[]
  readonly newConsents: Consent[] = []
  /** How many addresses this transaction adds. */
  newAddresses = 0
  dirty = false
  /** Added by this transaction. */
  readonly isNew: boolean
  #key: DataKey | undefined

  constructor(known: KnownRecipient, isNew = false) {
    this.isNew = isNew
    this.row = { ...known.row }
    this.addresses = known.addresses.map((address) => ({ ...address }))
    this.knownConsents = known.consents
  }

  /** The key that seals the recipient's personal data. */
  dataKey(vault: Vault): DataKey {
    return (this.#key ??= vault.unwrap(this.row.data_key, this.row.data_key_id))
  }
}

/**
 * Under which hash is this address locked, suppressed and found?
 *
 * Mailboxes are compared without regard to case: a suppression of `Ana@…` must cover `ana@…`.
 *
 * What test keys register hashes apart: a stop, a cap or a search of a test key never meets a live person's number.
 *
 * @param value  E.164, or a mailbox as it is written
 * @param live   of the recipient, or of the caller where there is none
 */
export const addressHash = (vault: Vault, channel: Channel, value: string, live: boolean): AddressHash =>
  vault.addressHash(channel, hashedText(channel, value, live))

/** The hashes of an address under every key, for look-ups. */
export const addressHashes = (vault: Vault, channel: Channel, value: string, live: boolean): AddressHash[] =>
  vault.addressHashes(channel, hashedText(channel, value, live))

/** No number and no mailbox begins with the mark of a test key's. */
export const hashedText = (channel: Channel, value: string, live: boolean): string =>
  `${live ? '' : 'test '}${channel === 'email' ? value.toLowerCase() : value}`

/** @throws DECORUM_ERASED for a person who was erased: nothing about them is taken in any more */
export function refuseErased({ row }: Pick<RecipientDraft, 'row'>): void {
  if (row.erased_at !== null) throw new DecorumError('DECORUM_ERASED', 'this person was erased')
}

export type Merged = 'older' | 'unchanged' | 'changed'

/**
 * Merges facts about a recipient field by field: absent keeps, null clears.
 *
 * A recipient reported to live elsewhere may still be at the old place, so the earlier place stays as
 * evidence and the contact windows of both bind, until the new place is confirmed.
 */
export function mergeRecipient(
  draft: RecipientDraft,
  body: Omit<RecipientBody, 'creditor'>,
  stated: Instant,
  now: Instant,
  vault: Vault,
): Merged {
  const asOf = Math.min(stated, now)
  const { row } = draft
  // Facts dated in the future are replaced by any others.
  const known = row.as_of === null || isInFuture(row.as_of.getTime(), now) ? null : row.as_of.getTime()
  if (known !== null && asOf < known) return 'older'
  // For a recipient without facts everything is new; comparing would cost a large import more than merging.
  const before = row.as_of === null ? null : { ...row }
  const consentsBefore = draft.newConsents.length
  let changed = mergeName(draft, body.name, vault)
  mergePlace(draft, body, asOf)
  if (body.locale !== undefined) row.locale = body.locale
  if (body.blockedTimes !== undefined)
    row.blocked_times = body.blockedTimes.map((time): BlockedTime => ({
      ...time,
      channel: time.channel ?? null,
      until: time.until ?? null,
    }))
  changed = before === null || !isDeepStrictEqual({ ...before, name: null }, { ...row, name: null }) || changed
  if (body.addresses !== undefined) changed = mergeAddresses(draft, body.addresses, now, vault) || changed
  for (const consent of body.consents ?? []) addConsent(draft, consent, null, now, vault)
  if (known === null || asOf > known) {
    row.as_of = new Date(asOf)
    draft.dirty = true
  }
  if (!changed && draft.newConsents.length === consentsBefore) return 'unchanged'
  row.updated_at = new Date(now)
  draft.dirty = true
  return 'changed'
}

function mergeName(draft: RecipientDraft, name: string | null | undefined, vault: Vault): boolean {
  const { row } = draft
  if (name === undefined) return false
  const place = recipientName(row.id)
  const key = draft.dataKey(vault)
  if ((row.name === null ? null : vault.open(key, place, row.name)) === name) return false
  row.name = name === null ? null : vault.seal(key, place, name)
  return true
}

function mergePlace(draft: RecipientDraft, body: Omit<RecipientBody, 'creditor'>, asOf: Instant): void {
  const { row } = draft
  const said = (body.locationEvidence ?? []).map((sign): StoredEvidence => ({
    kind: sign.kind,
    jurisdiction: sign.jurisdiction ?? null,
    timeZone: sign.timeZone ?? null,
    at: sign.at,
  }))
  if (body.elsewhere !== undefined) said.push({ kind: 'postcode', ...body.elsewhere, at: asOf })
  const earlier: StoredEvidence[] = []
  const movedPlace =
    body.jurisdiction !== undefined && row.jurisdiction !== null && body.jurisdiction !== row.jurisdiction
  // A zone recorded as an abbreviation named no place: a zone stated now corrects it and is no move.
  const before = row.time_zone === null ? null : statedZone(row.time_zone)
  const leftZone =
    body.timeZone !== undefined && before?.ok === true && before.zone !== body.timeZone ? before.zone : null
  if (movedPlace || leftZone !== null) {
    earlier.push({
      kind: 'earlier-address',
      jurisdiction: movedPlace ? row.jurisdiction : null,
      timeZone: leftZone,
      at: Math.min(row.as_of?.getTime() ?? asOf, asOf),
    })
  }
  if (body.jurisdiction !== undefined) row.jurisdiction = body.jurisdiction
  if (body.timeZone !== undefined) row.time_zone = body.timeZone
  const kept = body.locationConfirmed === true ? [] : [...row.location_evidence, ...earlier]
  const added = said.filter((sign) => !kept.some((known) => isDeepStrictEqual(known, sign)))
  row.location_evidence = boundSigns([...kept, ...added])
}

function mergeAddresses(draft: RecipientDraft, stated: readonly AddressInput[], now: Instant, vault: Vault): boolean {
  const { row } = draft
  const named = new Set<OwnAddress>()
  let changed = false
  stated.forEach((address, position) => {
    const { hash } = addressHash(vault, address.channel, address.value, row.live)
    let own = draft.addresses.find((known) => known.channel === address.channel && known.hash.equals(hash))
    const before = own === undefined ? null : { ...own }
    if (own === undefined) {
      own = newAddress(draft, address, hash, now, vault)
      draft.addresses.push(own)
      draft.newAddresses++
    }
    own.position = position
    own.relation = address.relation
    own.removed_at = null
    if (address.kind !== undefined) own.kind = address.kind
    if (address.source !== undefined) own.source = storedSource(draft, own, address.source, vault)
    if (address.verifiedAt != null) own.verified_at = new Date(address.verifiedAt)
    named.add(own)
    if (before === null || !isDeepStrictEqual(before, own)) {
      draft.touched.add(own)
      changed = true
    }
    for (const consent of address.consents)
      addConsent(draft, { ...consent, channel: consent.channel ?? address.channel }, hash, now, vault)
  })
  for (const own of draft.addresses) {
    if (named.has(own) || own.removed_at !== null) continue
    own.removed_at = new Date(now)
    draft.touched.add(own)
    changed = true
  }
  if (changed) row.updated_at = new Date(now)
  return changed
}

/** Where an address comes from, as it is stored: the words that rules read as they are, any others sealed; the same stay as they were. */
function storedSource(draft: RecipientDraft, own: OwnAddress, stated: string | null, vault: Vault): string | null {
  if (stated === null || originOf(stated) !== 'other') return stated
  const place = addressSource(own.id)
  const key = (): DataKey => draft.dataKey(vault)
  if (own.source !== null && isSealedText(own.source) && vault.openText(key, place, own.source) === stated)
    return own.source
  return vault.sealText(key(), place, stated)
}

const NO_EVIDENCE: PhoneEvidence = { country: null, zones: [], subdivisions: [], lineType: 'unknown' }

function newAddress(
  draft: RecipientDraft,
  address: AddressInput,
  hash: Buffer,
  now: Instant,
  vault: Vault,
): OwnAddress {
  const { row } = draft
  const id = newId()
  const evidence = address.channel === 'email' ? NO_EVIDENCE : phoneEvidence(address.value)
  return {
    id,
    creditor: row.creditor,
    recipient_id: row.id,
    hash,
    channel: address.channel,
    kind: evidence.lineType === 'unknown' ? null : evidence.lineType,
    relation: address.relation,
    source: null,
    position: 0,
    value: vault.seal(draft.dataKey(vault), addressValue(id), address.value),
    country: evidence.country,
    zones: [...evidence.zones],
    subdivisions: [...evidence.subdivisions],
    verified_at: null,
    removed_at: null,
    created_at: new Date(now),
  }
}

/** Records a consent, unless the same is recorded already. */
function addConsent(
  draft: RecipientDraft,
  consent: ConsentInput,
  hash: Buffer | null,
  now: Instant,
  vault: Vault,
): void {
  const channel = consent.channel ?? null
  const until = consent.until ?? null
  const standing = [...draft.knownConsents, ...draft.newConsents].some(
    (known) =>
      known.kind === consent.kind &&
      known.channel === channel &&
      (hash === null ? known.address_hash === null : known.address_hash?.equals(hash) === true) &&
      (known.ends_at?.getTime() ?? null) === until &&
      known.starts_at.getTime() <= (consent.from ?? now),
  )
  if (standing) return
  const id = newId()
  draft.newConsents.push({
    id,
    creditor: draft.row.creditor,
    recipient_id: draft.row.id,
    kind: consent.kind,
    channel,
    address_hash: hash,
    starts_at: new Date(consent.from ?? now),
    ends_at: until === null ? null : new Date(until),
    source: consent.source == null ? null : vault.sealText(draft.dataKey(vault), consentSource(id), consent.source),
    recorded_at: new Date(now),
  })
}
