import { createHash } from 'node:crypto'

/** 32 bytes that look random and are the same in every run; another seed gives others. */
export const masterKeyBytes = (seed: string | number): Buffer =>
  createHash('sha256').update(`master key ${seed}`).digest()

/** One entry of DECORUM_KEYS. */
export const masterKey = (id: string, seed: string | number = id): string =>
  `${id}:${masterKeyBytes(seed).toString('base64')}`
