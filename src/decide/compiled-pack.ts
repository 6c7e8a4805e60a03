import type { Pack } from '../model/pack.ts'
import type { Case } from './case.ts'
import type { RuleOf } from '../model/pack-rule.ts'
import type { CompiledRule } from './rule.ts'
import type { AskSpeakingTime } from './speaking-time.ts'

/** A pack made ready to decide with: compile once, use for every decision. */
export interface CompiledPack {
  readonly pack: Pack
  /** Does it apply to this case, its dates apart? */
  readonly appliesTo: (facts: Case) => boolean
  readonly inForce: AskSpeakingTime
  /** The rules that may object; those switched off are not among them. */
  readonly rules: readonly CompiledRule[]
  /** Its exceptions for an answer to the person's own message. */
  readonly replies: readonly RuleOf<'reply'>[]
}
