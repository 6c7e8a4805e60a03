import type { HoldKind } from '../model/hold.ts'
import type { Instant } from '../model/instant.ts'

/** What the lapse of a hold brings with it. */
export interface Lapse {
  /** Under which reason the hold is closed. */
  endReason: string
  /** What is recorded to have happened; null: nothing. */
  event: { type: 'promise-broken'; kind: null; at: Instant; account: string | null } | null
  /** Which account is planned for at once; null: all of the recipient's. */
  replan: { account: string | null }
}

/**
 * What does it bring that this hold's time is over?
 *
 * A promise that was kept was closed by its payment; one that is still open when its hold lapses was
 * not, and the ladder goes on from there at neutral, never firmer than before.
 *
 * @param hold  `account` null: on the whole recipient; `until` null: open, until somebody ends it
 * @returns     null: it is not over yet
 */
export function lapseOf(hold: { kind: HoldKind; account: string | null; until: Instant | null }, now: Instant): Lapse | null {
  const { kind, account, until } = hold
  if (until === null || until > now) return null
  if (kind !== 'promise') return { endReason: 'its term ended', event: null, replan: { account } }
  return { endReason: 'promise not kept', event: { type: 'promise-broken', kind: null, at: until, account }, replan: { account } }
}
