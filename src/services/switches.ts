import type { SwitchBody, SwitchLift } from '../intake/bodies.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { endSwitch, pauseEverything, setSwitch } from '../pipeline/switches.ts'
import { writeCursor } from '../record/access.ts'
import { listSwitches, type SwitchRow } from '../record/switches.ts'
import { switchLiftReason, switchReason } from '../record/vault/vault.ts'
import type { SwitchView } from '../report/views/operations.ts'
import type { Page } from '../report/views/page.ts'
import { emptyPage, limitOf, pageFrom, type Paging, positionOf, text, textOrNull } from './paging.ts'

/** Switches stop, pause, slow or drain what goes out, by scope. */
export interface SwitchService {
  setSwitch(actor: Actor, body: SwitchBody): Promise<SwitchView>
  /** For `--paused`. `thrown` false: everything was paused already, by this switch. */
  pauseEverything(): Promise<{ id: string; thrown: boolean }>
  /** `changed` false: it was lifted already. */
  liftSwitch(actor: Actor, id: string, body: SwitchLift): Promise<{ id: string; changed: boolean }>
  /** Newest first. An actor bound to a creditor sees that creditor's switches and those for every creditor. */
  listSwitches(actor: Actor, query: Paging & { active?: boolean | undefined }): Promise<Page<SwitchView>>
}

export const switchService = (runtime: Runtime): SwitchService => ({
  setSwitch: async (actor, body) => switchViewOf(runtime, await setSwitch(runtime, actor, body)),
  pauseEverything: () => pauseEverything(runtime),
  liftSwitch: (actor, id, body) => endSwitch(runtime, actor, id, body),
  async listSwitches(actor, query) {
    // None is a test key's, and what others say of live reminders is not for it.
    if (!actor.live) return emptyPage()
    const limit = limitOf(query.limit)
    const before = (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
    const rows = await listSwitches(runtime.ledger.db, {
      creditor: actor.creditor,
      active: query.active ?? null,
      before,
      limit: limit + 1,
    })
    return pageFrom(
      rows,
      limit,
      (row) => switchViewOf(runtime, row),
      (row) => writeCursor([row.id]),
    )
  },
})

/** A switch concerns nobody in particular. */
const nobody = (): null => null

const switchViewOf = ({ vault }: Pick<Runtime, 'vault'>, row: SwitchRow): SwitchView => ({
  id: row.id,
  scope: row.scope,
  state: row.state,
  share: row.share,
  reason: vault.openText(nobody, switchReason(row.id), row.reason) ?? '',
  setBy: row.set_by,
  setAt: text(row.set_at),
  liftedAt: textOrNull(row.lifted_at),
  liftedBy: row.lifted_by,
  liftReason: row.lift_reason === null ? null : vault.openText(nobody, switchLiftReason(row.id), row.lift_reason),
})
