import { createHash } from 'node:crypto'
import type { MasterKey } from './config.ts'

const KEY_BYTES = 32

/**
 * Which keys does `DECORUM_KEYS` hold?
 *
 * `id:secret` pairs separated by commas or spaces, the current key first; a secret is 32 bytes in base64 or
 * hexadecimal. A secret alone is named after its own hash, which is stable and tells nothing.
 *
 * @returns  the keys, or what is wrong in words that hold no secret
 */
export function parseMasterKeys(text: string): { ok: true; keys: MasterKey[] } | { ok: false; problem: string } {
  const keys = new Map<string, Buffer>()
  for (const [i, part] of text.split(/[,\s]+/).filter((p) => p !== '').entries()) {
    const at = part.indexOf(':')
    const secret = decode(part.slice(at + 1))
    if (secret === null) return { ok: false, problem: `key ${i + 1} is not ${KEY_BYTES} bytes in base64 or hexadecimal` }
    const id = at > 0 ? part.slice(0, at) : createHash('sha256').update(secret).digest('hex').slice(0, 8)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(id)) return { ok: false, problem: `the name of key ${i + 1} is not made of letters, digits and . _ -` }
    if (keys.has(id)) return { ok: false, problem: `two keys are named ${id}` }
    keys.set(id, secret)
  }
  if (keys.size === 0) return { ok: false, problem: 'holds no key' }
  return { ok: true, keys: [...keys].map(([id, secret]) => ({ id, secret })) }
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES ? bytes : null
}
