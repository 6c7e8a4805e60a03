import { createHash } from 'node:crypto'
import { canonicalJson } from '../../model/canonical-json.ts'

/** SHA-256 of a body with its keys in order: tells a repeated request from another one under the same id. */
export const bodyHash = (body: unknown): Buffer => createHash('sha256').update(canonicalJson(body)).digest()
