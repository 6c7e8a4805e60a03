import type { PermitRules } from '../pipeline/permits.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { readingAccounts } from './accounts.ts'
import type { Callbacks } from './callbacks/callbacks.ts'
import { twilioInbound, twilioReceipts, twilioVoice } from './callbacks/twilio.ts'
import { unsubscribing } from './callbacks/unsubscribe.ts'
import { accepting, type Accepting } from './commands.ts'
import { keys, type Keys } from './keys.ts'
import { readingLists } from './lists.ts'
import {
  auditing,
  type Auditing,
  doubting,
  type Doubting,
  forecasting,
  type Forecasting,
  measuring,
  type Measuring,
  permitting,
  type Permitting,
  retaining,
  type Retaining,
  switching,
  type Switching,
} from './operations.ts'
import type { Reading } from './reading.ts'
import { readingRecipients } from './recipients.ts'
import { readingReminders } from './reminders.ts'

/** Everything that the HTTP interface and the command line may ask of Decorum. */
export interface Services
  extends Accepting, Reading, Keys, Measuring, Permitting, Switching, Doubting, Auditing, Forecasting, Retaining {
  /** What providers and recipients say without a key. */
  callbacks: Callbacks
}

/** @param rules  by which contacts are judged that are reported, asked for or worked on */
export function services(runtime: Runtime, rules: PermitRules): Services {
  return {
    ...accepting(runtime, rules),
    ...readingAccounts(runtime),
    ...readingReminders(runtime),
    ...readingRecipients(runtime),
    ...readingLists(runtime, rules),
    ...keys(runtime),
    ...measuring(runtime, rules),
    ...permitting(runtime, rules),
    ...switching(runtime),
    ...doubting(runtime),
    ...auditing(runtime),
    ...forecasting(runtime, rules),
    ...retaining(runtime, rules),
    callbacks: {
      ...twilioReceipts(runtime),
      ...twilioVoice(runtime),
      ...twilioInbound(runtime),
      ...unsubscribing(runtime),
    },
  }
}
