import type { Instant } from '../../model/instant.ts'
import type { LockedPerson } from '../../record/dispatch/decision-inputs.ts'
import type { EarlierMessage } from '../../record/dispatch/earlier-messages.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'

/** A reminder with its words, about to be reserved. */
export type Spoken = Omit<EarlierMessage, 'at'>

/**
 * Which earlier reminder told the person the same? The first of them; null when none did.
 *
 * The same: on the same channel, within the span, either the same words about the same accounts, or, of a ladder's reminder and
 * one that was asked for directly, any about the same accounts; neither knows of the other. Two steps of one
 * ladder with different words are two reminders, and so are two that were asked for one by one.
 */
export function repeatOf(spoken: Spoken, earlier: readonly EarlierMessage[], since: Instant): EarlierMessage | null {
  return earlier.find((message) => message.reminderId !== spoken.reminderId && message.recipientId === spoken.recipientId
    && message.live === spoken.live && message.channel === spoken.channel && message.at.getTime() > since
    && (message.origin === spoken.origin
      ? covers(message, spoken) && covers(spoken, message) && message.messageHash === spoken.messageHash
      : covers(message, spoken))) ?? null
}

/** Whose earlier messages have to be read: people whom we have written to or called on the same channel since then. */
export const spokenToSince = (fenced: readonly FencedReminder[], people: ReadonlyMap<string, LockedPerson>, since: Instant): string[] => [...new Set(
  fenced.filter((reminder) => reminder.kind === 'reminder' && people.get(reminder.recipientId)?.contacts.some((contact) =>
    contact.by === 'decorum' && !contact.otherPerson && contact.channel === reminder.channel && contact.at > since))
    .map((reminder) => reminder.recipientId))]

const covers = (message: Pick<Spoken, 'accountIds'>, other: Pick<Spoken, 'accountIds'>): boolean =>
  other.accountIds.every((id) => message.accountIds.includes(id))
