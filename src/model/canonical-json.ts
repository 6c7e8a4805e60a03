import { hash } from 'node:crypto'

/**
 * The value as JSON with sorted keys, without undefined ones: equal values give equal bytes.
 *
 * Hashes of it are stored (messages, request bodies, ladder versions), so its output must never change.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let json = ''
  for (const key of Object.keys(value).sort()) {
    const entry = (value as Record<string, unknown>)[key]
    if (entry !== undefined) json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(entry)}`
  }
  return `{${json}}`
}

/** A version of this content: the first 16 hexadecimal digits of SHA-256 over its canonical JSON. */
export const contentVersion = (value: unknown): string => hash('sha256', canonicalJson(value)).slice(0, 16)
