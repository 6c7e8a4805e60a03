import type { PermitRules } from '../pipeline/permits.ts'
import type { Shell } from '../pipeline/runtime.ts'
import { readingAccounts } from './accounts.ts'
import type { Hooks } from './callbacks/callbacks.ts'
import { twilioInbound, twilioReceipts, twilioVoice } from './callbacks/twilio.ts'
import { unsubscribing } from './callbacks/unsubscribe.ts'
import { accepting, type Accepting } from './commands.ts'
import { keys, type Keys } from './keys.ts'
import { readingLists } from './lists.ts'
import { auditing, type Auditing, doubting, type Doubting, forecasting, type Forecasting, measuring, type Measuring, permitting, type Permitting, retaining, type Retaining, switching, type Switching } from './operations.ts'
import type { Reading } from './reading.ts'
import { readingPeople } from './recipients.ts'
import { readingReminders } from './reminders.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services extends Accepting, Reading, Keys, Measuring, Permitting, Switching, Doubting, Auditing, Forecasting, Retaining {
  /** What providers and recipients say without a key. */
  callbacks: Hooks
}

/** @param rules  by which contacts are judged that are reported, asked for or worked on */
export function services(shell: Shell, rules: PermitRules): Services {
  return {
    ...accepting(shell, rules),
    ...readingAccounts(shell),
    ...readingReminders(shell),
    ...readingPeople(shell),
    ...readingLists(shell, rules),
    ...keys(shell),
    ...measuring(shell, rules),
    ...permitting(shell, rules),
    ...switching(shell),
    ...doubting(shell),
    ...auditing(shell),
    ...forecasting(shell, rules),
    ...retaining(shell, rules),
    callbacks: { ...twilioReceipts(shell), ...twilioVoice(shell), ...twilioInbound(shell), ...unsubscribing(shell) },
  }
}
