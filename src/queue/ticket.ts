import { z } from 'zod'
import type { Ticket } from './doorbell.ts'

const TicketShape = z.strictObject({
  ring: z.uuid(),
  reminderIds: z.array(z.uuid()).min(1).max(50),
})

/** The ticket in a job's data, or null when something else wrote that job. */
export function readTicket(data: unknown): Ticket | null {
  const parsed = TicketShape.safeParse(data)
  return parsed.success ? parsed.data : null
}
