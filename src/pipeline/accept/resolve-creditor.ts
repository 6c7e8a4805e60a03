import { createHash } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { futureFaults, type StatedTime } from '../../intake/times-of-facts.ts'
import { canonicalJson } from '../../model/canonical-json.ts'
import type { Creditor } from '../../model/creditor.ts'
import { DecorumError } from '../../model/errors.ts'
import { nearMiss } from '../../model/faults.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import { creditorsOf } from '../../record/accounts.ts'
import { outOfReach } from '../../record/reach.ts'
import type { Actor, Runtime } from '../runtime.ts'

/**
 * Which creditor does this request concern? The stated one, or the actor's own, or the only one configured.
 *
 * @throws DECORUM_FORBIDDEN for another creditor than the actor's; DECORUM_BAD_INPUT when it is missing or not configured
 */
export function creditorOf(
  runtime: { readonly config: Pick<Config, 'creditors'> },
  actor: Pick<Actor, 'creditor'>,
  stated: string | undefined,
): Creditor {
  const known = [...runtime.config.creditors.keys()]
  const id = stated ?? actor.creditor ?? (known.length === 1 ? known[0] : undefined)
  if (id === undefined) throw badCreditor('is missing', `State one of ${known.join(', ')}.`)
  if (actor.creditor !== null && id !== actor.creditor)
    throw new DecorumError('DECORUM_FORBIDDEN', `this key is for creditor ${actor.creditor}, not for ${id}`)
  const creditor = runtime.config.creditors.get(id)
  if (creditor !== undefined) return creditor
  const meant = nearMiss(id, known)
  throw badCreditor(
    'is not a configured creditor',
    meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
  )
}

/**
 * As `creditorOf`, but an actor for every creditor may omit it: the account or recipient then determines it.
 *
 * @param mayBeUnknown  true: an unknown id is accepted if the creditor is clear without it
 */
export async function creditorOwning(
  runtime: Runtime,
  actor: Actor,
  stated: string | undefined,
  what: 'account' | 'recipient',
  externalId: string,
  { mayBeUnknown = false } = {},
): Promise<Creditor> {
  if (stated !== undefined || actor.creditor !== null) return creditorOf(runtime, actor, stated)
  const [first, second] = await creditorsOf(runtime.ledger.db, what, externalId)
  if (first === undefined && mayBeUnknown) return creditorOf(runtime, actor, stated)
  if (first === undefined) throw new DecorumError('DECORUM_NOT_FOUND', `there is no such ${what}`)
  if (second !== undefined)
    throw badCreditor(
      `is missing; several creditors have ${what === 'account' ? 'an account' : 'a recipient'} of this id`,
      'State the creditor.',
    )
  return creditorOf(runtime, actor, first)
}

const badCreditor = (problem: string, cure: string): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', `creditor ${problem}`, { faults: [{ path: 'creditor', problem, cure }] })

/**
 * Refuses to register anew, with one kind of key, what was registered with the other.
 *
 * A live account under an id that a test key took first would otherwise never reach a provider, without a word.
 *
 * @throws DECORUM_FORBIDDEN to a test key, DECORUM_STATE_CONFLICT to a live one
 */
export function refuseOtherSide(
  actor: Pick<Actor, 'live'>,
  row: { readonly live: boolean },
  what: 'account' | 'recipient',
): void {
  if (row.live === actor.live) return
  if (!actor.live) throw outOfReach(what)
  throw new DecorumError('DECORUM_STATE_CONFLICT', `this ${what} was registered with a test key and stays test`, {
    hint: `Register the live ${what} under another id; nothing about this one reaches a provider.`,
  })
}

/** The error for one field that only the record or the configuration can show to be wrong. */
export const invalidField = (path: string, problem: string, cure?: string): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', `${path} ${problem}`, {
    faults: [{ path, problem, ...(cure === undefined ? {} : { cure }) }],
  })

/** SHA-256 of a body with sorted keys, which distinguishes a repeated request from another under the same id. */
export const bodyHash = (body: unknown): Buffer => createHash('sha256').update(canonicalJson(body)).digest()

/**
 * Rejects facts dated later than now by more than the allowed clock skew (`limits.clockSkewMinutes`).
 *
 * Facts dated ahead by less count as of now; callers take the earlier of the two.
 *
 * @throws DECORUM_BAD_INPUT with each such field
 */
export function refuseFuture(
  { config }: { readonly config: Pick<Config, 'limits'> },
  times: readonly StatedTime[],
  now: Instant,
): void {
  const faults = futureFaults(times, now + config.limits.clockSkewMinutes * MINUTE)
  const first = faults[0]
  if (first !== undefined) throw new DecorumError('DECORUM_BAD_INPUT', `${first.path} ${first.problem}`, { faults })
}
