import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { Decision } from '../../model/decision.ts'
import type { Facts, SystemFacts } from '../../model/facts.ts'
import type { Instant } from '../../model/instant.ts'
import type { EarlierMessage } from '../../record/dispatch/earlier-messages.ts'
import { decideForCall } from './decide-for-call.ts'
import { repeatOf } from './repeats.ts'

/** A reminder, asked about together with its words. */
export interface WordsQuestion<Words> {
  facts: Facts
  packs: readonly CompiledPack[]
  now: Instant
  recipientId: string
  /** What this recipient, and others, were told since `since`. */
  earlier: { since: Instant; messages: readonly EarlierMessage[] }
  /** Renders it, or says why there are no true words. Asked only where the answer turns on the words. */
  render: () => Words | { objection: Decision }
  /** What it would tell with these words. */
  messageOf: (words: Words) => EarlierMessage
}

/** `tells`: with what later reminders are compared; null: with nothing. `facts`: those of the decision, with what the words have shown. */
export type WordsDecision<Words> =
  | { goes: true; decision: Decision; words: Words; tells: EarlierMessage | null }
  | { goes: false; decision: Decision; decidedFor: Instant; facts: Facts }

/**
 * May this reminder go now, with the words that it would have?
 *
 * What tells the same as an earlier message is over at once, and does not wait first for a cap or a spacing; only then
 * are the words of what waits needed. It is decided again with what the words have shown, so that the
 * kept facts give the same decision.
 */
export function decideWithWords<Words extends object>(question: WordsQuestion<Words>): WordsDecision<Words> {
  const { facts, packs, now, earlier } = question
  const { decision, decidedFor } = decideForCall(facts, packs, now)
  const waits = decision.verdict === 'defer'
  if (decision.verdict === 'refuse' || (waits && !mayRepeat(question))) return { goes: false, decision, decidedFor, facts }
  const words = question.render()
  if ('objection' in words) return { goes: false, decision: waits ? decision : words.objection, decidedFor, facts }
  const tells = isComparable(facts) ? question.messageOf(words) : null
  const repeated = tells === null ? null : repeatOf(tells, earlier.messages, earlier.since)
  if (repeated !== null) {
    const shown: Facts = { ...facts, system: { ...(facts.system as SystemFacts), sameWordsAs: { reminderId: repeated.reminderId, at: repeated.at.getTime() } } }
    return { goes: false, ...decideForCall(shown, packs, now), facts: shown }
  }
  if (waits) return { goes: false, decision, decidedFor, facts }
  return { goes: true, decision, words, tells }
}

/** Only reminders are: what people asked for, or the law demands, is told as often as it comes. */
const isComparable = ({ reminder }: Facts): boolean => reminder.kind === 'reminder'

const mayRepeat = <Words>({ facts, recipientId, earlier }: WordsQuestion<Words>): boolean =>
  isComparable(facts) && earlier.messages.some((message) => message.recipientId === recipientId && message.channel === facts.reminder.channel)
