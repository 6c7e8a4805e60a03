import { z } from 'zod'
import { RELATIONS } from '../model/address.ts'
import { parseMoney, type Money } from '../model/money.ts'
import { ROLES } from '../model/role.ts'
import { nextStepSchema } from '../model/word-facts.ts'
import { amount, type StatedAmount } from './money-fields.ts'
import { recipientInAccount } from './recipient-body.ts'
import { line, upstreamId, variables, word } from './text-fields.ts'
import { instant, localDate } from './time-fields.ts'

const overdueBody = z.strictObject({
  amount: z.string().max(32),
  currency: z.string().max(8),
  parts: z.record(word, z.string().max(32)).optional().describe('What it is made of, in the same currency: principal, interest, fees, …'),
})

/** Facts that templates may demand beyond the figures; each is stated by the creditor or not known. */
const factsForWords = z.strictObject({
  lateInterest: z.boolean().nullish(),
  reportsToBureau: z.boolean().nullish(),
  originalCreditor: line(200).nullish(),
  nextStep: nextStepSchema.nullish(),
})

const accountFields = {
  asOf: instant.describe('When these facts were true; older than what is known changes nothing.'),
  recipient: recipientInAccount.optional(),
  recipientId: upstreamId.optional(),
  creditor: word.optional(),
  product: word.optional(),
  role: z.enum(ROLES).optional(),
  overdue: overdueBody.optional(),
  balance: overdueBody.optional().describe('Another name of `overdue`.'),
  outstanding: amount.nullish(),
  minimumDue: amount.nullish(),
  dueDate: localDate.nullish().describe('Oldest unpaid due date.'),
  nextDueDate: localDate.nullish(),
  daysPastDue: z.int().min(-3660).max(36600).nullish(),
  graceDays: z.int().min(0).max(366).optional(),
  autoDebit: z.boolean().optional(),
  reference: z.strictObject({ masked: line(32) }).nullish(),
  ladder: word.optional(),
  riskBand: word.nullish(),
  factsForWords: factsForWords.optional(),
  variables: variables.optional(),
  parties: z.array(z.strictObject({ recipientId: upstreamId, relation: z.enum(RELATIONS) })).max(20).optional()
    .describe('Others who owe it too; they are not contacted about it.'),
}
type Fields = z.output<z.ZodObject<typeof accountFields>>

/** An account as upstream states it: absent keeps the old value, null clears. */
export interface AccountBody extends Omit<Fields, 'overdue' | 'balance' | 'outstanding' | 'minimumDue'> {
  overdue?: Money & { parts: Record<string, string> | null }
  outstanding?: StatedAmount | null
  minimumDue?: StatedAmount | null
}

function settle<T extends Fields>(body: T, ctx: z.RefinementCtx): Omit<T, keyof AccountBody | 'balance'> & AccountBody {
  const fault = (path: PropertyKey[], message: string, cure: string) => ctx.addIssue({ code: 'custom', path, message, params: { cure } })
  const { overdue, balance, outstanding, minimumDue, ...rest } = body
  if (overdue !== undefined && balance !== undefined) fault(['balance'], 'is another name of overdue, which is there too', 'State one of them.')
  if (body.recipient !== undefined && body.recipientId !== undefined) fault(['recipientId'], 'stands beside recipient', 'State recipient (with its id) or recipientId.')
  const result = { ...rest } as Omit<T, keyof AccountBody | 'balance'> & AccountBody
  const [stated, name] = overdue === undefined ? [balance, 'balance'] : [overdue, 'overdue']
  if (stated !== undefined) {
    const parsed = parseMoney(stated.amount, stated.currency)
    if (parsed.ok) result.overdue = { ...parsed.money, parts: stated.parts === undefined ? null : partsOf(stated.parts, stated.currency, name as string, fault) }
    else fault([name as string, parsed.part], parsed.problem, parsed.cure)
  }
  if (outstanding !== undefined) result.outstanding = outstanding
  if (minimumDue !== undefined) result.minimumDue = minimumDue
  return result
}

function partsOf(parts: Record<string, string>, currency: string, name: string, fault: (path: PropertyKey[], message: string, cure: string) => void): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).map(([part, stated]) => {
    const parsed = parseMoney(stated, currency)
    if (!parsed.ok) fault([name, 'parts', part], parsed.problem, parsed.cure)
    return [part, parsed.ok ? parsed.money.amount : stated]
  }))
}

/** `PUT /v1/accounts/{id}`. */
export const accountBody = z.strictObject(accountFields).transform(settle)

/** One line of an import: the same, with its id. */
export const accountLine = z.strictObject({ id: upstreamId, ...accountFields }).transform(settle)
export type AccountLine = AccountBody & { id: string }
