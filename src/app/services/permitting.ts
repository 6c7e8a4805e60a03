import type { PermitBody, PermitSettlement } from '../../intake/permit-body.ts'
import { askPermit, type PermitRules } from '../../pipeline/permits/ask-permit.ts'
import { settlePermit } from '../../pipeline/permits/settle-permit.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import { isId } from '../../record/id.ts'
import { permitById, upstreamNames, type PermitRow } from '../../record/permits/permits.ts'
import type { PermitAnswer, PermitSettled, PermitView } from '../../report/permit-view.ts'
import { text, textOrNull } from '../reading/instants.ts'

/** Calls that diallers and agencies make with our permission. */
export interface Permitting {
  /** `key`: the Idempotency-Key header; null when none was sent, and then every request is new. */
  askPermit(actor: Actor, key: string | null, body: PermitBody): Promise<PermitAnswer>
  settlePermit(actor: Actor, id: string, body: PermitSettlement): Promise<PermitSettled>
  /** Null: no such permit, or it was not given. */
  getPermit(actor: Actor, id: string): Promise<PermitView | null>
}

export const permitting = (shell: Shell, rules: PermitRules): Permitting => ({
  askPermit: (actor, key, body) => askPermit(shell, rules, actor, key, body),
  settlePermit: (actor, id, body) => settlePermit(shell, actor, id, body, rules.packs),
  async getPermit(actor, id) {
    const permit = isId(id) ? await permitById(shell.ledger.db, id, actor.creditor) : null
    return permit === null || permit.status === 'denied' ? null : viewOf(permit, permit.status, await upstreamNames(shell.ledger.db, permit))
  },
})

const viewOf = (permit: PermitRow, status: PermitView['status'], names: Pick<PermitView, 'recipientId' | 'accountIds'>): PermitView => ({
  id: permit.id, creditor: permit.creditor, ...names, mode: permit.mode, by: permit.made_by, status,
  askedAt: text(permit.asked_at), expiresAt: text(permit.expires_at ?? permit.asked_at), outcome: permit.outcome,
  calledAt: textOrNull(permit.called_at), settledAt: textOrNull(permit.settled_at), settledBy: permit.settled_by,
  candidateZones: permit.candidate_zones, packs: permit.packs, zoneData: (permit.facts as Partial<typeof permit.facts>).zoneData ?? null,
})
