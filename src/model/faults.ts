import { z } from 'zod'
import type { Fault } from './errors.ts'

/** Faults told of one input: who has more of them repairs these and sends it again. */
export const MOST_FAULTS = 100

/**
 * What is wrong with this input, in words an operator can act on?
 *
 * An unknown key becomes one fault of its own, with the key that was probably meant. The first `MOST_FAULTS` are told: finding
 * what was meant takes long, and whoever sends an input decides how many faults it has.
 *
 * @param schema  what was parsed against; its keys feed the suggestions
 * @param within  path of the whole input, put before each fault's path
 */
export function zodFaults(error: z.ZodError, schema: z.ZodType, within = ''): Fault[] {
  const faults: Fault[] = []
  for (const issue of error.issues) {
    if (faults.length >= MOST_FAULTS) break
    faults.push(...faultsOf(issue, schema, within, MOST_FAULTS - faults.length))
  }
  return faults
}

/** The faults of one issue, at most so many. */
function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, within: string, most: number): Fault[] {
  const path = fieldPath(issue.path, within)
  if (issue.code === 'invalid_value') return [unknownValue(path, issue)]
  if (issue.code === 'custom') return [{ path, problem: issue.message, ...cureOf(issue) }]
  if (
    issue.code === 'invalid_union' &&
    issue.discriminator !== undefined &&
    issue.input !== undefined &&
    issue.message.startsWith('Invalid')
  )
    return [
      unknownWord(path, discriminated(issue.message), (issue.input as Record<string, unknown>)[issue.discriminator]),
    ]
  if (issue.code === 'too_small' || issue.code === 'too_big') return [{ path, problem: sized(issue) }]
  if (issue.code !== 'unrecognized_keys') return [{ path, problem: plain(issue.message) }]
  const known = keysAt(schema, issue.path)
  return issue.keys.slice(0, most).map((key) => {
    const meant = nearMiss(key, known)
    return {
      path: fieldPath([key], path),
      problem: 'is not a known key',
      cure: meant === null ? `Known here: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    }
  })
}

/** The cure that a schema's own check states as `params.cure`. */
function cureOf(issue: z.core.$ZodIssueCustom): { cure: string } | undefined {
  const cure: unknown = issue.params?.['cure']
  return typeof cure === 'string' ? { cure } : undefined
}

/** Replaces zod's default message for a wrong type; a message the schema sets stays. */
function plain(message: string): string {
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? []
  if (expected === undefined) return message
  return received === 'undefined' ? 'is missing' : `is not ${kindOfValue(expected)}`
}

const KINDS_OF_VALUE: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  record: 'an object',
}

/** How do messages name zod's type `expected`? */
export const kindOfValue = (expected: string): string => KINDS_OF_VALUE[expected] ?? expected

/** Replaces zod's default message for a size; a message the schema sets stays. Quotes the value only if parsed with `reportInput`. */
function sized(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  if (!/^Too (?:small|big)/.test(issue.message)) return issue.message
  const [most, bound] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum]
  if (issue.origin === 'string')
    return issue.code === 'too_small' && bound === 1 ? 'is empty' : `must have ${most} ${bound} characters`
  if (issue.origin === 'array')
    return issue.code === 'too_small' && bound === 1 ? 'is an empty list' : `must have ${most} ${bound} entries`
  return typeof issue.input === 'number'
    ? `is ${issue.input}, and must be ${most} ${bound}`
    : `must be ${most} ${bound}`
}

function unknownValue(path: string, issue: z.core.$ZodIssueInvalidValue): Fault {
  const fault = unknownWord(path, issue.values.map(String), issue.input)
  return issue.input !== undefined && issue.message.startsWith('Invalid option')
    ? fault
    : { ...fault, problem: issue.message }
}

/** Suggests a near miss only if parsed with `reportInput`, which is for files without personal data. */
function unknownWord(path: string, known: readonly string[], found: unknown): Fault {
  const meant = typeof found === 'string' ? nearMiss(found, known) : null
  const problem =
    typeof found === 'string'
      ? `is "${found}", which is none of the words known here`
      : 'is none of the words known here'
  return { path, problem, cure: meant === null ? `One of: ${known.join(', ')}.` : `Did you mean "${meant}"?` }
}

/** The known values of a discriminator; zod states them only in its message. */
const discriminated = (message: string): string[] =>
  [...message.matchAll(/'([^']+)'/g)].map(([, word]) => word as string)

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = unwrap(schema)
  for (const part of path) {
    if (here instanceof z.ZodObject) here = here.shape[String(part)]
    else if (here instanceof z.ZodArray) here = here.element
    else if (here instanceof z.ZodRecord) here = here.valueType
    else return []
    here = unwrap(here)
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : []
}

function unwrap(schema: unknown): unknown {
  let here = schema
  for (;;) {
    if (
      here instanceof z.ZodOptional ||
      here instanceof z.ZodNullable ||
      here instanceof z.ZodDefault ||
      here instanceof z.ZodPrefault
    )
      here = here.unwrap()
    else if (here instanceof z.ZodPipe) here = here.in
    else return here
  }
}

/** Nobody mistypes a word of this length; comparing takes the product of both lengths. */
const LONGEST_MISS = 200

/**
 * Which known word was probably meant?
 *
 * @returns  the closest by edit distance, or null when none is within a third of its length, and for words above 200 characters
 */
export function nearMiss(word: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Infinity
  for (const candidate of known) {
    const distance = missedBy(word, candidate)
    if (distance !== null && distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** By how many edits was this word missed? Null: by more than a third of its length, or too long to be compared. */
export function missedBy(word: string, meant: string): number | null {
  const limit = Math.max(1, Math.floor(meant.length / 3))
  if (word.length > LONGEST_MISS || Math.abs(meant.length - word.length) > limit) return null
  const distance = editDistance(word.toLowerCase(), meant.toLowerCase())
  return distance <= limit ? distance : null
}

/** Optimal string alignment: insertion, deletion, substitution and a swap of neighbours cost 1 each. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] as number) + 1 : Infinity
      row.push(Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, substituted, swapped))
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length] as number
}

/**
 * How do faults name this field? `['recipient', 'addresses', 0]` → `recipient.addresses[0]`.
 *
 * @param within  path of what `parts` begin in; empty for the whole input
 */
export function fieldPath(parts: readonly PropertyKey[], within = ''): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === 'number') return `${path}[${part}]`
    return path === '' ? String(part) : `${path}.${String(part)}`
  }, within)
}
