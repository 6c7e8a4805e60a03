import { LIMITS } from '../root.ts'
import type { Charge } from './charges.ts'
import type { Evidence, LedgerAttempt } from './evidence.ts'

export interface Doubts {
  /** In doubt when the run ended. */
  open: string[]
  /** In doubt for a while, and resolved by a receipt or a look-up. */
  resolved: number
  charges: Charge[]
}

/** Attempts in doubt, now or for a while; each must be the work of a fault that was injected. */
export function doubts(evidence: Evidence): Doubts {
  const ever = evidence.ledger.attempts.filter(
    (a) => a.status === 'in_doubt' || a.resolvedBy !== null || a.code === 'lease_expired',
  )
  const open = ever.filter((a) => a.status === 'in_doubt')
  return {
    open: open.map((a) => a.id),
    resolved: ever.length - open.length,
    charges: ever
      .filter((a) => causeOf(a, evidence) === null)
      .map((a) => ({
        name: 'unexplained doubt',
        id: a.id,
        how: `${a.channel}, ${a.status} (${a.code}), reserved ${new Date(a.reservedAt).toISOString()} by ${a.worker}, and no fault explains it`,
      })),
  }
}

/** How far the provider's instants may lie from the ledger's around one call. */
const NEAR_MS = LIMITS.leaseSeconds * 1000

/** Which fault put this attempt in doubt? Null: none that we know of. */
function causeOf(attempt: LedgerAttempt, { mischief, struck, lives }: Evidence): string | null {
  const { reservedAt, leaseUntil } = attempt
  const during = (from: number, until: number) => from <= leaseUntil + 1_000 && until >= reservedAt - 1_000
  const named = mischief.find((one) => one.attempt === attempt.id)
  if (named !== undefined) return named.kind
  const life = lives.find((one) => attempt.worker.endsWith(`:${one.pid}`) && one.from <= reservedAt + 1_000)
  if (
    life?.end === 'killed' &&
    life.until !== null &&
    life.until >= reservedAt - 1_000 &&
    life.until <= leaseUntil + 1_000
  )
    return 'killed'
  const frozen = struck.find(
    ({ blow, from, until }) => blow.kind === 'freeze' && during(from, until) && life?.name === blow.process,
  )
  if (frozen !== undefined) return 'freeze'
  const wire = attempt.channel === 'email' ? 'smtp' : 'twilio'
  const blow = struck.find(
    ({ blow: { kind, ...rest }, from, until }) =>
      during(from, until) && (kind === 'postgres-restart' || (kind === 'wire' && 'to' in rest && rest.to === wire)),
  )
  if (blow !== undefined) return blow.blow.kind
  if (attempt.channel !== 'email') return null
  // The relay broke the conversation before it had read which message it was about.
  return (
    mischief.find((one) => one.attempt === null && one.at >= reservedAt - 1_000 && one.at <= reservedAt + NEAR_MS)
      ?.kind ?? null
  )
}
