import type { DecideAnswer, DecisionBody } from '../app/decide-case.ts'
import { formatInstant } from '../model/instant.ts'

/** A decision for people: the verdict first, then each rule that objects, the binding one first. */
export function decisionInWords(answer: Extract<DecideAnswer, { ok: true }>, explain: boolean): string {
  const { decision } = answer
  const lines = [headline(decision), ...decision.reasons.flatMap(reasonLines)]
  return [...lines, ...(explain ? considered(answer) : [])].join('\n')
}

function headline({ verdict, until }: DecisionBody): string {
  if (verdict === 'send') return until === null ? 'SEND: no rule objects.' : `SEND: no rule objects until ${until}.`
  return verdict === 'defer' ? `DEFER until ${until}, when no rule objects.` : 'REFUSE: at least one rule objects without a known end.'
}

function reasonLines({ code, rule, citation, verified, until, version }: DecisionBody['reasons'][number]): string[] {
  return [
    `  ${code}: ${rule} (${version})${until === null ? ', no known end' : `, until ${until}`}`,
    `    ${citation}${verified ? '' : ' (citation not verified)'}`,
  ]
}

function considered({ decision, facts, now }: Extract<DecideAnswer, { ok: true }>): string[] {
  const { reminder, accounts, contacts, holds, suppressions, consents, events } = facts
  const zones = decision.candidateZones.length === 0 ? 'unknown' : decision.candidateZones.map((zone) => `${zone} (${localTime(now, zone)})`).join(', ')
  return [
    '',
    'What was considered',
    `  at ${formatInstant(now)}: a ${reminder.tone} ${reminder.kind} by ${reminder.channel}${reminder.mode === null ? '' : `, ${reminder.mode}`}`,
    `  where the person may be, and what time it is there: ${zones}`,
    `  packs that apply: ${decision.packs.map((p) => `${p.id} ${p.version}`).join(', ') || 'none'}`,
    `  accounts ${accounts.length}, contacts ${contacts.length}, holds ${holds.length}, suppressions ${suppressions.length}, consents ${consents.length}, events ${events?.length ?? 'not stated'}`,
  ]
}

const localTime = (now: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(now)
