import type { DeliveryRequest } from '../provider.ts'

/**
 * Which headers DKIM signs. nodemailer's own list leaves out the unsubscribe ones, and
 * Gmail and Yahoo honour one-click unsubscription only where both are signed (RFC 8058 §4).
 */
export const SIGNED_HEADERS = [
  'from', 'sender', 'reply-to', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type',
  'content-transfer-encoding', 'list-unsubscribe', 'list-unsubscribe-post', 'auto-submitted', 'feedback-id',
].join(':')

/**
 * Which headers of ours does this message carry?
 *
 * The Message-ID names the attempt, so that a bounce, a complaint or the relay's log can
 * be matched; a new attempt has a new one. Nothing here names a person or a debt.
 *
 * @param sender  the bare mailbox of the sender
 * @returns       `messageId` without its angle brackets
 */
export function headersFor({ attempt, unsubscribeUrl }: DeliveryRequest, sender: string): { messageId: string; headers: Record<string, string> } {
  const headers: Record<string, string> = {
    // RFC 3834: no vacation notice in return.
    'Auto-Submitted': 'auto-generated',
    // Gmail groups spam reports by these; the last part is the sender.
    'Feedback-ID': `reminder:email:attempt-${attempt.attemptNo}:decorum`,
  }
  if (unsubscribeUrl !== null) {
    headers['List-Unsubscribe'] = `<${unsubscribeUrl}>`
    headers['List-Unsubscribe-Post'] = 'List-Unsubscribe=One-Click'
  }
  return { messageId: `${attempt.reminderId}.${attempt.attemptNo}@${sender.slice(sender.lastIndexOf('@') + 1)}`, headers }
}
