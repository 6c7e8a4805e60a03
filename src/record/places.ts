import type { Place } from './vault/vault.ts'

/**
 * Where each sealed field lives: whoever seals and whoever opens must name the same place.
 *
 * `name` holds the full name, `variables` a JSON object of texts, `value` a number in E.164 or a mailbox.
 */
const place = (table: string, column: string) => (rowId: string): Place => ({ table, column, rowId })

export const recipientName = place('recipient', 'name')
export const addressValue = place('recipient_address', 'value')
export const accountVariables = place('account', 'variables')
export const reminderVariables = place('reminder', 'variables')
export const eventNote = place('event', 'note')
export const taskNote = place('task', 'note')
export const replyWords = place('reply', 'words')
/** `rowId` is `<reminder id>.<attempt no>`: the facts that render the attempt's message again, as JSON. */
export const attemptWordFacts = place('attempt', 'word_facts')
/** A captured address and message, as JSON. */
export const capturedContent = place('captured_message', 'content')
