import type { DoubtResolution } from '../../intake/doubt-body.ts'
import { resolveDoubt } from '../../pipeline/doubts/resolve-doubt.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import { listDoubts, type DoubtRow } from '../../record/doubts/doubts.ts'
import { writeCursor } from '../../record/reading/cursor.ts'
import type { DoubtAnswerView, DoubtView } from '../../report/doubt-view.ts'
import type { Page } from '../../report/page.ts'
import { text, textOrNull } from '../reading/instants.ts'
import { creditorSeen, emptyPage, limitOf, pageFrom, positionOf } from '../reading/scope.ts'
import type { Paging } from './reading.ts'

/** Attempts that may or may not have gone out, and what operators know of them. */
export interface Doubting {
  /** The oldest first. */
  listDoubts(actor: Actor, query: Paging & { creditor?: string | undefined }): Promise<Page<DoubtView>>
  resolveDoubt(actor: Actor, reminderId: string, attemptNo: number, body: DoubtResolution): Promise<DoubtAnswerView>
}

export const doubting = (shell: Shell): Doubting => ({
  async listDoubts(actor, query) {
    const seen = creditorSeen(actor, query.creditor)
    if (seen.nobody) return emptyPage()
    const limit = limitOf(query.limit)
    const position = positionOf(query.cursor, ['number', 'id'])
    const after = position === null ? null : { at: new Date(position[0] as number), reminderId: position[1] as string }
    const rows = await listDoubts(shell.ledger.db, { creditor: seen.creditor, after, limit: limit + 1 })
    return pageFrom(rows, limit, viewOf, (row) => writeCursor([row.reservedAt.getTime(), row.reminderId]))
  },
  resolveDoubt: (actor, reminderId, attemptNo, body) => resolveDoubt(shell, actor, reminderId, attemptNo, body),
})

const viewOf = (row: DoubtRow): DoubtView => ({
  ...row, reservedAt: text(row.reservedAt), goodUntil: text(row.goodUntil), lookedUpAt: textOrNull(row.lookedUpAt),
  looks: row.looks.map((look) => ({ ...look, at: text(new Date(look.at)) })),
})
