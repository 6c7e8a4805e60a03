import { DAY } from '../../model/instant.ts'
import { forgetReplies as forget } from '../../record/replies.ts'
import type { Shell } from '../shell.ts'

const AT_ONCE = 1_000
/** What nobody can be told to have sent is somebody's question for a while, and then evidence of nothing. */
const UNRESOLVED_DAYS = 90
const DAYS_A_MONTH = 31

/** One step of the sweep: removes replies that were read and are older than the house keeps contacts; true when there are more. */
export async function forgetReplies({ ledger, clock, config: { retention: house } }: Shell): Promise<boolean> {
  if (house.legalHold) return false
  const now = clock.now()
  const old = { known: new Date(now - house.keepMonths * DAYS_A_MONTH * DAY), unresolved: new Date(now - Math.min(UNRESOLVED_DAYS, house.keepMonths * DAYS_A_MONTH) * DAY) }
  return (await forget(ledger.db, old, AT_ONCE)) === AT_ONCE
}
