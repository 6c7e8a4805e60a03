import { resolve } from 'node:path'

/** The checkout's directory. */
export const ROOT = resolve(import.meta.dirname, '../..')
