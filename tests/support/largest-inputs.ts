import { z } from 'zod'
import { COUNTRY_ZONES } from '../../src/model/places/country-zones.ts'

/** A value for a schema that is refused for as many reasons, or takes as much work, as its kind allows. */
export type Manner =
  /** As many entries as it takes, no two alike, each valid. */
  | 'largest'
  /** The same, with nothing of the right type. */
  | 'wrong-types'
  /** The same, with each word missed by a letter. */
  | 'near-misses'

const countries = Object.keys(COUNTRY_ZONES).sort(
  (a, b) => (COUNTRY_ZONES[b] as string[]).length - (COUNTRY_ZONES[a] as string[]).length,
)
const zones = [...new Set(Object.values(COUNTRY_ZONES).flat())]
const two = (n: number): string => String(n).padStart(2, '0')

/** Texts of every kind that schemas know; the first that one takes is used. */
const TEXTS: readonly ((n: number) => string)[] = [
  (n) => `x-${n}`,
  (n) => `2026-11-${two((n % 20) + 1)}T${two(n % 24)}:${two(n % 60)}:00Z`,
  (n) => `2026-11-${two((n % 20) + 1)}`,
  (n) => `${two(n % 24)}:${two(Math.floor(n / 24) % 60)}`,
  (n) => countries[n % countries.length] as string,
  (n) => zones[n % zones.length] as string,
  (n) => `+1212555${String(n % 10_000).padStart(4, '0')}`,
  (n) => `0190b3a2-7c1e-7000-8000-${n.toString(16).padStart(12, '0')}`,
  (n) => `${n + 1}.00`,
  (n) => String(10_001 + (n % 80_000)),
  () => 'true',
  () => '7',
]

/** Keys whose values must name something that there is. */
const NAMED: Readonly<Record<string, unknown>> = {
  creditor: 'northwind',
  template: 'us-first-party-loan',
  currency: 'USD',
  ladder: 'us-first-party-loan',
  amount: '12.00',
  outstanding: '12.00',
  minimumDue: '12.00',
  asOf: '2026-11-20T00:00:00Z',
  now: '2026-11-23T15:00:00Z',
}

/** Later than each of `TEXTS`. */
const AFTER_ALL = '2026-11-22T00:00:00Z'

interface Making {
  manner: Manner
  /** Counts what was made, so that no two are alike. */
  n: number
  /** Entries of a list at most, whatever its schema takes. */
  most: number
}

/** A value for this schema; `most` entries in a list at most. */
export function inputFor(schema: z.core.$ZodType, manner: Manner, most = Infinity): unknown {
  const value = make(schema, { manner, n: 0, most }, '')
  if (manner !== 'largest' || typeof value !== 'object' || value === null) return value
  // Of two fields that exclude each other, the one that holds more; every pack, and nobody unknown.
  const { balance: _balance, packs: _packs, parties: _parties, ...stated } = value as Record<string, unknown>
  if ('recipient' in stated) delete stated['recipientId']
  if ('accounts' in stated) delete stated['account']
  if ('reminder' in stated) stated['reminder'] = { ...(stated['reminder'] as object), channel: 'sms' }
  return stated
}

function make(schema: z.core.$ZodType, making: Making, key: string): unknown {
  if (schema instanceof z.ZodObject) {
    return Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, field]) => [
        name,
        make(field, making, name),
      ]),
    )
  }
  if (schema instanceof z.ZodArray) {
    const least = making.manner === 'largest' && key === 'channels' ? 3 : Math.min(bound(schema), making.most)
    return Array.from({ length: least }, () => make(schema.element, making, ''))
  }
  if (schema instanceof z.ZodRecord)
    return Object.fromEntries(
      Array.from({ length: Math.min(50, making.most) }, () => [
        `k${making.n}`,
        make(schema.valueType, making, key === 'parts' ? 'amount' : ''),
      ]),
    )
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as readonly z.core.$ZodType[]
    // The option that holds most, where one is a list.
    return make(options.find((option) => option instanceof z.ZodArray) ?? (options[0] as z.core.$ZodType), making, key)
  }
  if (schema instanceof z.ZodPipe) {
    const stated = schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in
    // What a text is read as is the pipe's to say.
    return holdsOthers(stated) ? make(stated, making, key) : leaf(schema, making, key)
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return make(schema.def.innerType, making, key)
  return leaf(schema, making, key)
}

const holdsOthers = (schema: z.core.$ZodType): boolean =>
  schema instanceof z.ZodObject ||
  schema instanceof z.ZodArray ||
  schema instanceof z.ZodRecord ||
  (schema instanceof z.ZodPipe && holdsOthers(schema.def.in))

function leaf(schema: z.core.$ZodType, making: Making, key: string): unknown {
  const n = making.n++
  if (making.manner === 'wrong-types')
    return schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean ? `x-${n}` : n
  if (making.manner === 'near-misses') return `${key}${zones[n % zones.length]}${n % 7}`
  if (key === 'value') return `+1212555${String(n % 10_000).padStart(4, '0')}`
  if (key in NAMED) return NAMED[key]
  if (schema instanceof z.ZodEnum) return schema.options[n % schema.options.length]
  if (schema instanceof z.ZodLiteral) return [...schema.values][0]
  if (schema instanceof z.ZodBoolean) return n % 2 === 0
  if (schema instanceof z.ZodNumber) return Math.max(1, Number(schema.minValue) || 1)
  // An end is after any beginning, however many fields lie between them.
  if (/until$/i.test(key) && z.safeParse(schema, AFTER_ALL).success) return AFTER_ALL
  const taken = TEXTS.find((text) => z.safeParse(schema, text(n)).success)
  return taken === undefined ? `x-${n}` : taken(n)
}

const bound = (schema: z.ZodArray): number =>
  (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { maxItems?: number }).maxItems ?? Infinity

/** How many values does this hold, lists and objects among them? */
export const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1)
    : 1

/** Each list of a schema, by its path, with its bound: Infinity where it has none. */
export function listsOf(schema: z.core.$ZodType, path = ''): { path: string; most: number }[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, field]) =>
      listsOf(field, path === '' ? key : `${path}.${key}`),
    )
  if (schema instanceof z.ZodArray) return [{ path, most: bound(schema) }, ...listsOf(schema.element, `${path}[0]`)]
  if (schema instanceof z.ZodRecord) {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`k_${n}`, '1.00']))
    return [
      { path, most: z.safeParse(schema, many).success ? Infinity : 1_000 },
      ...listsOf(schema.valueType, `${path}.*`),
    ]
  }
  if (schema instanceof z.ZodUnion)
    return (schema.options as readonly z.core.$ZodType[]).flatMap((option) => listsOf(option, path))
  if (schema instanceof z.ZodPipe)
    return listsOf(schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in, path)
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return listsOf(schema.def.innerType, path)
  return []
}
