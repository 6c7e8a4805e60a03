import { DAY, type Instant } from '../../model/instant.ts'
import { countOldNotices, forgetOldNotices, type NoticeCount, type OldNotices } from '../../record/outbox/forget-notices.ts'
import type { Shell } from '../shell.ts'

/** Removed in one statement, so that nobody waits for it long. */
const AT_ONCE = 1_000
/** What an endpoint never took is somebody's question for longer than what it took. */
const GIVEN_UP_DAYS = 90

/**
 * Which settled webhook notices are no longer kept?
 *
 * They repeat what the record says of the reminder itself, so no rule of law asks for them.
 *
 * @returns  null: a legal hold keeps even these
 */
export function oldNotices(house: Shell['config']['retention'], now: Instant): OldNotices | null {
  if (house.legalHold) return null
  return {
    taken: new Date(now - house.keepNoticesDays * DAY),
    givenUp: new Date(now - Math.max(house.keepNoticesDays, GIVEN_UP_DAYS) * DAY),
  }
}

/** One step of the sweep: removes the oldest of them; true when there are more. */
export async function forgetNotices({ ledger, clock, config }: Shell): Promise<boolean> {
  const old = oldNotices(config.retention, clock.now())
  if (old === null) return false
  const { taken, givenUp } = await forgetOldNotices(ledger.db, old, AT_ONCE)
  return Math.max(taken, givenUp) === AT_ONCE
}

/** All of them: removed when it is to be applied, otherwise counted. Null under a legal hold. */
export async function retainNotices({ ledger: { db }, clock, config }: Shell, apply: boolean): Promise<NoticeCount | null> {
  const old = oldNotices(config.retention, clock.now())
  if (old === null) return null
  if (!apply) return countOldNotices(db, old)
  const all = { taken: 0, givenUp: 0 }
  for (let more = true; more; ) {
    const { taken, givenUp } = await forgetOldNotices(db, old, AT_ONCE)
    all.taken += taken
    all.givenUp += givenUp
    more = Math.max(taken, givenUp) === AT_ONCE
  }
  return all
}
