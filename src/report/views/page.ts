import { z } from 'zod'

/** A page of a list; `next` is the cursor of the page after it, null on the last one. */
export interface Page<T> {
  items: T[]
  next: string | null
}

/** The wire form of a page of these items. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Give it as `cursor` to read on; null on the last page.'),
  })

/** An instant in answers: RFC 3339 in UTC. */
export const instantText = z.string().meta({ format: 'date-time' })

/** Money in answers. */
export const moneyText = z.object({ amount: z.string(), currency: z.string() })
