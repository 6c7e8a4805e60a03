import type { CompiledPack } from '../../decide/compiled-pack.ts'
import type { PermitSettlement } from '../../intake/permit-body.ts'
import { DecorumError } from '../../model/errors.ts'
import { MINUTE } from '../../model/instant.ts'
import { wakePerson } from '../../record/accepting/waiting-reminders.ts'
import { isId } from '../../record/id.ts'
import { takeLocks } from '../../record/locks.ts'
import { permitById, settlePermit as writeEnd, type PermitRow } from '../../record/permits/permits.ts'
import type { PermitSettled } from '../../report/permit-view.ts'
import { invalidField } from '../accept/resolve-creditor.ts'
import { inWriteTransaction } from '../accept/write-transaction.ts'
import { markExceeded } from '../contacts/exceeded.ts'
import type { Actor, Shell } from '../shell.ts'

/** Clocks of diallers run a little ahead of ours. */
const AHEAD_MS = MINUTE

/**
 * Records what came of a permitted call, whenever the word comes: in time, late, or again.
 *
 * What waits for the person is decided anew: a conversation starts cooldowns at once, and a call that
 * surely was not placed gives its place in the caps back. A call at another time than it was allowed for is marked with the
 * rules that it exceeded.
 *
 * @throws DECORUM_STATE_CONFLICT for one that was not given, or was settled otherwise before
 */
export async function settlePermit(shell: Shell, actor: Actor, id: string, body: PermitSettlement, packs: readonly CompiledPack[] = []): Promise<PermitSettled> {
  const known = isId(id) ? await permitById(shell.ledger.db, id, actor.creditor) : null
  if (known === null || known.status === 'denied') throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such permit')
  return inWriteTransaction(shell, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [known.recipient_id], addresses: [{ creditor: known.creditor, hash: known.address_hash }] }, 'wait')
    const permit = (await permitById(trx, id, actor.creditor)) as PermitRow
    const now = shell.clock.now()
    const calledAt = body.at ?? permit.asked_at.getTime()
    if (permit.status === 'settled') {
      if (permit.outcome === body.outcome && (body.at == null || permit.called_at?.getTime() === calledAt)) return { id, outcome: body.outcome, repeated: true }
      throw new DecorumError('DECORUM_STATE_CONFLICT', `this permit was settled before, as ${permit.outcome}`)
    }
    if (calledAt < permit.asked_at.getTime()) throw invalidField('at', 'is before the permit was given')
    if (calledAt > now + AHEAD_MS) throw invalidField('at', 'lies ahead')
    const at = new Date(now)
    await writeEnd(trx, permit, {
      outcome: body.outcome, calledAt: new Date(calledAt), contact: body.outcome === 'not-placed' ? null : body.outcome,
      party: body.party ?? (body.outcome === 'conversation' ? 'recipient' : null), at, by: actor.name,
    })
    await wakePerson(trx, permit.recipient_id, at)
    const exceeded = body.outcome === 'not-placed' ? [] : await markExceeded(shell, trx, packs, { id, recipientId: permit.recipient_id, at: calledAt })
    return { id, outcome: body.outcome, repeated: false, ...(exceeded.length === 0 ? {} : { exceeded }) }
  })
}
