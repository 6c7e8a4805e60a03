import { PersonalData } from '../../pipeline/personal-data.ts'
import { sentMessage } from '../../pipeline/sent-message.ts'
import { capturedContent } from '../../record/places.ts'
import { isId } from '../../record/id.ts'
import { capturedOfAttempt } from '../../record/reading/captured-of-attempt.ts'
import { writeCursor } from '../../record/reading/cursor.ts'
import { logAccess } from '../../record/reading/log-access.ts'
import { attemptsOf, decisionsOf, receiptsOf } from '../../record/reading/reminder-history.ts'
import { listReminders, reminderById } from '../../record/reading/reminder-rows.ts'
import { sentWords } from '../../record/reading/sent-words.ts'
import { explainReminder } from '../../report/explain-reminder.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'
import type { Reading } from '../services/reading.ts'
import { askAgain } from './ask-again.ts'
import { reminderSummaryOf, reminderViewOf } from './reminder-view-of.ts'
import { creditorSeen, emptyPage, limitOf, pageFrom, positionOf } from './scope.ts'

/** What became of reminders, why, and in which words? */
export function readingReminders(shell: Shell): Pick<Reading, 'getReminder' | 'listReminders' | 'explainReminder' | 'attemptWords'> {
  const { db } = shell.ledger

  async function history(actor: Actor, id: string) {
    const row = isId(id) ? await reminderById(db, actor.creditor, id.toLowerCase()) : null
    if (row === null) return null
    const decisions = await decisionsOf(db, row.id)
    return { view: reminderViewOf(row, decisions, await attemptsOf(db, row.id), await receiptsOf(db, row.id)), last: decisions.at(-1) ?? null }
  }

  return {
    getReminder: async (actor, id) => (await history(actor, id))?.view ?? null,

    async explainReminder(actor, id, language = 'en') {
      const found = await history(actor, id)
      if (found === null) return null
      const asked = found.last === null ? null : askAgain(shell.config.packs, found.last)
      const facts = found.last === null || (asked !== null && 'erased' in asked) ? null : found.last.facts
      return { lines: explainReminder(found.view, { facts, asked, language }), asked: asked !== null && 'explanation' in asked && asked.agrees ? asked.explanation : null }
    },

    async listReminders(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const before = positionOf(query.cursor, ['id'])
      const rows = await listReminders(db, {
        creditor: seen.creditor,
        status: query.status ?? null,
        channel: query.channel ?? null,
        recipientExternalId: query.recipientId ?? null,
        accountExternalId: query.accountId ?? null,
        before: before === null ? null : (before[0] as string),
        limit: limit + 1,
      })
      return pageFrom(rows, limit, reminderSummaryOf, (row) => writeCursor([row.id]))
    },

    async attemptWords(actor, reminderId, attemptNo) {
      const sent = isId(reminderId) ? await sentWords(db, actor.creditor, reminderId.toLowerCase(), attemptNo) : null
      if (sent === null) return null
      await logAccess(db, [{ at: new Date(shell.clock.now()), actor: actor.name, action: 'words-read', subject: `attempt:${sent.reminderId}.${sent.attemptNo}` }])
      if (sent.dataKey === null) return { state: 'erased' }
      const captured = await capturedOfAttempt(db, sent.reminderId, sent.attemptNo)
      if (captured !== null) {
        const data = new PersonalData(shell.vault, { id: sent.recipientId, dataKey: sent.dataKey, dataKeyId: sent.dataKeyId })
        const content = data.open(capturedContent(captured.id), captured.content)
        if (content !== null) return { state: 'kept', source: 'captured', content: JSON.parse(content) as unknown }
      }
      const again = await sentMessage(shell, sent)
      return again.state === 'kept' ? { state: 'kept', source: 'rendered-again', content: again.message } : again
    },
  }
}
