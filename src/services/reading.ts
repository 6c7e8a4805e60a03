import type { DecisionExplanation } from '../model/explanation.ts'
import type { Instant } from '../model/time.ts'
import type { Channel, ReminderStatus } from '../model/vocabulary.ts'
import type { Actor } from '../pipeline/runtime.ts'
import type { AccountView, TimelineEntry, Totals } from '../report/views/accounts.ts'
import type { Page } from '../report/views/page.ts'
import type {
  ContactView,
  HoldView,
  RecipientView,
  ReplyView,
  SuppressionView,
  TaskView,
} from '../report/views/recipients.ts'
import type { CapturedView, ReminderSummary, ReminderView } from '../report/views/reminders.ts'
import type { Language } from '../report/words/terms.ts'

/**
 * A resource by the creditor's own id. `creditor` null: the actor's own; an actor of every
 * creditor then finds it only when no two creditors use that id (otherwise DECORUM_BAD_INPUT).
 */
interface Ref {
  creditor: string | null
  id: string
}

/** `cursor` as a former page gave it; a cursor that is not one of ours is DECORUM_BAD_INPUT. */
export interface Paging {
  cursor?: string | undefined
  /** 1 to 500; 50 when absent. */
  limit?: number | undefined
}

/** Ids are the creditor's own. */
export interface OwnerFilter {
  creditor?: string | undefined
  accountId?: string | undefined
  recipientId?: string | undefined
}

/**
 * Everything that can be asked of the record. An actor bound to a creditor sees that
 * creditor's only: anything else is null or absent, as if it did not exist.
 */
export interface Reading {
  getAccount(actor: Actor, ref: Ref): Promise<AccountView | null>
  listAccounts(
    actor: Actor,
    query: Paging & {
      creditor?: string | undefined
      state?: AccountView['state'] | undefined
      recipientId?: string | undefined
    },
  ): Promise<Page<AccountView>>
  /** Oldest first. Null: no such account. */
  accountTimeline(actor: Actor, ref: Ref, query?: Paging): Promise<Page<TimelineEntry> | null>
  /** Out of the vault; written to the access log. */
  getRecipient(actor: Actor, ref: Ref): Promise<RecipientView | null>
  /** Who has this number or mailbox? By keyed hash; written to the access log. */
  recipientsByAddress(
    actor: Actor,
    query: { creditor?: string | undefined; address: string; channel?: Channel | undefined },
  ): Promise<RecipientView[]>
  getReminder(actor: Actor, id: string): Promise<ReminderView | null>
  listReminders(
    actor: Actor,
    query: Paging & OwnerFilter & { status?: ReminderStatus | undefined; channel?: Channel | undefined },
  ): Promise<Page<ReminderSummary>>
  /** In plain words, one line each, and what the rules of the last decision judged by, where that can still be told. Null: no such reminder. */
  explainReminder(
    actor: Actor,
    id: string,
    language?: Language,
  ): Promise<{ lines: string[]; asked: DecisionExplanation | null } | null>
  /** What was sent, word for word, rendered again from its facts or as captured. Access is logged. Null: no such attempt. */
  attemptWords(actor: Actor, reminderId: string, attemptNo: number): Promise<AttemptWords | null>
  listTasks(
    actor: Actor,
    query: Paging & OwnerFilter & { status?: TaskView['status'] | undefined },
  ): Promise<Page<TaskView>>
  getTask(actor: Actor, id: string): Promise<TaskView | null>
  listHolds(actor: Actor, query: Paging & OwnerFilter & { open?: boolean | undefined }): Promise<Page<HoldView>>
  listSuppressions(
    actor: Actor,
    query: Paging & OwnerFilter & { open?: boolean | undefined },
  ): Promise<Page<SuppressionView>>
  listContacts(actor: Actor, query: Paging & OwnerFilter): Promise<Page<ContactView>>
  listCaptured(
    actor: Actor,
    query: Paging & { creditor?: string | undefined; reminderId?: string | undefined },
  ): Promise<Page<CapturedView>>
  /** What people wrote back, the newest first; words out of the vault, written to the access log. `unresolved`: only what nobody can be told to have sent. */
  listReplies(
    actor: Actor,
    query: Paging & {
      creditor?: string | undefined
      recipientId?: string | undefined
      taskId?: string | undefined
      unresolved?: boolean | undefined
    },
  ): Promise<Page<ReplyView>>
  /** From `from` until before `to`, by local day in `zone`. */
  totals(
    actor: Actor,
    query: { creditor?: string | undefined; from: Instant; to: Instant; zone: string },
  ): Promise<Totals>
}

/** The words of one attempt, if they can still be known. */
type AttemptWords =
  | { state: 'kept'; source: 'captured' | 'rendered-again'; content: unknown }
  | { state: 'erased' }
  /** The template version that made it is not installed any more; its hash remains with the attempt. */
  | { state: 'unavailable'; problem: string }
