import { createHash } from 'node:crypto'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Message } from '../model/message.ts'

/** Were the same words sent? SHA-256, in hex, of the message as JSON with its keys in order. */
export function messageHash(message: Message): string {
  return createHash('sha256').update(canonicalJson(message), 'utf8').digest('hex')
}
