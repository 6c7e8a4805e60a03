import { z } from 'zod'
import { CURRENCY_EXPONENTS, type Money, parseMoney, signedBalance } from '../model/money.ts'
import { RELATIONS, ROLES } from '../model/vocabulary.ts'
import { nextStepSchema } from '../model/template-facts.ts'
import { balance, configId, instant, line, localDateField, upstreamId, variables } from './fields.ts'
import { recipientInAccount } from './recipient-body.ts'

/** Checked by `parseMoney`, whose faults are more precise than a type error. */
const statedText = z.unknown().meta({ type: 'string' })

function exactly(amount: unknown, currency: unknown, path: PropertyKey[], ctx: z.RefinementCtx): Money {
  const parsed = parseMoney(signedBalance(amount), currency, { negative: true, zero: true })
  if (parsed.ok) return parsed.money
  ctx.addIssue({
    code: 'custom',
    path: parsed.part === 'currency' ? ['currency'] : path,
    message: parsed.problem,
    params: { cure: parsed.cure },
  })
  return z.NEVER
}

/** The exact overdue amount with its parts; negative when overpaid. */
const overdueBody = z
  .strictObject({
    amount: statedText,
    currency: statedText,
    parts: z
      .record(configId, statedText)
      .refine((parts) => Object.keys(parts).length <= 50, 'has more than 50 parts')
      .optional(),
  })
  .transform((stated, ctx): StatedOverdue => {
    const total = exactly(stated.amount, stated.currency, ['amount'], ctx)
    if (stated.parts === undefined || !CURRENCY_EXPONENTS.has(String(stated.currency))) return { ...total, parts: null }
    const parts = Object.entries(stated.parts).map(
      ([part, amount]) => [part, exactly(amount, stated.currency, ['parts', part], ctx)?.amount] as const,
    )
    return { ...total, parts: Object.fromEntries(parts) }
  })
  .meta({
    description:
      'An exact amount and, in the same currency, what it is made of: {"amount": "1250.00", "currency": "CNY", "parts": {"principal": "1200.00"}}. "-5.00", "(5.00)" and "5.00-" say that more was paid than was owed: nothing is overdue',
  })

type StatedOverdue = Money & { parts: Record<string, string> | null }

/** A whole number or card shows more of itself than a borrower needs to know it by. */
const MORE_DIGITS = /\p{Nd}{7}/u

/** Facts beyond the amounts that templates may require, as stated by the creditor. Gates of ladders may require others. */
const factsForWords = z
  .object({
    lateInterest: z.boolean().nullish(),
    reportsToBureau: z.boolean().nullish(),
    originalCreditor: line(200).nullish(),
    nextStep: nextStepSchema.nullish(),
  })
  .catchall(
    z.union([z.boolean(), z.number(), line(500), z.null()], { error: 'is neither text, a number, true nor false' }),
  )
  .refine((facts) => Object.keys(facts).length <= 50, 'has more than 50 facts')

const accountFields = {
  asOf: instant.describe('When these facts were true; older than what is known changes nothing.'),
  recipient: recipientInAccount.optional(),
  recipientId: upstreamId.optional(),
  creditor: configId.optional(),
  product: configId.optional(),
  role: z.enum(ROLES).optional(),
  overdue: overdueBody.optional(),
  balance: overdueBody.optional().describe('Another name of `overdue`.'),
  outstanding: balance.nullish(),
  minimumDue: balance.nullish(),
  dueDate: localDateField.nullish().describe('Oldest unpaid due date.'),
  nextDueDate: localDateField.nullish(),
  daysPastDue: z.int().min(-3660).max(36600).nullish(),
  graceDays: z.int().min(0).max(366).optional(),
  autoDebit: z.boolean().optional(),
  reference: z
    .strictObject({
      masked: line(32).refine((text) => !MORE_DIGITS.test(text.replaceAll(/[\s.-]/gu, '')), {
        error: 'shows more than six digits in a row',
        params: { cure: 'State the last four, as the borrower knows them: "4821" or "…4821".' },
      }),
    })
    .nullish(),
  ladder: configId.optional(),
  riskBand: configId.nullish(),
  factsForWords: factsForWords.optional(),
  variables: variables.optional(),
  parties: z
    .array(z.strictObject({ recipientId: upstreamId, relation: z.enum(RELATIONS) }))
    .max(20)
    .optional()
    .describe('Others who owe it too; they are not contacted about it.'),
}
type Fields = z.output<z.ZodObject<typeof accountFields>>

/** An account as upstream states it: absent keeps the old value, null clears. */
export type AccountBody = Omit<Fields, 'balance'>

function settle<T extends Fields>(stated: T, ctx: z.RefinementCtx): Omit<T, 'balance'> {
  if (stated.overdue !== undefined && stated.balance !== undefined)
    fault(ctx, 'balance', 'is another name of overdue, which is there too', 'State one of them.')
  if (stated.recipient !== undefined && stated.recipientId !== undefined)
    fault(ctx, 'recipientId', 'stands beside recipient', 'State recipient (with its id) or recipientId.')
  // Nearly every account uses `overdue`, and is not copied.
  if (stated.balance === undefined) return stated
  const { balance, ...body } = stated
  return { ...body, overdue: balance }
}

function fault(ctx: z.RefinementCtx, path: string, message: string, cure: string): void {
  ctx.addIssue({ code: 'custom', path: [path], message, params: { cure } })
}

/** `PUT /v1/accounts/{id}`. */
export const accountBody = z.strictObject(accountFields).transform(settle)

/** One line of an import: the same, with its id. */
export const accountLine = z.strictObject({ id: upstreamId, ...accountFields }).transform(settle)
export type AccountLine = z.output<typeof accountLine>
