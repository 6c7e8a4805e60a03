import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { countryOf } from '../model/jurisdiction.ts'
import { addressBody, consentBody, type AddressInput } from './address-body.ts'
import { parseAddress } from './address-fields.ts'
import { placeByPostcode, type StatedPlace } from '../model/places/postcodes.ts'
import { hasItsCountry, jurisdiction, locale, postcode, timeZone, withItsCountry } from './place-fields.ts'
import { line, upstreamId, word } from './text-fields.ts'
import { instant, timeOfDay } from './time-fields.ts'

const evidenceBody = z.strictObject({
  kind: word,
  jurisdiction: jurisdiction.nullish(),
  timeZone: timeZone.nullish(),
  postcode: postcode.nullish(),
  at: instant,
}).refine(hasItsCountry, withItsCountry)

const blockedTimeBody = z.strictObject({
  days: z.array(z.int().min(1).max(7)).min(1).max(7).describe('ISO weekdays, 1 Monday … 7 Sunday'),
  from: timeOfDay,
  to: timeOfDay,
  channel: z.enum(CHANNELS).nullish(),
  until: instant.nullish(),
})

const recipientFields = {
  asOf: instant.nullish().describe('When this was true; older than what is known changes nothing. Absent: now.'),
  name: line(200).nullish(),
  locale: locale.nullish(),
  timeZone: timeZone.nullish(),
  jurisdiction: jurisdiction.nullish(),
  postcode: postcode.nullish(),
  locationEvidence: z.array(evidenceBody).max(50).optional(),
  locationConfirmed: z.boolean().optional().describe('The place stated now is confirmed: earlier places are forgotten.'),
  blockedTimes: z.array(blockedTimeBody).max(50).optional(),
  addresses: z.array(addressBody).max(50).optional().describe('The whole list when present; what is missing from it is retired.'),
  consents: z.array(consentBody).max(50).optional(),
}

interface Reachable {
  jurisdiction?: string | null | undefined
  addresses?: AddressInput[] | undefined
}

/** Numbers to E.164 with the stated jurisdiction's country for those without `+`; the same address twice is a fault. */
function withAddresses<T extends Reachable>(body: T, ctx: z.RefinementCtx): T {
  const seen = new Set<string>()
  const addresses = body.addresses?.map((address, i): AddressInput => {
    const parsed = parseAddress(address.channel, address.value, body.jurisdiction == null ? null : countryOf(body.jurisdiction))
    const path = ['addresses', i, 'value']
    if (!parsed.ok) {
      ctx.addIssue({ code: 'custom', path, message: parsed.problem, params: { cure: parsed.cure } })
      return address
    }
    const key = `${address.channel} ${parsed.value}`
    if (seen.has(key)) ctx.addIssue({ code: 'custom', path, message: 'stands here twice', params: { cure: 'State each address once for each channel.' } })
    seen.add(key)
    return { ...address, value: parsed.value }
  })
  return addresses === undefined ? body : { ...body, addresses }
}

interface Placed {
  jurisdiction?: string | null | undefined
  timeZone?: string | null | undefined
  postcode?: string | null | undefined
  locationEvidence?: { kind: string; jurisdiction?: string | null | undefined; timeZone?: string | null | undefined; postcode?: string | null | undefined; at: number }[] | undefined
}

/** Postcodes become the places that they name: what is kept is the place. `elsewhere`: the person's own postcode contradicts the place stated with it. */
function withPlaces<T extends Placed>(body: T): Omit<T, 'postcode'> & { elsewhere?: StatedPlace } {
  const { postcode: code, ...rest } = body
  const locationEvidence = body.locationEvidence?.flatMap(({ postcode: theirs, ...sign }) => {
    const { elsewhere, ...place } = placeByPostcode({ jurisdiction: sign.jurisdiction ?? null, timeZone: sign.timeZone ?? null }, theirs)
    return [{ ...sign, ...place }, ...(elsewhere === null ? [] : [{ ...sign, ...elsewhere }])]
  })
  const signs = locationEvidence === undefined ? {} : { locationEvidence }
  if (code == null) return { ...rest, ...signs }
  const { elsewhere, jurisdiction: place, timeZone: zone } = placeByPostcode({ jurisdiction: body.jurisdiction ?? null, timeZone: body.timeZone ?? null }, code)
  return { ...rest, ...signs, jurisdiction: place, ...(body.timeZone === undefined && zone === null ? {} : { timeZone: zone }), ...(elsewhere === null ? {} : { elsewhere }) }
}

/** `PUT /v1/recipients/{id}`: merged by field; absent keeps, null clears. */
export const recipientBody = z.strictObject({ creditor: word.optional(), ...recipientFields }).refine(hasItsCountry, withItsCountry).transform(withAddresses).transform(withPlaces)
export type RecipientBody = z.output<typeof recipientBody>

/** The person inside an account: the same, with its id. */
export const recipientInAccount = z.strictObject({ id: upstreamId, ...recipientFields }).refine(hasItsCountry, withItsCountry).transform(withAddresses).transform(withPlaces)
export type RecipientInAccount = z.output<typeof recipientInAccount>
