import { createHash } from 'node:crypto'
import { DAY, type Instant } from '../../model/instant.ts'

/**
 * When is this account paid, if so many of all unpaid ones are paid each day?
 *
 * Drawn from the names alone: the same account under the same seed is paid at the same instant
 * whatever the ladder says, so that two versions are compared on the same luck.
 *
 * @param rate  share of unpaid accounts that are paid within a day, 0 to below 1
 * @returns     null: never
 */
export function drawPayment(names: string, rate: number, seed: number, from: Instant): Instant | null {
  if (rate <= 0) return null
  const draw = createHash('sha256').update(`${seed}/paid/${names}`).digest().readUInt32BE(0) / 2 ** 32
  return from + Math.ceil((Math.log1p(-draw) / Math.log1p(-rate)) * DAY / 1000) * 1000
}
