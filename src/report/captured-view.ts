import { z } from 'zod'
import { CHANNELS } from '../model/channel.ts'
import { instantText } from './page.ts'

/** One message that the capture provider kept instead of sending. Holds what a real one would: not for logs. */
export const capturedViewSchema = z.object({
  id: z.string(),
  reminderId: z.string(),
  attemptNo: z.int(),
  recipientId: z.string(),
  channel: z.enum(CHANNELS),
  route: z.string(),
  at: instantText,
  erased: z.boolean(),
  content: z.unknown().describe('The address and the message as they would have gone out; null once the person is erased.'),
})
export type CapturedView = z.infer<typeof capturedViewSchema>
