import type { PermitBody, PermitSettlement } from '../intake/bodies.ts'
import { askPermit, type PermitRules, settlePermit } from '../pipeline/permits.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { isId } from '../record/id.ts'
import { permitById, type PermitRow, upstreamNames } from '../record/permits.ts'
import type { PermitAnswer, PermitSettled, PermitView } from '../report/views/operations.ts'
import { text, textOrNull } from './paging.ts'

/** Permits: a dialler or an agency asks before it calls. */
export interface PermitService {
  /** `key`: the Idempotency-Key header; null when none was sent, and then every request is new. */
  askPermit(actor: Actor, key: string | null, body: PermitBody): Promise<PermitAnswer>
  settlePermit(actor: Actor, id: string, body: PermitSettlement): Promise<PermitSettled>
  /** Null: no such permit, or it was denied. */
  getPermit(actor: Actor, id: string): Promise<PermitView | null>
}

export const permitService = (runtime: Runtime, rules: PermitRules): PermitService => ({
  askPermit: (actor, key, body) => askPermit(runtime, rules, actor, key, body),
  settlePermit: (actor, id, body) => settlePermit(runtime, actor, id, body, rules.packs),
  async getPermit(actor, id) {
    const permit = isId(id) ? await permitById(runtime.ledger.db, id, actor.creditor) : null
    if (permit === null || permit.status === 'denied') return null
    const names = await upstreamNames(runtime.ledger.db, actor, permit)
    return names === null ? null : permitViewOf(permit, permit.status, names)
  },
})

const permitViewOf = (
  permit: PermitRow,
  status: PermitView['status'],
  names: Pick<PermitView, 'recipientId' | 'accountIds'>,
): PermitView => ({
  id: permit.id,
  creditor: permit.creditor,
  ...names,
  mode: permit.mode,
  by: permit.made_by,
  status,
  askedAt: text(permit.asked_at),
  expiresAt: text(permit.expires_at ?? permit.asked_at),
  outcome: permit.outcome,
  calledAt: textOrNull(permit.called_at),
  settledAt: textOrNull(permit.settled_at),
  settledBy: permit.settled_by,
  candidateZones: permit.candidate_zones,
  packs: permit.packs,
  zoneData: (permit.facts as Partial<typeof permit.facts>).zoneData ?? null,
})
