import type { AccountBody } from '../../intake/account-body.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { UpstreamKey } from '../../record/accepting/known-people.ts'

/** One account of a transaction, once it is known whose it is. */
export interface AccountItem {
  /** Its place among what was put. */
  index: number
  key: UpstreamKey
  /** Null: no person is named. */
  personKey: UpstreamKey | null
  creditor: Creditor
  body: AccountBody
}
