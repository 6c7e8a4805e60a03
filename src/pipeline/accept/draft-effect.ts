import type { Instant } from '../../model/time.ts'
import type { Effect, OpenHold, TaskToOpen } from '../../plan/effect-of.ts'
import type { HoldRow } from '../../record/holds.ts'
import { newId } from '../../record/id.ts'
import type { NewTask } from '../../record/planning.ts'
import { openHold } from './holds.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import type { SuppressionInput } from './suppress.ts'
import type { Drafts, NewSuppression } from './write-drafts.ts'

/** How a fact was heard of a recipient. */
interface Heard {
  /** Who said it, in the record. */
  by: string
  now: Instant
  eventId?: string
  /** Kept with each hold, to tell where it came from: `{ task }`, `{ key }`. */
  marks?: Readonly<Record<string, unknown>>
  /** The contact in which it was said, where it is recorded as one. */
  contactId?: string
  /** What a task that follows it up is about. */
  step?: Pick<NewTask, 'accountIds' | 'ladder' | 'rung' | 'tone'>
}

/**
 * Enters what follows from a fact into the drafts of the transaction, its suppressions apart; the recipient is locked.
 *
 * @returns  the task in which a person follows it up; null: none
 */
export function draftEffect(drafts: Drafts, recipient: RecipientDraft, effect: Effect, heard: Heard): string | null {
  const { by, now, eventId = null, marks, contactId = null } = heard
  const tasks = effect.tasks.map((task) => taskOf(recipient, task, heard))
  const taskId = tasks[0]?.id ?? null
  drafts.tasks.push(...tasks)
  drafts.newHolds.push(
    ...effect.opens.map(({ awaitsTask, details, ...wish }) =>
      openHold(recipient, {
        ...wish,
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

/** Enters the suppressions that follow from a fact: of a recipient, or of an address whoever has it. */
export function draftSuppressions(
  drafts: Drafts,
  effect: Pick<Effect, 'suppressions'>,
  heard: Pick<SuppressionInput, 'creditor' | 'recipientId' | 'hash' | 'source' | 'by'> &
    Pick<NewSuppression, 'owners' | 'tell'>,
): void {
  const { owners, tell, ...wish } = heard
  for (const { scope, ...suppression } of effect.suppressions) {
    drafts.suppressions.push({
      wish: { ...wish, ...suppression, scope, hash: scope === 'address' ? wish.hash : null },
      owners,
      tell,
    })
  }
}

function taskOf(
  recipient: RecipientDraft,
  { kind, channels, stepKind, instructions, expiresAt }: TaskToOpen,
  { now, step }: Heard,
): NewTask & { seq: number } {
  if (step === undefined) throw new RangeError('a task that is about nothing')
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
    seq: recipient.takeSeq(),
  }
}

/** The holds as `effectOf` asks for them. */
export const openHoldsOf = (rows: readonly HoldRow[]): OpenHold[] =>
  rows.map(({ id, kind, account_id: accountId, details }) => ({ id, kind, accountId, details }))
