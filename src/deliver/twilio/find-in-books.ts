import type { BookRow, LookUp } from '../provider.ts'
import { judgeFailure } from './judge.ts'

/** One row of Twilio's books, of a message or of a call, with when it was made. */
export interface DatedRow extends BookRow {
  createdAt: number
}

/** Twilio dates in whole seconds, and its clock is not ours. */
const SKEW_MS = 30_000
/** More rows than this to one person means that something else is wrong; then nobody can say "not found". */
export const MOST_ROWS = 2_000
export const PAGE_SIZE = 200
export const LOOK_UP_DEADLINE_MS = 30_000

/**
 * Which of these rows may be the attempt in doubt?
 *
 * Lists are asked by To alone: a row still `accepted` or `queued` has no From and no
 * date sent or started, and a filter on them would miss exactly the rows in doubt. The
 * callback address, which holds the attempt's id, is not in the books; so a row matches
 * by its words and by when it was made, and only a reference says for sure whose it is.
 *
 * @param rows      those with the right words
 * @param rowsRead  how many there were in all; at `MOST_ROWS` the rest was not read
 */
export function findAttempt(rows: readonly DatedRow[], window: { notBefore: number; notAfter: number; reference?: string }, rowsRead: number): LookUp {
  const alike = rows
    .filter(row => row.createdAt >= window.notBefore - SKEW_MS && row.createdAt <= window.notAfter + SKEW_MS)
    .sort((a, b) => a.createdAt - b.createdAt)
    .map(({ reference, word }) => ({ reference, word }))
  const own = alike.find(row => row.reference === window.reference)
  if (own !== undefined) return { kind: 'found', ...own }
  if (alike.length > 0 && window.reference === undefined) return { kind: 'alike', rows: alike, complete: rowsRead < MOST_ROWS }
  return rowsRead >= MOST_ROWS ? { kind: 'unavailable', detail: 'too many messages to this recipient to search' } : { kind: 'not-found' }
}

/** Trial accounts put a sentence in front, and white space may be folded on the way. */
export const sameWords = (sent: string, booked: string): boolean => squeeze(booked).endsWith(squeeze(sent))

const squeeze = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Why the books could not be read, without anything that an error may quote. */
export function unreadable(error: unknown): LookUp {
  const outcome = judgeFailure(error)
  return { kind: 'unavailable', detail: outcome.kind === 'accepted' ? 'no answer' : `${outcome.code}: ${outcome.detail}` }
}
