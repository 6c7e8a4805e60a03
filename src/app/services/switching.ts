import type { SwitchBody, SwitchLift } from '../../intake/switch-body.ts'
import { endSwitch, pauseEverything, setSwitch } from '../../pipeline/switches.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import { writeCursor } from '../../record/reading/cursor.ts'
import { listSwitches, type SwitchRow } from '../../record/switches/switches.ts'
import type { Page } from '../../report/page.ts'
import type { SwitchView } from '../../report/switch-view.ts'
import { text, textOrNull } from '../reading/instants.ts'
import { limitOf, pageFrom, positionOf } from '../reading/scope.ts'
import type { Paging } from './reading.ts'

/** Switches that stop, pause, slow or drain what goes out, by scope. */
export interface Switching {
  setSwitch(actor: Actor, body: SwitchBody): Promise<SwitchView>
  /** For a start that sends nothing until told. `thrown` false: everything was paused before, by this switch. */
  pauseEverything(): Promise<{ id: string; thrown: boolean }>
  /** `changed` false: it had been lifted before. */
  liftSwitch(actor: Actor, id: string, body: SwitchLift): Promise<{ id: string; changed: boolean }>
  /** The newest first. A key of one creditor sees that creditor's and those that cover every creditor. */
  listSwitches(actor: Actor, query: Paging & { active?: boolean | undefined }): Promise<Page<SwitchView>>
}

export const switching = (shell: Shell): Switching => ({
  setSwitch: async (actor, body) => viewOf(await setSwitch(shell, actor, body)),
  pauseEverything: () => pauseEverything(shell),
  liftSwitch: (actor, id, body) => endSwitch(shell, actor, id, body),
  async listSwitches(actor, query) {
    const limit = limitOf(query.limit)
    const before = (positionOf(query.cursor, ['id'])?.[0] as string | undefined) ?? null
    const rows = await listSwitches(shell.ledger.db, { creditor: actor.creditor, active: query.active ?? null, before, limit: limit + 1 })
    return pageFrom(rows, limit, viewOf, (row) => writeCursor([row.id]))
  },
})

const viewOf = (row: SwitchRow): SwitchView => ({
  id: row.id, scope: row.scope, state: row.state, share: row.share, reason: row.reason, setBy: row.set_by, setAt: text(row.set_at),
  liftedAt: textOrNull(row.lifted_at), liftedBy: row.lifted_by, liftReason: row.lift_reason,
})
