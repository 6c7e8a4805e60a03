import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { decide } from '../../decide/decide.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import { daysPastDue } from '../../plan/days-past-due.ts'
import type { AccountRow, PersonRow } from '../../record/dispatch/decision-inputs.ts'
import type { WaitingSample } from '../../record/forecast/waiting-sample.ts'
import { carriedWords } from '../dispatch/carried-words.ts'
import { chooseAddress, composeFacts } from '../dispatch/compose-facts.ts'
import { callInFlight, routeProblemOf } from '../dispatch/system-facts.ts'
import type { Shell } from '../shell.ts'

/** Rules may put off what they had put off before; more often than this within a day they do not. */
const MOST_LOOKS = 4

/** From when on, and until when, would the rules let it go? */
export interface MayGo {
  from: Instant
  /** First instant at which a rule would object; null: none foreseen. */
  closesAt: Instant | null
}

/**
 * When may this waiting reminder go before `until`, by the rules and the facts of today?
 *
 * @returns  null: the rules refuse it, or put it off until `until` or later
 */
export function whenItMayGo(
  shell: Pick<Shell, 'config'>, packs: readonly CompiledPack[],
  waiting: { reminder: WaitingSample; person: PersonRow; accounts: readonly AccountRow[] }, from: Instant, until: Instant,
): MayGo | null {
  let at = from
  for (let looks = 0; looks < MOST_LOOKS && at < until; looks++) {
    const decision = decide(factsAt(shell, waiting, at), packs, at)
    if (decision.verdict === 'send') return { from: at, closesAt: decision.until }
    if (decision.verdict === 'refuse' || decision.until === null || decision.until <= at) return null
    at = decision.until
  }
  return null
}

function factsAt(
  { config }: Pick<Shell, 'config'>, { reminder, person, accounts }: { reminder: WaitingSample; person: PersonRow; accounts: readonly AccountRow[] }, at: Instant,
): Facts {
  const creditor = config.creditors.get(reminder.creditor)
  const address = chooseAddress(person, reminder)
  const system: SystemFacts = {
    testMode: false,
    // Switches are looked at beside the rules: what they hold is counted apart.
    switchedOff: null,
    clockUncertain: false,
    routeProblem: routeProblemOf(reminder, address !== null),
    notRegistered: false,
    phoneInFlight: reminder.channel === 'phone' && callInFlight(person),
  }
  return composeFacts({
    reminder, person, accounts, address, daysPastDue: accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', at)),
    freshForMs: creditor?.freshFor ?? null, pending: [], system, carries: carriedWords(config, reminder, person, creditor, ['text']),
    smsLine: { line: null, smsToLandlines: config.delivery.smsToLandlines ?? [] },
  })
}
