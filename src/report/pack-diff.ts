import { canonicalJson } from '../model/canonical-json.ts'
import type { Pack } from '../model/pack.ts'
import type { PackRule } from '../model/pack-rule.ts'

/** One field that differs: where, and what it was and is; null: it was not, or is not, stated. */
interface FieldChange {
  field: string
  was: unknown
  is: unknown
}

/** What changed between two versions of a pack. */
export interface PackDiff {
  from: { id: string; version: string }
  to: { id: string; version: string }
  /** Title, dates, applicability and the rest of the head. */
  head: FieldChange[]
  added: { rule: string; shape: string; citation: string }[]
  removed: { rule: string; shape: string; citation: string }[]
  changed: { rule: string; fields: FieldChange[] }[]
  examples: { added: string[]; removed: string[]; changed: string[] }
}

/** What changed from `a` to `b`, rule by rule? Rules are matched by id, in any order. */
export function packDiff(a: Pack, b: Pack): PackDiff {
  const { rules: oldRules, vectors: oldVectors, ...oldHead } = a
  const { rules: newRules, vectors: newVectors, ...newHead } = b
  const before = new Map(oldRules.map((rule) => [rule.id, rule]))
  const after = new Map(newRules.map((rule) => [rule.id, rule]))
  const about = ({ id, shape, citation }: PackRule) => ({ rule: id, shape, citation })
  return {
    from: { id: a.id, version: a.version },
    to: { id: b.id, version: b.version },
    head: fieldChanges(oldHead, newHead),
    added: newRules.filter((rule) => !before.has(rule.id)).map(about),
    removed: oldRules.filter((rule) => !after.has(rule.id)).map(about),
    changed: newRules.flatMap((rule) => {
      const old = before.get(rule.id)
      const fields = old === undefined ? [] : fieldChanges(old, rule)
      return fields.length === 0 ? [] : [{ rule: rule.id, fields }]
    }),
    examples: examplesDiff(oldVectors, newVectors),
  }
}

function examplesDiff(before: Pack['vectors'], after: Pack['vectors']): PackDiff['examples'] {
  const [old, now] = [
    new Map(before.map((v) => [v.name, canonicalJson(v)])),
    new Map(after.map((v) => [v.name, canonicalJson(v)])),
  ]
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].filter(([name, text]) => old.has(name) && old.get(name) !== text).map(([name]) => name),
  }
}

/** Objects are compared field by field, all else as a whole: the order of a list matters. */
function fieldChanges(before: object, after: object, path = ''): FieldChange[] {
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key): FieldChange[] => {
    const field = path === '' ? key : `${path}.${key}`
    const [was, is] = [old[key] ?? null, now[key] ?? null]
    if (canonicalJson(was) === canonicalJson(is)) return []
    return isRecord(was) && isRecord(is) ? fieldChanges(was, is, field) : [{ field, was, is }]
  })
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The difference as text. */
export function packDiffInWords(diff: PackDiff): string {
  const { from, to, head, added, removed, changed, examples } = diff
  const lines = [
    ...head.map((change) => `  ${changeWords(change)}`),
    ...removed.map((rule) => `- ${rule.rule} (${rule.shape}; ${rule.citation}) is gone`),
    ...added.map((rule) => `+ ${rule.rule} (${rule.shape}; ${rule.citation}) is new`),
    ...changed.flatMap(({ rule, fields }) => [`~ ${rule}`, ...fields.map((change) => `    ${changeWords(change)}`)]),
    ...(['added', 'removed', 'changed'] as const).flatMap((what) =>
      examples[what].length === 0 ? [] : [`  examples ${what}: ${examples[what].join('; ')}`],
    ),
  ]
  const title =
    from.id === to.id
      ? `${from.id}: ${from.version} → ${to.version}`
      : `${from.id} ${from.version} → ${to.id} ${to.version}`
  return [title, ...(lines.length === 0 ? ['  Nothing differs.'] : lines)].join('\n')
}

const changeWords = ({ field, was, is }: FieldChange): string => {
  if (was === null) return `${field} is now ${valueWords(is)}; it was not stated`
  if (is === null) return `${field} is no longer stated; it was ${valueWords(was)}`
  return `${field} was ${valueWords(was)}, is ${valueWords(is)}`
}

function valueWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueWords).join(' and ')
  if (!isRecord(value)) return typeof value === 'string' ? `"${value}"` : String(value)
  return Object.entries(value)
    .filter(([, v]) => v !== undefined && v !== null)
    .map(([key, v]) => `${key} ${valueWords(v)}`)
    .join(', ')
}
