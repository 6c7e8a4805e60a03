import { RULES } from '../policy.ts'
import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { grouped } from './grouped.ts'
import { sendingsOf, type Sending } from './sendings.ts'

/** What people got beyond the run's rules, counted in the providers' books. */
export function overCap(evidence: Evidence): Charge[] {
  const sendings = sendingsOf(evidence)
  const calls = sendings.filter((s) => s.reminder.channel === 'phone')
  return [
    ...[...grouped(sendings, (s) => `${s.person.id} ${s.reminder.channel}`).values()]
      .flatMap((some) => beyond(some, RULES.perPerson[(some[0] as Sending).reminder.channel], 'to one person')),
    ...[...grouped(sendings.filter((s) => s.reminder.channel === 'sms'), (s) => s.person.number).values()]
      .flatMap((some) => beyond(some, RULES.textsPerNumber, 'to one number')),
    ...[...grouped(calls, (s) => s.person.id).values()].flatMap(tooSoon),
    ...calls.flatMap((call) => afterTalk(call, evidence)),
  ]
}

const charge = ({ attempt }: Sending, how: string): Charge => ({ name: 'over cap', id: attempt.id, how })

const beyond = (some: readonly Sending[], limit: number, whom: string): Charge[] =>
  some.slice(limit).map((sending, i) => charge(sending, `${sending.reminder.channel} number ${limit + i + 1} ${whom}, where ${limit} are allowed`))

/** Spacing is decided at the reservation, so that is where it is measured. */
function tooSoon(calls: readonly Sending[]): Charge[] {
  const inOrder = [...calls].sort((a, b) => a.attempt.reservedAt - b.attempt.reservedAt)
  return inOrder.slice(1).flatMap((call, i) => {
    const after = call.attempt.reservedAt - (inOrder[i] as Sending).attempt.reservedAt
    return after < RULES.callSpacingMs ? [charge(call, `called ${after} ms after the call before`)] : []
  })
}

/** An agent's talk that was acknowledged before the reservation forbids calls for days. */
function afterTalk(call: Sending, { diary }: Evidence): Charge[] {
  const talk = diary.agentCalls.find((one) => one.person === call.person.id && one.ackedAt < call.attempt.reservedAt)
  return talk === undefined ? [] : [charge(call, `called ${Math.round(call.entry.at - talk.ackedAt)} ms after an agent's talk with them was acknowledged`)]
}
