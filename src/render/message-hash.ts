import { createHash } from 'node:crypto'
import type { Message } from '../model/message.ts'

/** Were the same words sent? SHA-256, in hex, of the message as JSON with its keys in order. */
export function messageHash(message: Message): string {
  return createHash('sha256').update(canonicalJson(message), 'utf8').digest('hex')
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
