import { z } from 'zod'
import { parseMoney, type Money } from '../model/money.ts'

/** An amount whose currency may be left to the account's. */
export interface StatedAmount {
  amount: string
  /** Null: the account's own. */
  currency: string | null
}

const cureFor = (cure: string) => ({ params: { cure } })

/** `{amount, currency}`, exact: too many digits, signs, exponents and unknown currencies are faults. */
export const money = z.strictObject({ amount: z.unknown(), currency: z.unknown() })
  .transform((stated, ctx): Money => {
    const parsed = parseMoney(stated.amount, stated.currency)
    if (parsed.ok) return parsed.money
    ctx.addIssue({ code: 'custom', path: [parsed.part], message: parsed.problem, ...cureFor(parsed.cure) })
    return z.NEVER
  })
  .meta({ description: 'An exact amount: {"amount": "1250.00", "currency": "CNY"}' })

/** `{amount, currency}`, or the amount alone in the currency of the account. */
export const amount = z.union([z.string().max(32, 'is longer than 32 characters'), z.strictObject({ amount: z.string(), currency: z.string() })])
  .transform((stated, ctx): StatedAmount => {
    if (typeof stated === 'string') return { amount: stated, currency: null }
    const parsed = parseMoney(stated.amount, stated.currency, { negative: true, zero: true })
    if (parsed.ok) return parsed.money
    ctx.addIssue({ code: 'custom', path: [parsed.part], message: parsed.problem, ...cureFor(parsed.cure) })
    return z.NEVER
  })
  .meta({ description: 'An exact amount: "1250.00", or with its currency {"amount": "1250.00", "currency": "CNY"}' })
