import { createHash } from 'node:crypto'

/** SHA-256 of a body with its keys in order: tells a repeated request from another one under the same id. */
export const bodyHash = (body: unknown): Buffer => createHash('sha256').update(canonical(body)).digest()

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`
}
