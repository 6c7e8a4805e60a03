import { createHash } from 'node:crypto'

/**
 * One text for one value: keys in order, absent ones left out. Equal values give equal bytes, however they were stored.
 *
 * Hashes over it are stored (messages, bodies by id, versions of ladders): what it gives never changes.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}

/** A short name for exactly this content: 16 hexadecimal digits of SHA-256 over its canonical JSON. */
export const contentVersion = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)
