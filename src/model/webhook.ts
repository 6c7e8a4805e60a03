import { z } from 'zod'
import type { ReminderStatus } from './vocabulary.ts'

/** Reminder statuses that upstream is notified of; `scheduled`, `queued` and `sending` are internal. */
export const NOTIFIED_STATUSES = [
  'sent',
  'delivered',
  'failed',
  'refused',
  'expired',
  'cancelled',
  'in_doubt',
] as const satisfies readonly ReminderStatus[]
export type NotifiedStatus = (typeof NOTIFIED_STATUSES)[number]

/** Notice types: public and stable, a new one is a changelog entry. */
const NOTICE_TYPES = [...NOTIFIED_STATUSES.map((status) => `reminder.${status}` as const), 'suppression.added'] as const
export type NoticeType = (typeof NOTICE_TYPES)[number]

/** In the form of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
const secret = z
  .string()
  .refine(
    (text) => /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text) && (text.length - 'whsec_'.length) % 4 === 0,
    'must be whsec_ and 24 to 64 random bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"',
  )

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine(
    (value) => !URL.canParse(value) || new URL(value).username + new URL(value).password === '',
    'must hold no user name or password: the signature tells who calls',
  )

/**
 * One entry under `webhooks:` in `config/decorum.yaml`: an endpoint that receives notices.
 *
 * `creditors` and `types` filter them; absent, it receives all.
 */
export const webhookSchema = z.strictObject({
  /** Identifies it in logs, health and the ledger; its URL may be a secret and appears in none of them. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  url,
  secret,
  creditors: z.array(z.string().min(1)).min(1).optional(),
  types: z.array(z.enum(NOTICE_TYPES, 'is not a type of notice')).min(1).optional(),
})
export type Webhook = z.infer<typeof webhookSchema>

/** Does this endpoint receive this creditor's notices of this type? */
export const isSubscribedTo = (
  webhook: Pick<Webhook, 'creditors' | 'types'>,
  creditor: string,
  type: NoticeType,
): boolean => (webhook.creditors?.includes(creditor) ?? true) && (webhook.types?.includes(type) ?? true)
