import { formatInstant } from '../../model/instant.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { accountTimeline, type TimelineRow } from '../../record/reading/account-timeline.ts'
import { accountsByExternalId, listAccounts, type AccountRow } from '../../record/reading/account-rows.ts'
import { writeCursor } from '../../record/reading/cursor.ts'
import { objectionTotals, sentTotals, skippedTotals, standingTotals, taskTotals } from '../../record/reading/day-totals.ts'
import { standingHolds, standingStops } from '../../record/reading/standing-holds.ts'
import type { AccountView } from '../../report/account-view.ts'
import { localDay } from '../../report/local-time.ts'
import type { TimelineEntry, TimelineType } from '../../report/timeline-view.ts'
import { timelineWords } from '../../report/timeline-words.ts'
import type { Reading } from '../services/reading.ts'
import { accountViewOf } from './account-view-of.ts'
import { text } from './instants.ts'
import { creditorSeen, emptyPage, limitOf, onlyOne, pageFrom, positionOf } from './scope.ts'

/** Where do accounts stand, and what happened to them? */
export function readingAccounts(shell: Shell): Pick<Reading, 'getAccount' | 'listAccounts' | 'accountTimeline' | 'totals'> {
  const { db } = shell.ledger

  async function viewsOf(rows: readonly AccountRow[]): Promise<AccountView[]> {
    const now = shell.clock.now()
    const people = [...new Set(rows.map((row) => row.recipient_id))]
    const [holds, stops] = [await standingHolds(db, people, new Date(now)), await standingStops(db, people, new Date(now))]
    return rows.map((row) => accountViewOf(row, { holds, stops }, localDay(now, shell.config.creditors.get(row.creditor)?.bookZone ?? 'UTC')))
  }

  return {
    async getAccount(actor, ref) {
      const seen = creditorSeen(actor, ref.creditor)
      const row = seen.nobody ? null : onlyOne(await accountsByExternalId(db, seen.creditor, ref.id))
      return row === null ? null : ((await viewsOf([row]))[0] as AccountView)
    },

    async listAccounts(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      if (seen.nobody) return emptyPage()
      const limit = limitOf(query.limit)
      const after = positionOf(query.cursor, ['id'])
      const rows = await listAccounts(db, {
        creditor: seen.creditor,
        state: query.state ?? null,
        recipientExternalId: query.recipientId ?? null,
        after: after === null ? null : (after[0] as string),
        limit: limit + 1,
      })
      const views = await viewsOf(rows)
      return pageFrom(rows.map((row, i) => ({ row, view: views[i] as AccountView })), limit, ({ view }) => view, ({ row }) => writeCursor([row.id]))
    },

    async accountTimeline(actor, ref, query = {}) {
      const seen = creditorSeen(actor, ref.creditor)
      const account = seen.nobody ? null : onlyOne(await accountsByExternalId(db, seen.creditor, ref.id))
      if (account === null) return null
      const limit = limitOf(query.limit)
      const after = positionOf(query.cursor, ['number', 'number', 'text', 'text'])
      const rows = await accountTimeline(db, {
        accountId: account.id,
        recipientId: account.recipient_id,
        creditor: account.creditor,
        after: after === null ? null : { at: new Date(after[0] as number), seq: after[1] as number, type: after[2] as string, id: after[3] as string },
        limit: limit + 1,
      })
      return pageFrom(rows, limit, entryOf, (row) => writeCursor([row.at.getTime(), row.seq ?? 0, row.type, row.id]))
    },

    async totals(actor, query) {
      const seen = creditorSeen(actor, query.creditor)
      const none = { zone: query.zone, sent: [], objected: [], skipped: [], tasks: [], reminders: [] }
      if (seen.nobody) return none
      const span = { creditor: seen.creditor, from: new Date(query.from), to: new Date(query.to), zone: query.zone }
      return {
        zone: query.zone,
        sent: await sentTotals(db, span),
        objected: await objectionTotals(db, span),
        skipped: await skippedTotals(db, span),
        tasks: await taskTotals(db, span),
        reminders: await standingTotals(db, span),
      }
    },
  }
}

function entryOf(row: TimelineRow): TimelineEntry {
  const type = row.type as TimelineType
  const details = Object.fromEntries(Object.entries(row.details).map(([key, value]) => [key, instantIn(value)]))
  return { at: text(row.at), type, id: row.id, seq: row.seq, words: timelineWords(type, details), details }
}

/** PostgreSQL writes instants inside JSON with an offset; here every instant is in UTC and ends in Z. */
const instantIn = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?[+-]\d{2}:\d{2}$/.test(value) ? formatInstant(Date.parse(value)) : value
