import type { CompiledRule } from '../rule.ts'
import { BALANCE_IN_TIME, FRESH_BALANCE, LOCATION, NOT_EXPIRED, ONE_CALL, SYSTEM } from './knowledge.ts'
import { OPEN_ACCOUNT, OWN_ADDRESS, SMS_LINE, STOPPING_EVENT, SUPPRESSION } from './suppressions.ts'
import { BLOCKED_TIMES, HOLDS, ONE_CATCH_UP, SAME_WORDS } from './waiting.ts'

/** The built-in invariants as rules, in the order in which objections are listed. */
export const INVARIANTS: readonly CompiledRule[] = [
  OPEN_ACCOUNT,
  NOT_EXPIRED,
  SUPPRESSION,
  STOPPING_EVENT,
  OWN_ADDRESS,
  SMS_LINE,
  ...HOLDS,
  BALANCE_IN_TIME,
  FRESH_BALANCE,
  LOCATION,
  BLOCKED_TIMES,
  ONE_CALL,
  ONE_CATCH_UP,
  SAME_WORDS,
  ...SYSTEM,
]
