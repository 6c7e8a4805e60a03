/** What of a step that follows is free text; its kind and its day are not. */
const FREE_IN_STEP: readonly string[] = ['party', 'authorisedBy']

/**
 * Facts for words with each free text replaced; what is true, false or a number stays, as planning reads it.
 *
 * @param fact  the name of the fact, `nextStep.party` of one inside another
 */
export function mapFreeText(
  facts: Readonly<Record<string, unknown>>,
  replace: (text: string, fact: string) => string | null,
): Record<string, unknown> {
  const within = (value: unknown, fact: string): unknown => {
    if (typeof value === 'string') return replace(value, fact)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        FREE_IN_STEP.includes(name) ? within(inner, `${fact}.${name}`) : inner,
      ]),
    )
  }
  return Object.fromEntries(Object.entries(facts).map(([fact, value]) => [fact, within(value, fact)]))
}

/** Fields of an event, or of a hold, in which people state what they like. */
const FREE: readonly string[] = ['reference', 'to', 'reason']
/** What an amount and a currency look like. Where neither is reckoned with, nothing else has looked at them. */
const WELL_FORMED: Readonly<Record<string, RegExp>> = { amount: /^[-(]?[\d.,\s]+\)?-?$/, currency: /^[A-Za-z]{3}$/ }

/**
 * Stated fields with each free text replaced, `amount` and `currency` included where they are none.
 *
 * @param field  the name of the field, `amount.currency` of one inside another
 */
export function mapStatedText(
  stated: Readonly<Record<string, unknown>>,
  replace: (text: string, field: string) => string,
  inside = '',
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stated).map(([name, value]) => {
      if (name === 'amount' && typeof value === 'object' && value !== null)
        return [name, mapStatedText(value as Record<string, unknown>, replace, `${name}.`)]
      const free = FREE.includes(name) || WELL_FORMED[name]?.test(String(value)) === false
      return [name, free && typeof value === 'string' ? replace(value, `${inside}${name}`) : value]
    }),
  )
}
