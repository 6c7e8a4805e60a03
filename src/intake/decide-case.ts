import { canonicalNumber, isE164 } from '../model/address-rules.ts'
import type { Fault } from '../model/errors.ts'
import type { AccountFacts, AddressFacts, Facts, LocationEvidence } from '../model/facts.ts'
import { placeByPostcode } from '../model/places/postcodes.ts'
import { type Instant, parseInstant } from '../model/time.ts'
import { originOf } from '../model/vocabulary.ts'
import { phoneEvidence } from './address.ts'
import {
  type DecideCaseInput,
  decideCaseJsonSchema,
  decideCaseSchema,
  statedAddressSchema,
} from './decide-case-schema.ts'
import { parse } from './parse.ts'
import { readPhoneText } from './phone-text.ts'

export { decideCaseJsonSchema }

/** One question to the policy engine, ready to be decided. */
interface DecideCase {
  now: Instant
  /** Exactly these packs; null: every shipped one that applies. */
  packs: string[] | null
  facts: Facts
}

type ParsedDecideCase = { ok: true; case: DecideCase } | { ok: false; faults: Fault[] }

/**
 * Which facts does this decide case state?
 *
 * Numbers and mailboxes are replaced by ids of the case's own; what was derived from
 * them (country, zones, line) stays.
 *
 * @param json  parsed JSON in the shape of the public decide contract
 * @returns     the case, or each fault with its path
 */
export function parseDecideCase(json: unknown): ParsedDecideCase {
  const parsed = parse(decideCaseSchema, json)
  const fault = addressFault(json)
  const faults = [...(parsed.ok ? [] : parsed.faults), ...(fault === null ? [] : [fault])]
  if (!parsed.ok || faults.length > 0) return { ok: false, faults }
  const input = parsed.value
  return { ok: true, case: { now: when(input.now), packs: input.packs ?? null, facts: factsOf(input) } }
}

/** Has been checked by the schema. */
const when = (text: string): Instant => parseInstant(text) as Instant
const orNull = (text: string | null | undefined): Instant | null => (text == null ? null : when(text))

/** Does the address fit the channel? Checked wherever a case states both, so that this fault is reported together with the others. */
function addressFault(json: unknown): Fault | null {
  const stated = statedAddressSchema.safeParse(json)
  if (!stated.success) return null
  const {
    reminder: { channel },
    address: { value },
  } = stated.data
  if (channel === 'email') {
    return value.includes('@')
      ? null
      : {
          path: 'address.value',
          problem: 'is not a mailbox, though the channel is email',
          cure: 'Give a mailbox, or another channel.',
        }
  }
  return isE164(normal(value))
    ? null
    : {
        path: 'address.value',
        problem: 'is not an E.164 number',
        cure: 'Write it with plus and country code, as "+12125550123".',
      }
}

/** One spelling for each address: digits only after the plus and no form that its country has replaced, mailboxes in lower case. */
function normal(value: string): string {
  if (value.includes('@')) return value.trim().toLowerCase()
  const written = readPhoneText(value)
  return canonicalNumber(written.ok ? written.text.replace(/[\s().-]/g, '') : value)
}

function factsOf(input: DecideCaseInput): Facts {
  const ids = new Map<string, string>()
  const idOf = (value: string | null | undefined): string | null => {
    if (value == null) return null
    const key = normal(value)
    const id = ids.get(key) ?? `address-${ids.size + 1}`
    ids.set(key, id)
    return id
  }
  const { reminder, recipient } = input
  const address = addressOf(input, idOf)
  const { elsewhere, ...placed } = placeByPostcode(
    { jurisdiction: recipient.jurisdiction ?? null, timeZone: recipient.timeZone ?? null },
    recipient.postcode,
  )
  const signs = recipient.locationEvidence.flatMap((sign): LocationEvidence[] => {
    const { elsewhere: other, ...place } = placeByPostcode(
      { jurisdiction: sign.jurisdiction ?? null, timeZone: sign.timeZone ?? null },
      sign.postcode,
    )
    const about = { kind: sign.kind, at: orNull(sign.at) ?? when(input.now) }
    return [{ ...about, ...place }, ...(other === null ? [] : [{ ...about, ...other }])]
  })
  return {
    reminder: {
      channel: reminder.channel,
      tone: reminder.tone,
      kind: reminder.kind,
      mode: reminder.mode ?? null,
      expiresAt: orNull(reminder.expiresAt),
      ...(reminder.dueAt == null ? {} : { dueAt: when(reminder.dueAt) }),
      ...(reminder.carries == null
        ? {}
        : { carries: { message: reminder.carries.message, voicemail: reminder.carries.voicemail ?? null } }),
    },
    address,
    recipient: {
      id: recipient.id,
      ...placed,
      locationEvidence: [
        ...signs,
        ...(elsewhere === null ? [] : [{ kind: 'postcode', ...elsewhere, at: when(input.now) }]),
      ],
      blockedTimes: recipient.blockedTimes.map((span) => ({
        days: span.days,
        from: span.from,
        to: span.to,
        channel: span.channel ?? null,
        until: orNull(span.until),
      })),
      ...(recipient.asOf == null ? {} : { asOf: when(recipient.asOf) }),
    },
    accounts: (input.accounts ?? (input.account === undefined ? [] : [input.account])).map(accountOf),
    contacts: input.contacts.map((contact) => ({
      at: when(contact.at),
      channel: contact.channel,
      direction: contact.direction,
      accounts: contact.accounts ?? (contact.account == null ? [] : [contact.account].flat()),
      address: idOf(contact.address),
      outcome: contact.outcome,
      by: contact.by ?? null,
      mode: contact.mode ?? null,
      party: contact.party ?? null,
      otherRecipient: false,
    })),
    events:
      input.events === undefined
        ? null
        : input.events.map((event) => ({
            type: event.type,
            kind: event.kind ?? null,
            at: when(event.at),
            account: event.account ?? null,
          })),
    holds: input.holds.map((hold) => ({
      kind: hold.kind,
      account: hold.account ?? null,
      from: orNull(hold.from) ?? 0,
      until: orNull(hold.until),
      ...(hold.channel == null ? {} : { channel: hold.channel }),
    })),
    suppressions: input.suppressions.map((stop) => ({
      scope: stop.scope,
      channel: stop.channel ?? null,
      address: idOf(stop.value),
      reason: stop.reason,
      from: orNull(stop.from),
      until: orNull(stop.until),
    })),
    consents: input.consents.map((consent) => ({
      kind: consent.kind,
      channel: consent.channel ?? null,
      address: idOf(consent.value),
      from: when(consent.from),
      until: orNull(consent.until),
    })),
    system: null,
  }
}

function addressOf(input: DecideCaseInput, idOf: (value: string) => string | null): AddressFacts | null {
  const stated = input.address
  if (stated == null) return null
  const id = idOf(stated.value) as string
  const said = {
    id,
    kind: stated.kind ?? null,
    relation: stated.relation ?? null,
    ...(originOf(stated.source) === null ? {} : { origin: originOf(stated.source) }),
    ...(stated.verifiedAt == null ? {} : { verifiedAt: when(stated.verifiedAt) }),
  }
  if (input.reminder.channel === 'email') return { ...said, country: null, zones: [], subdivisions: [] }
  const { country, zones, subdivisions, lineType } = phoneEvidence(normal(stated.value))
  return {
    ...said,
    kind: said.kind ?? (lineType === 'unknown' ? null : lineType),
    country,
    zones,
    subdivisions,
    ...(input.reminder.channel === 'sms' && lineType === 'landline' ? { line: lineType } : {}),
    ...(stated.takesSms == null ? {} : { takesSms: stated.takesSms }),
  }
}

const accountOf = (account: NonNullable<DecideCaseInput['account']>): AccountFacts => ({
  id: account.id,
  role: account.role,
  product: account.product,
  dueDate: account.dueDate ?? null,
  daysPastDue: account.daysPastDue ?? null,
  state: account.state,
  spell: account.spell ?? null,
  asOf: orNull(account.asOf),
  freshForMs: account.freshFor ?? null,
})
