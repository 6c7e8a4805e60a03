import type { DoubtResolution } from '../intake/bodies.ts'
import { PersonalData } from '../pipeline/personal-data.ts'
import type { Actor, Runtime } from '../pipeline/runtime.ts'
import { resolveDoubt } from '../pipeline/sweep/doubts.ts'
import { writeCursor } from '../record/access.ts'
import { type DoubtRow, listDoubts } from '../record/doubts.ts'
import { doubtReason } from '../record/vault/vault.ts'
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
    return pageFrom(
      rows,
      limit,
      (row) => doubtViewOf(runtime, row),
      (row) => writeCursor([row.reservedAt.getTime(), row.reminderId]),
    )
  },
  resolveDoubt: (actor, reminderId, attemptNo, body) => resolveDoubt(runtime, actor, reminderId, attemptNo, body),
})

/** Words that stand for what died with a person's key. */
const ERASED = 'erased'

const doubtViewOf = (
  { vault }: Pick<Runtime, 'vault'>,
  { personId, dataKey, dataKeyId, ...row }: DoubtRow,
): DoubtView => ({
  ...row,
  reservedAt: text(row.reservedAt),
  goodUntil: text(row.goodUntil),
  lookedUpAt: textOrNull(row.lookedUpAt),
  looks: row.looks.map(({ id, ...look }) => ({
    ...look,
    reason:
      new PersonalData(vault, { id: personId, dataKey, dataKeyId }).openText(doubtReason(id), look.reason) ?? ERASED,
    at: text(new Date(look.at)),
  })),
})
