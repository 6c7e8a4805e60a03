import { createHash } from 'node:crypto'

/**
 * The value as JSON with sorted keys, without undefined ones: equal values give equal bytes.
 *
 * Hashes of it are stored (messages, request bodies, ladder versions), so its output must never change.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}

/** A version of this content: the first 16 hexadecimal digits of SHA-256 over its canonical JSON. */
export const contentVersion = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)
