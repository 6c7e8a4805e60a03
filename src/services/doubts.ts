import type { DoubtResolution } from '../intake/bodies.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { resolveDoubt } from '../pipeline/sweep/doubts.ts'
import { writeCursor } from '../record/access.ts'
import { type DoubtRow, listDoubts } from '../record/doubts.ts'
import type { DoubtAnswerView, DoubtView } from '../report/views/operations.ts'
import type { Page } from '../report/views/page.ts'
import { creditorScope, emptyPage, limitOf, pageFrom, type Paging, positionOf, text, textOrNull } from './paging.ts'

/** Attempts in doubt, and their resolution by an operator. */
export interface DoubtService {
  /** Oldest first. */
  listDoubts(actor: Actor, query: Paging & { creditor?: string | undefined }): Promise<Page<DoubtView>>
  resolveDoubt(actor: Actor, reminderId: string, attemptNo: number, body: DoubtResolution): Promise<DoubtAnswerView>
}

export const doubtService = (runtime: Runtime): DoubtService => ({
  async listDoubts(actor, query) {
    const scope = creditorScope(actor, query.creditor)
    if (scope.outside) return emptyPage()
    const limit = limitOf(query.limit)
    const position = positionOf(query.cursor, ['number', 'id'])
    const after = position === null ? null : { at: new Date(position[0] as number), reminderId: position[1] as string }
    const rows = await listDoubts(runtime.ledger.db, { ...scope, after, limit: limit + 1 })
    return pageFrom(rows, limit, doubtViewOf, (row) => writeCursor([row.reservedAt.getTime(), row.reminderId]))
  },
  resolveDoubt: (actor, reminderId, attemptNo, body) => resolveDoubt(runtime, actor, reminderId, attemptNo, body),
})

const doubtViewOf = (row: DoubtRow): DoubtView => ({
  ...row,
  reservedAt: text(row.reservedAt),
  goodUntil: text(row.goodUntil),
  lookedUpAt: textOrNull(row.lookedUpAt),
  looks: row.looks.map((look) => ({ ...look, at: text(new Date(look.at)) })),
})
