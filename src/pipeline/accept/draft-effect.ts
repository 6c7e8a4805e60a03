import type { Instant } from '../../model/time.ts'
import type { Effect, OpenHold, TaskToOpen } from '../../plan/effect-of.ts'
import type { HoldRow } from '../../record/holds.ts'
import { newId } from '../../record/id.ts'
import type { NewTask } from '../../record/planning.ts'
import { openHold } from './holds.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import type { SuppressionInput } from './suppress.ts'
import type { Drafts, NewSuppression } from './write-drafts.ts'

/** How a fact was reported. */
interface ReportedBy {
  /** The actor, for the record. */
  by: string
  now: Instant
  eventId?: string
  /** Stored in the details of each hold to show its source: `{ task }`, `{ key }`. */
  marks?: Readonly<Record<string, unknown>>
  /** The contact in which it was reported, where one is recorded. */
  contactId?: string
  /** The subject of a follow-up task. */
  step?: Pick<NewTask, 'accountIds' | 'ladder' | 'rung' | 'tone'>
}

/**
 * Adds the effect of a fact, except its suppressions, to the drafts of the transaction; the recipient is locked.
 *
 * @returns  the id of the follow-up task; null: none
 */
export function draftEffect(
  drafts: Drafts,
  recipient: RecipientDraft,
  effect: Effect,
  report: ReportedBy,
): string | null {
  const { by, now, eventId = null, marks, contactId = null } = report
  const tasks = effect.tasks.map((task) => taskOf(recipient, task, report))
  const taskId = tasks[0]?.id ?? null
  drafts.tasks.push(...tasks)
  drafts.newHolds.push(
    ...effect.opens.map(({ awaitsTask, details, ...input }) =>
      openHold(recipient, {
        ...input,
        details: { ...details, ...(awaitsTask === true ? { task: taskId } : {}), ...marks },
        eventId,
        by,
        now,
      }),
    ),
  )
  drafts.endedHolds.push(...effect.ends)
  if (effect.excess !== null)
    drafts.excess.push({ ...effect.excess, recipientId: recipient.row.id, exceptContact: contactId })
  if (effect.replan === 'recipient') drafts.replan.add(recipient.row.id)
  return taskId
}

/** Adds the suppressions that follow from a fact: of a recipient, or of an address and all who have it. */
export function draftSuppressions(
  drafts: Drafts,
  effect: Pick<Effect, 'suppressions'>,
  common: Pick<SuppressionInput, 'creditor' | 'recipientId' | 'hash' | 'source' | 'by'> &
    Pick<NewSuppression, 'owners' | 'notice'>,
): void {
  const { owners, notice, ...input } = common
  for (const { scope, ...suppression } of effect.suppressions) {
    drafts.suppressions.push({
      input: { ...input, ...suppression, scope, hash: scope === 'address' ? input.hash : null },
      owners,
      notice,
    })
  }
}

function taskOf(
  recipient: RecipientDraft,
  { kind, channels, stepKind, instructions, expiresAt }: TaskToOpen,
  { now, step }: ReportedBy,
): NewTask {
  if (step === undefined) throw new RangeError('a follow-up task needs a step')
  return {
    ...step,
    id: newId(),
    creditor: recipient.row.creditor,
    recipientId: recipient.row.id,
    kind,
    channels: [...channels],
    stepKind,
    instructions,
    dueAt: now,
    expiresAt,
  }
}

/** Hold rows in the form that `effectOf` takes. */
export const openHoldsOf = (rows: readonly HoldRow[]): OpenHold[] =>
  rows.map(({ id, kind, account_id: accountId, details }) => ({ id, kind, accountId, details }))
