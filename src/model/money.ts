/** An amount as upstream states it: decimal text with at most the currency's minor digits. */
export interface Money {
  /** e.g. `1250.00`; never in exponent notation. */
  amount: string
  /** ISO 4217, upper case. */
  currency: string
}
