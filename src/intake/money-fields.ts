import { z } from 'zod'
import { parseMoney, signedBalance } from '../model/money.ts'

/** An amount whose currency may be left to the account's. */
export interface StatedAmount {
  amount: string
  /** Null: the account's own. */
  currency: string | null
}

const stated = z.union([z.string().max(32, 'is longer than 32 characters'), z.strictObject({ amount: z.string(), currency: z.string() })], {
  error: 'is neither an amount as text nor {amount, currency}',
})

function exactly(stated: string | { amount: string; currency: string }, read: (amount: string) => string, ctx: z.RefinementCtx): StatedAmount {
  if (typeof stated === 'string') return { amount: read(stated), currency: null }
  const parsed = parseMoney(read(stated.amount), stated.currency, { negative: true, zero: true })
  if (parsed.ok) return parsed.money
  ctx.addIssue({ code: 'custom', path: [parsed.part], message: parsed.problem, params: { cure: parsed.cure } })
  return z.NEVER
}

/** `{amount, currency}`, or the amount alone in the currency of the account. */
export const amount = stated.transform((stated, ctx) => exactly(stated, (amount) => amount, ctx))
  .meta({ description: 'An exact amount: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}' })

/** The same of a balance, which is below zero when more was paid than was owed: `-5.00`, `(5.00)` or `5.00-`. */
export const balance = stated.transform((stated, ctx) => exactly(stated, (amount) => signedBalance(amount) as string, ctx))
  .meta({ description: 'An exact balance: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}; "-5.00", "(5.00)" and "5.00-": more was paid than was owed' })
