import { z } from 'zod'
import { ACCOUNT_STATES } from '../../model/account-state.ts'
import { HOLD_KINDS } from '../../model/hold.ts'
import { exceededText as exceeded } from '../../report/permit-view.ts'
import { REMINDER_STATUSES } from '../../model/reminder-status.ts'
import { SUPPRESSION_SCOPES } from '../../model/suppression.ts'

const fault = z.object({ path: z.string(), problem: z.string(), cure: z.string().optional() })

/** An account is not refused for an address or a name that cannot be used: it is left out, and named here. */
const warnings = { warnings: z.array(fault).optional().describe('Addresses that were left out and names that count as absent, each with its path; absent when everything was taken.') }

/** Expected refusals are values: newer facts are known, so nothing was changed. */
const olderThanKnown = { applied: z.literal(false), reason: z.literal('older_than_known') }

/** `id` is the creditor's own. `changed` false: the same facts were known already. */
export const accountAnswer = z.union([
  z.object({
    applied: z.literal(true), id: z.string(), creditor: z.string(), changed: z.boolean(), state: z.enum(ACCOUNT_STATES),
    holds: z.array(z.enum(HOLD_KINDS)).describe('What keeps reminders back now, e.g. facts-conflict.'),
    conflicts: z.array(z.string()).describe('Which facts contradict each other.'), ...warnings,
  }),
  z.object({ ...olderThanKnown, id: z.string(), creditor: z.string() }),
])
export type AccountAnswer = z.infer<typeof accountAnswer>

export const recipientAnswer = z.union([
  z.object({ applied: z.literal(true), id: z.string(), creditor: z.string(), changed: z.boolean(), ...warnings }),
  z.object({ ...olderThanKnown, id: z.string(), creditor: z.string() }),
])
export type RecipientAnswer = z.infer<typeof recipientAnswer>

/** `repeated`: this id was accepted before with the same body, and nothing was done again. */
export const eventAnswer = z.object({
  id: z.string(), accountId: z.string(), creditor: z.string(), repeated: z.boolean(),
  effect: z.string().describe('What it changed, in words.'),
})
export type EventAnswer = z.infer<typeof eventAnswer>

/** `id` is ours. */
export const reminderAnswer = z.object({ id: z.string(), status: z.enum(REMINDER_STATUSES), repeated: z.boolean() })
export type ReminderAnswer = z.infer<typeof reminderAnswer>

/** `cancelled` false: it had ended, or was on its way, before the request came; `status` tells. */
export const cancelAnswer = z.object({ id: z.string(), status: z.enum(REMINDER_STATUSES), cancelled: z.boolean() })
export type CancelAnswer = z.infer<typeof cancelAnswer>

export const contactAnswer = z.object({ id: z.string(), creditor: z.string(), repeated: z.boolean(), exceeded: exceeded.optional() })
export type ContactAnswer = z.infer<typeof contactAnswer>

/** `id` is ours; `standing` true: the same stop stood already, and is the one named. */
export const suppressionAnswer = z.object({
  id: z.string(), creditor: z.string(), standing: z.boolean(),
  scope: z.enum(SUPPRESSION_SCOPES).optional().describe('What it stops. A fact about the person (deceased, bankruptcy, identity-fraud, attorney, cease, refusal-to-pay) stops all, whichever address it came with.'),
  awaits: z.enum(['recipient', 'account']).optional().describe('No such person or account is known yet: it is kept for 400 days, and acts when they come.'),
})
export type SuppressionAnswer = z.infer<typeof suppressionAnswer>

/** `changed` false: it had been lifted or ended before. */
export const endAnswer = z.object({ id: z.string(), changed: z.boolean() })
export type EndAnswer = z.infer<typeof endAnswer>

export const holdAnswer = z.object({ id: z.string(), creditor: z.string() })
export type HoldAnswer = z.infer<typeof holdAnswer>

/** `effects`: what the outcome changed besides, in words. */
export const taskAnswer = z.object({ id: z.string(), status: z.literal('done'), effects: z.array(z.string()), exceeded })
export type TaskAnswer = z.infer<typeof taskAnswer>

/** What became of one line of an import; `line` counts from 1, in a CSV file with its header. */
export const lineResult = z.object({
  line: z.int(), id: z.string().nullable(), status: z.enum(['applied', 'unchanged', 'rejected']),
  code: z.string().optional(), faults: z.array(fault).optional(), ...warnings,
})
export type LineResult = z.infer<typeof lineResult>

export const importTotals = z.object({ lines: z.int(), applied: z.int(), unchanged: z.int(), rejected: z.int() })
export type ImportTotals = z.infer<typeof importTotals>
