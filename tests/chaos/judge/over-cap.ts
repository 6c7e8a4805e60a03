import { RULES } from '../policy.ts'
import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { grouped } from './grouped.ts'
import { sendingsOf, type Sending } from './sendings.ts'

/** A call to somebody: ours, or one that a permit allowed. */
interface Call {
  id: string
  recipient: string
  /** When it was reserved: spacing is decided there, so that is where it is measured. */
  at: number
}

/** What people got beyond the run's rules, counted in the providers' books and the permits that were given. */
export function overCap(evidence: Evidence): Charge[] {
  const sendings = sendingsOf(evidence)
  const calls = sendings.filter((s) => s.reminder.channel === 'phone')
  // A permit whose call was not placed gave its place back; one of which nobody said anything counts.
  const permitted = evidence.ledger.permits
    .filter((permit) => permit.outcome !== 'not-placed')
    .map((permit): Call => ({ id: permit.id, recipient: permit.recipient, at: permit.decidedAt }))
  const allCalls = [
    ...calls.map(({ attempt, recipient }): Call => ({
      id: attempt.id,
      recipient: recipient.id,
      at: attempt.reservedAt,
    })),
    ...permitted,
  ].sort((a, b) => a.at - b.at)
  return [
    ...[
      ...grouped(
        sendings.filter((s) => s.reminder.channel !== 'phone'),
        (s) => `${s.recipient.id} ${s.reminder.channel}`,
      ).values(),
    ].flatMap((some) => beyond(some, RULES.perPerson[(some[0] as Sending).reminder.channel], 'to one person')),
    ...[
      ...grouped(
        sendings.filter((s) => s.reminder.channel === 'sms'),
        (s) => s.recipient.number,
      ).values(),
    ].flatMap((some) => beyond(some, RULES.textsPerNumber, 'to one number')),
    ...[...grouped(allCalls, (call) => call.recipient).values()].flatMap((some) => [
      ...tooMany(some),
      ...tooSoon(some),
    ]),
    ...calls.flatMap((call) => afterTalk(call, evidence)),
  ]
}

const charge = ({ attempt }: Sending, how: string): Charge => ({ name: 'over cap', id: attempt.id, how })

const beyond = (some: readonly Sending[], limit: number, whom: string): Charge[] =>
  some
    .slice(limit)
    .map((sending, i) =>
      charge(sending, `${sending.reminder.channel} number ${limit + i + 1} ${whom}, where ${limit} are allowed`),
    )

const tooMany = (calls: readonly Call[]): Charge[] =>
  calls.slice(RULES.perPerson.phone).map(({ id }, i) => ({
    name: 'over cap',
    id,
    how: `call number ${RULES.perPerson.phone + i + 1} to one person, where ${RULES.perPerson.phone} are allowed`,
  }))

function tooSoon(calls: readonly Call[]): Charge[] {
  return calls.slice(1).flatMap(({ id, at }, i) => {
    const after = at - (calls[i] as Call).at
    return after < RULES.callSpacingMs
      ? [{ name: 'over cap', id, how: `called ${after} ms after the call before` }]
      : []
  })
}

/** An agent's talk that was acknowledged before the reservation forbids calls for days. */
function afterTalk(call: Sending, { diary }: Evidence): Charge[] {
  const talk = diary.agentCalls.find(
    (one) => one.recipient === call.recipient.id && one.ackedAt < call.attempt.reservedAt,
  )
  return talk === undefined
    ? []
    : [
        charge(
          call,
          `called ${Math.round(call.entry.at - talk.ackedAt)} ms after an agent’s conversation with them was acknowledged`,
        ),
      ]
}
