import { z } from 'zod'
import { parseMoney } from '../model/money.ts'

/** An amount whose currency may be left to the account's. */
export interface StatedAmount {
  amount: string
  /** Null: the account's own. */
  currency: string | null
}

/** `{amount, currency}`, or the amount alone in the currency of the account. */
export const amount = z.union([z.string().max(32, 'is longer than 32 characters'), z.strictObject({ amount: z.string(), currency: z.string() })], {
  error: 'is neither an amount as text nor {amount, currency}',
})
  .transform((stated, ctx): StatedAmount => {
    if (typeof stated === 'string') return { amount: stated, currency: null }
    const parsed = parseMoney(stated.amount, stated.currency, { negative: true, zero: true })
    if (parsed.ok) return parsed.money
    ctx.addIssue({ code: 'custom', path: [parsed.part], message: parsed.problem, params: { cure: parsed.cure } })
    return z.NEVER
  })
  .meta({ description: 'An exact amount: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}' })
