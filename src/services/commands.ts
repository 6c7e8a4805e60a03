import type { AccountBody } from '../intake/account-body.ts'
import type {
  ContactBody,
  EventBody,
  HoldBody,
  HoldEndBody,
  LiftBody,
  ReminderBody,
  SuppressionBody,
  TaskCompletion,
} from '../intake/bodies.ts'
import { readLines } from '../intake/lines.ts'
import type { RecipientBody } from '../intake/recipient-body.ts'
import { acceptAccount } from '../pipeline/accept/accept-accounts.ts'
import { acceptContact } from '../pipeline/accept/accept-contact.ts'
import { acceptEvent } from '../pipeline/accept/accept-event.ts'
import { acceptRecipient } from '../pipeline/accept/accept-recipient.ts'
import { acceptReminder, cancelReminder } from '../pipeline/accept/accept-reminder.ts'
import { acceptSuppression, liftSuppression } from '../pipeline/accept/accept-suppression.ts'
import { completeTask } from '../pipeline/accept/complete-task.ts'
import { acceptHold, endHold } from '../pipeline/accept/holds.ts'
import {
  type AccountFile,
  accountLines,
  eventLines,
  type FileImport,
  importFile,
  importLines,
} from '../pipeline/accept/imports.ts'
import type { PermitRules } from '../pipeline/permits.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import type {
  AccountAnswer,
  CancelAnswer,
  ContactAnswer,
  EndAnswer,
  EventAnswer,
  HoldAnswer,
  ImportTotals,
  LineResult,
  RecipientAnswer,
  ReminderAnswer,
  SuppressionAnswer,
  TaskAnswer,
} from '../report/views/operations.ts'

export type { AccountFile, FileImport, LineResult }

/** Receives the results of an import in the order of the lines; awaited, so that a slow consumer slows the import. */
export type OnResult = (result: LineResult) => void | Promise<void>

/**
 * Everything that callers may change in the record.
 *
 * Bodies have been parsed by src/intake. Ids of accounts, recipients, events and contacts are the creditor's own;
 * those of reminders, holds, suppressions and tasks are ours. Every answer is committed before it is given.
 *
 * @throws DECORUM_FORBIDDEN     the creditor is not the actor's
 * @throws DECORUM_NOT_FOUND     no such account, recipient, reminder, hold, suppression or task
 * @throws DECORUM_CONFLICT      the same id or key was accepted before with another body
 * @throws DECORUM_BAD_INPUT     a fact that contradicts the record
 */
export interface CommandService {
  putAccount(actor: Actor, id: string, body: AccountBody): Promise<AccountAnswer>
  putRecipient(actor: Actor, id: string, body: RecipientBody): Promise<RecipientAnswer>
  addEvent(actor: Actor, accountId: string, body: EventBody): Promise<EventAnswer>
  /** NDJSON, in chunks of any size; a bad line is rejected alone. */
  importAccounts(actor: Actor, bytes: AsyncIterable<Uint8Array>, onResult: OnResult): Promise<ImportTotals>
  /** A whole file, CSV, NDJSON or .xlsx, once: an interrupted import resumes. `onStart` is given the number of lines done before. */
  importAccountFile(
    actor: Actor,
    file: AccountFile,
    onStart: (resumedAfter: number) => void | Promise<void>,
    onResult: OnResult,
  ): Promise<FileImport>
  /** As `importAccounts`; each line is an event with its `accountId`. */
  importEvents(actor: Actor, bytes: AsyncIterable<Uint8Array>, onResult: OnResult): Promise<ImportTotals>
  /** `key`: the Idempotency-Key header; null when none was sent, and then every request is new. */
  createReminder(actor: Actor, key: string | null, body: ReminderBody): Promise<ReminderAnswer>
  cancelReminder(actor: Actor, id: string): Promise<CancelAnswer>
  addContact(actor: Actor, body: ContactBody): Promise<ContactAnswer>
  addSuppression(actor: Actor, body: SuppressionBody): Promise<SuppressionAnswer>
  liftSuppression(actor: Actor, id: string, body: LiftBody): Promise<EndAnswer>
  addHold(actor: Actor, body: HoldBody): Promise<HoldAnswer>
  endHold(actor: Actor, id: string, body: HoldEndBody): Promise<EndAnswer>
  completeTask(actor: Actor, id: string, body: TaskCompletion): Promise<TaskAnswer>
}

/** @param rules  judge contacts that are reported; absent: only what no pack may lift (`decide/invariants`) */
export const commandService = (
  runtime: Runtime,
  rules: Pick<PermitRules, 'packs'> = { packs: [] },
): CommandService => ({
  putAccount: (actor, id, body) => acceptAccount(runtime, actor, id, body),
  putRecipient: (actor, id, body) => acceptRecipient(runtime, actor, id, body),
  addEvent: (actor, accountId, body) => acceptEvent(runtime, actor, accountId, body),
  importAccounts: (actor, bytes, onResult) =>
    importLines(runtime, readLines(bytes), accountLines(runtime, actor), onResult),
  importAccountFile: (actor, file, onStart, onResult) => importFile(runtime, actor, file, onStart, onResult),
  importEvents: (actor, bytes, onResult) =>
    importLines(runtime, readLines(bytes), eventLines(runtime, actor), onResult),
  createReminder: (actor, key, body) => acceptReminder(runtime, actor, key, body),
  cancelReminder: (actor, id) => cancelReminder(runtime, actor, id),
  addContact: (actor, body) => acceptContact(runtime, actor, body, rules.packs),
  addSuppression: (actor, body) => acceptSuppression(runtime, actor, body),
  liftSuppression: (actor, id, body) => liftSuppression(runtime, actor, id, body),
  addHold: (actor, body) => acceptHold(runtime, actor, body),
  endHold: (actor, id, body) => endHold(runtime, actor, id, body),
  completeTask: (actor, id, body) => completeTask(runtime, actor, id, body, rules.packs),
})
