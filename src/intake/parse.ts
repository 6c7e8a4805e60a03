import { z } from 'zod'
import type { Fault, Parsed } from '../model/errors.ts'
import { fieldPath, kindOfValue, MOST_FAULTS, zodFaults } from '../model/faults.ts'

/**
 * Does this input match its schema, and what is its value?
 *
 * @param schema  one of this folder's wire schemas
 * @param value   as it came out of JSON or a CSV row
 * @returns       the parsed value, or every fault with its path
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  const narrowed = optionOf(schema, value)
  // Messages are needed for faults only, and parsing with them takes a quarter longer.
  const result = narrowed.safeParse(value)
  if (result.success) return { ok: true, value: result.data as z.output<S> }
  // Whoever has more faults than are told is told them in plainer words, and parsed once.
  const worded = result.error.issues.length > MOST_FAULTS ? result : narrowed.safeParse(value, { error: wording })
  return { ok: false, faults: zodFaults((worded.error ?? result.error) as z.ZodError, narrowed) }
}

/** The variant that the input names, so that faults refer to it alone. */
function optionOf(schema: z.ZodType, value: unknown): z.ZodType {
  if (!(schema instanceof z.ZodDiscriminatedUnion) || typeof value !== 'object' || value === null) return schema
  const key = schema.def.discriminator
  const named = (value as Record<string, unknown>)[key]
  const options = schema.options as readonly z.ZodType[]
  return (
    options.find(
      (option) => option instanceof z.ZodObject && (option.shape[key] as z.ZodLiteral | undefined)?.value === named,
    ) ?? schema
  )
}

/** Replaces zod's default messages; a message the schema sets takes precedence. */
const wording: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : `is not ${kindOfValue(issue.expected)}`
  if (issue.code === 'invalid_value')
    return issue.input === undefined ? 'is missing' : `is not one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_union')
    return issue.note === undefined ? 'has none of the known forms' : `is not one of ${optionsOf(issue['options'])}`
  return undefined
}

const optionsOf = (options: unknown): string =>
  Array.isArray(options) ? options.map(String).join(', ') : 'the known forms'

const MAX_DEPTH = 32
/** Values of one document, lists and objects among them: what is parsed, and may be at fault, one by one. The longest decide case has fewer. */
const MAX_VALUES = 20_000
/** Keys of one object, and characters of one key: no schema knows as many. */
const MAX_KEYS = 200
const MAX_KEY_LENGTH = 200
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERALS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/**
 * Which value does this JSON document hold?
 *
 * Stricter than `JSON.parse`: a duplicate key is a fault (parsers disagree about which one counts), as are `__proto__`,
 * nesting beyond 32, more than 200 keys in an object or characters in a key, and more than 20,000 values in all. Faults state the position and never
 * quote the text.
 */
export function parseJson(text: string): Parsed<unknown> {
  try {
    return { ok: true, value: new JsonReader(text).document() }
  } catch (error) {
    if (error instanceof JsonFault) return { ok: false, faults: [error.fault] }
    throw error
  }
}

class JsonFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(fault.problem)
    this.fault = fault
  }
}

class JsonReader {
  readonly #text: string
  #at = 0
  #values = 0
  #path: (string | number)[] = []

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    const value = this.#value(0)
    this.#space()
    if (this.#at < this.#text.length) this.#fail('more follows after the end of the document')
    return value
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`is nested deeper than ${MAX_DEPTH}`)
    if (++this.#values > MAX_VALUES)
      this.#fail(`is one value more than the ${MAX_VALUES} of a document`, 'Send less at once.')
    this.#space()
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    NUMBER.lastIndex = this.#at
    const number = NUMBER.exec(this.#text)?.[0]
    if (number === undefined) this.#fail(first === undefined ? 'the document ends too early' : 'no value begins here')
    this.#at += number.length
    return Number(number)
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    this.#at++
    this.#space()
    if (this.#skip('}')) return object
    for (let keys = 1; ; keys++) {
      this.#space()
      if (this.#text[this.#at] !== '"') this.#fail('a key in double quotes is expected here')
      if (keys > MAX_KEYS) this.#fail(`is one key more than the ${MAX_KEYS} of an object`)
      const key = this.#string()
      if (key.length > MAX_KEY_LENGTH) this.#fail(`a key is longer than ${MAX_KEY_LENGTH} characters`)
      this.#path.push(key)
      if (Object.hasOwn(object, key)) this.#fail('stands twice in the same object', 'State each key once.')
      if (key === '__proto__') this.#fail('is not a key that can be used')
      this.#space()
      if (!this.#skip(':')) this.#fail('a colon is expected here')
      object[key] = this.#value(depth + 1)
      this.#path.pop()
      this.#space()
      if (this.#skip('}')) return object
      if (!this.#skip(',')) this.#fail('a comma or } is expected here')
    }
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = []
    this.#at++
    this.#space()
    if (this.#skip(']')) return array
    for (;;) {
      this.#path.push(array.length)
      array.push(this.#value(depth + 1))
      this.#path.pop()
      this.#space()
      if (this.#skip(']')) return array
      if (!this.#skip(',')) this.#fail('a comma or ] is expected here')
    }
  }

  #string(): string {
    const start = this.#at
    for (let i = start + 1; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i)
      if (code === 0x5c) i++
      else if (code === 0x22) {
        this.#at = i + 1
        return this.#unescape(start, i)
      } else if (code < 0x20) {
        this.#at = i
        this.#fail('a text holds a raw control character')
      }
    }
    return this.#fail('a text does not end')
  }

  #unescape(start: number, end: number): string {
    const inside = this.#text.slice(start + 1, end)
    if (!inside.includes('\\')) return inside
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch {
      this.#at = start
      return this.#fail('a text holds an escape that JSON does not know')
    }
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #fail(problem: string, cure?: string): never {
    const before = this.#text.slice(0, this.#at).split('\n')
    const where = `line ${before.length}, column ${(before.at(-1) as string).length + 1}`
    const path = fieldPath(this.#path)
    throw new JsonFault({
      path: path === '' ? where : path,
      problem: path === '' ? problem : `${problem} (${where})`,
      ...(cure === undefined ? {} : { cure }),
    })
  }
}
