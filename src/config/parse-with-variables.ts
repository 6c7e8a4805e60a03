import type { z } from 'zod'
import type { Parsed } from '../model/errors.ts'
import { fieldPath } from '../model/field-path.ts'
import { zodFaults } from '../model/zod-faults.ts'
import type { YamlFile } from './yaml-file.ts'

/**
 * Does this part of a file fit its schema?
 *
 * What comes from a variable is text; where the schema wants a number, or true or
 * false, text that is one is taken as such, so that `perSecond: ${RATE:-50}` works.
 *
 * @param at  dotted path of `raw` in the file, empty for the whole
 */
export function parseWithVariables<T extends z.ZodType>(yaml: YamlFile, raw: unknown, schema: T, at = ''): Parsed<z.output<T>> {
  const first = schema.safeParse(raw)
  if (first.success) return { ok: true, value: first.data }
  const value = structuredClone(raw)
  let converted = false
  for (const issue of first.error.issues) {
    if (issue.code !== 'invalid_type' || !yaml.variables.has(fieldPath(issue.path, at))) continue
    converted = convert(value, issue.path, issue.expected) || converted
  }
  const second = converted ? schema.safeParse(value) : first
  return second.success ? { ok: true, value: second.data } : { ok: false, faults: zodFaults(second.error, schema, at) }
}

function convert(root: unknown, path: readonly PropertyKey[], expected: string): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((here, part) => (here as Record<PropertyKey, unknown>)[part], root)
  const key = path.at(-1)
  if (key === undefined || typeof parent !== 'object' || parent === null) return false
  const text = (parent as Record<PropertyKey, unknown>)[key]
  if (typeof text !== 'string') return false
  if ((expected === 'number' || expected === 'int') && /^-?\d+(\.\d+)?$/.test(text)) Reflect.set(parent, key, Number(text))
  else if (expected === 'boolean' && (text === 'true' || text === 'false')) Reflect.set(parent, key, text === 'true')
  else return false
  return true
}
