import type { CompiledRule } from '../rule.ts'
import { objects } from '../rule.ts'
import { promise } from './promise.ts'

/**
 * The same is not told twice.
 *
 * Whether something is the same can only be seen of rendered words, so the system says which earlier reminder it was
 * (`system.sameWordsAs`), and this rule what follows: the later one ends, and names the first. Only reminders: what
 * the law asks for and what the person waits for is told whenever it is due.
 */
export const SAME_WORDS: CompiledRule = {
  ...promise('same-words', 'nobody is told the same about the same debt twice', (_facts, _at, answer) => objects(answer, 'too_soon'),
    ({ facts }) => facts.reminder.kind === 'reminder' && facts.system?.sameWordsAs != null),
  names: ({ facts }) => facts.system?.sameWordsAs?.reminderId,
}
