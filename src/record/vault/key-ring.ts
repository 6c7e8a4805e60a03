import { createSecretKey, type KeyObject } from 'node:crypto'
import { DecorumError } from '../../model/errors.ts'

export interface RingKey {
  readonly id: string
  readonly key: KeyObject
}

/** At least one key, newest first: the first wraps, all unwrap. */
export type KeyRing = readonly [RingKey, ...RingKey[]]

const KEY_BYTES = 32

/**
 * Which keys does DECORUM_KEYS hold?
 *
 * @param text  `id:base64` of 32 bytes, separated by commas, the current key first
 * @throws      DECORUM_CONFIG naming each bad entry by its position; never repeats a key
 */
export function parseKeyRing(text: string): KeyRing {
  const faults: { path: string; problem: string; cure: string }[] = []
  const keys: RingKey[] = []
  const entries = text.split(',').map((entry) => entry.trim())
  for (const [index, entry] of entries.entries()) {
    const path = `DECORUM_KEYS[${index}]`
    const fault = (problem: string, cure: string): unknown => faults.push({ path, problem, cure })
    const [, id, encoded] = /^([A-Za-z0-9][A-Za-z0-9._-]{0,31}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry) ?? []
    if (id === undefined || encoded === undefined) {
      fault('is not `id:base64`', 'make one with: echo "k1:$(openssl rand -base64 32)"')
      continue
    }
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length !== KEY_BYTES) fault(`holds ${bytes.length} bytes`, 'a key has 32 bytes')
    else if (keys.some((key) => key.id === id)) fault(`repeats the id ${id}`, 'give each key an id of its own')
    else keys.push({ id, key: createSecretKey(bytes) })
  }
  const [first, ...rest] = keys
  if (faults.length > 0 || first === undefined) {
    throw new DecorumError('DECORUM_CONFIG', `DECORUM_KEYS: ${faults.map((f) => `${f.path} ${f.problem}`).join('; ')}`, { faults })
  }
  return [first, ...rest]
}
