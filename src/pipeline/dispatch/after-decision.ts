import { CURABLE, type Decision, type ObjectionCode } from '../../model/decision.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { ReminderStatus } from '../../model/vocabulary.ts'
import { ZONE_DATA_VERSION } from '../../model/zones/zone-data.ts'
import type { EarlierMessage, LockedRecipient } from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import type { RenderProblem } from '../../render/render-result.ts'

/** Where a decision other than `send` leaves its reminder. */
interface AfterDecision {
  status: Extract<ReminderStatus, 'scheduled' | 'refused' | 'expired'>
  nextAt: Instant
  endReason: ObjectionCode | null
}

/** How soon to look again at a reminder that waits for an operator or for knowledge; whoever changes the facts wakes it sooner. */
const RECHECK_MS: Partial<Record<ObjectionCode, number>> = {
  switched_off: 5_000,
  clock_uncertain: MINUTE,
  internal_error: 15 * MINUTE,
}
const RECHECK_OTHERWISE_MS = 6 * HOUR

/**
 * What becomes of a reminder that may not be sent now?
 *
 * A deferral waits for its instant; a refusal that more knowledge can cure waits and is
 * looked at again; any other refusal ends it. Whatever waits ends at its deadline.
 */
export function afterDecision(decision: Decision, now: Instant, expiresAt: Instant): AfterDecision {
  if (decision.verdict === 'defer') {
    return { status: 'scheduled', nextAt: Math.min(decision.until ?? expiresAt, expiresAt), endReason: null }
  }
  const ending = decision.reasons.filter((reason) => reason.until === null && !CURABLE.has(reason.code))
  const [first] = ending
  if (first !== undefined) {
    return { status: first.code === 'expired' ? 'expired' : 'refused', nextAt: now, endReason: first.code }
  }
  const soonest = Math.min(...decision.reasons.map((reason) => RECHECK_MS[reason.code] ?? RECHECK_OTHERWISE_MS))
  return { status: 'scheduled', nextAt: Math.max(now + 1, Math.min(now + soonest, expiresAt)), endReason: null }
}

/** Two decisions with one signature are the same answer given again, from the same zone data: it is counted, not added. */
export const signatureOf = (decision: Decision): string =>
  `${decision.verdict}|${decision.reasons.map((r) => `${r.rule}@${r.version}`).join('|')}|tz@${decision.zoneData}`

const CODE: Record<RenderProblem['kind'], ObjectionCode> = {
  'missing-facts': 'precondition_missing',
  'link-in-fact': 'content_unsafe',
  'not-registered': 'not_registered',
  'too-long': 'internal_error',
  'no-template': 'internal_error',
  fault: 'internal_error',
}

/**
 * The refusal of a reminder that may be sent but has no true words.
 *
 * A message is held rather than sent with a gap or a wrong figure; the rule names the
 * kind of problem, and facts that are missing or hold a link by their names, never their values.
 */
export function wordsObjection(problem: RenderProblem): Decision {
  const rule =
    problem.kind === 'missing-facts'
      ? `decorum/words/${problem.facts.join('+')}`
      : problem.kind === 'link-in-fact'
        ? `decorum/words/link-in/${[...new Set(problem.facts)].join('+')}`
        : `decorum/words/${problem.kind}`
  return {
    verdict: 'refuse',
    until: null,
    candidateZones: [],
    packs: [],
    zoneData: ZONE_DATA_VERSION,
    reasons: [
      {
        code: CODE[problem.kind],
        rule,
        pack: 'decorum',
        version: '1',
        citation:
          problem.kind === 'link-in-fact'
            ? `Decorum: no name or other fact puts a link into a message; correct ${[...new Set(problem.facts)].join(', ')} upstream`
            : 'Decorum: words are sent whole and true, or not at all',
        verified: true,
        until: null,
      },
    ],
  }
}

/** A reminder with its words, about to be reserved. */
type Spoken = Omit<EarlierMessage, 'at'>

/**
 * Which earlier reminder told the person the same? The first of them; null when none did.
 *
 * The same: on the same channel, within the span, either the same words about the same accounts, or, of a ladder's reminder and
 * one that was asked for directly, any about the same accounts; neither knows of the other. Two steps of one
 * ladder with different words are two reminders, and so are two that were asked for one by one.
 */
export function repeatOf(spoken: Spoken, earlier: readonly EarlierMessage[], since: Instant): EarlierMessage | null {
  return (
    earlier.find(
      (message) =>
        message.reminderId !== spoken.reminderId &&
        message.recipientId === spoken.recipientId &&
        message.live === spoken.live &&
        message.channel === spoken.channel &&
        message.at.getTime() > since &&
        (message.origin === spoken.origin
          ? covers(message, spoken) && covers(spoken, message) && message.messageHash === spoken.messageHash
          : covers(message, spoken)),
    ) ?? null
  )
}

/** Whose earlier messages have to be read: people whom we have written to or called on the same channel since then. */
export const spokenToSince = (
  fenced: readonly FencedReminder[],
  recipients: ReadonlyMap<string, LockedRecipient>,
  since: Instant,
): string[] => [
  ...new Set(
    fenced
      .filter(
        (reminder) =>
          reminder.kind === 'reminder' &&
          recipients
            .get(reminder.recipientId)
            ?.contacts.some(
              (contact) =>
                contact.by === 'decorum' &&
                !contact.otherRecipient &&
                contact.channel === reminder.channel &&
                contact.at > since,
            ),
      )
      .map((reminder) => reminder.recipientId),
  ),
]

const covers = (message: Pick<Spoken, 'accountIds'>, other: Pick<Spoken, 'accountIds'>): boolean =>
  other.accountIds.every((id) => message.accountIds.includes(id))
