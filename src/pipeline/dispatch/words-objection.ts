import type { Decision, ObjectionCode } from '../../model/decision.ts'
import { ZONE_DATA_VERSION } from '../../model/zones/zone-data.ts'
import type { RenderProblem } from '../../render/render-result.ts'

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
  const rule = problem.kind === 'missing-facts' ? `decorum/words/${problem.facts.join('+')}`
    : problem.kind === 'link-in-fact' ? `decorum/words/link-in/${[...new Set(problem.facts)].join('+')}` : `decorum/words/${problem.kind}`
  return {
    verdict: 'refuse', until: null, candidateZones: [], packs: [], zoneData: ZONE_DATA_VERSION,
    reasons: [{
      code: CODE[problem.kind], rule, pack: 'decorum', version: '1',
      citation: problem.kind === 'link-in-fact' ? `Decorum: no name or other fact puts a link into a message; correct ${[...new Set(problem.facts)].join(', ')} upstream`
        : 'Decorum: words are sent whole and true, or not at all', verified: true, until: null,
    }],
  }
}
