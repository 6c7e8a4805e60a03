import type { CompiledPack } from '../../decide/compiled-pack.ts'
import { DAY, formatInstant } from '../../model/instant.ts'
import type { Piece } from '../../record/partitions/months.ts'
import { listPieces } from '../../record/partitions/pieces.ts'
import { debtsOnRecord } from '../../record/retention/debts-on-record.ts'
import { countKept, sizeOf, unfinishedIn, type KeptPeople } from '../../record/retention/kept-rows.ts'
import { thinPiece } from '../../record/retention/thin-piece.ts'
import type { RetainedPiece, RetentionReport } from '../../report/retention-report.ts'
import type { Actor, Shell } from '../shell.ts'
import { cutoffOf, type Cutoff } from './cutoff.ts'
import { retainNotices } from './forget-notices.ts'

/** Providers are asked about what they did not report for two days; a day more for clocks and delays. */
const RECEIPTS_FOR_MS = 3 * DAY

/**
 * Drops the monthly partitions of attempts, decisions, receipts and contacts past their retention period, or tells what would be dropped.
 *
 * The longest of the packs' minima and the house's months counts. Of people in court, and of debts still collected where a
 * rule counts from the last activity, everything stays. A month with something unfinished in it is left alone.
 * Settled webhook notices, which are no evidence, go by their own days.
 *
 * @param apply  false: nothing is changed
 */
export async function retain(shell: Shell, actor: Actor, packs: readonly CompiledPack[], apply: boolean): Promise<RetentionReport> {
  const { ledger: { db }, clock, config: { retention: house } } = shell
  const now = clock.now()
  const cutoff = cutoffOf(await debtsOnRecord(db), packs, house, now)
  const notices = await retainNotices(shell, apply)
  const about = { applied: apply, house, notices, before: cutoff === null ? null : formatInstant(cutoff.before), reasons: (cutoff?.reasons ?? []).map(({ rule, citation }) => ({ rule, citation })) }
  if (cutoff === null) return { ...about, pieces: [] }
  const old = (await listPieces(db)).filter((piece) => piece.kind === 'default' || (piece.to !== null && piece.to <= cutoff.before))
  const pieces: RetainedPiece[] = []
  for (const piece of old) {
    const retained = await retainPiece(shell, actor, piece, cutoff, apply)
    if (retained === null) continue
    pieces.push(retained)
    if (apply) shell.log.info({ event: 'retention.applied', ...retained }, 'retention applied to a partition')
  }
  return { ...about, pieces }
}

/** Null: there is nothing in it that could go. */
async function retainPiece(shell: Shell, actor: Actor, piece: Piece, { before, ongoingSince }: Cutoff, apply: boolean): Promise<RetainedPiece | null> {
  const { ledger: { db }, clock } = shell
  const people: KeptPeople = { ongoingSince: ongoingSince === null ? null : new Date(ongoingSince) }
  const receiptsSince = new Date(clock.now() - RECEIPTS_FOR_MS)
  const size = await sizeOf(db, piece)
  const unfinished = await unfinishedIn(db, piece, before, receiptsSince)
  const { kept, someGo } = await countKept(db, piece, before, people)
  const about = { piece: piece.name, ...size, kept }
  if (!someGo && (kept > 0 || piece.kind === 'default')) return null
  if (unfinished > 0) return { ...about, fate: 'unfinished', unfinished }
  if (!apply) return { ...about, fate: 'may-go', unfinished }
  const thinned = await thinPiece(db, { piece, before, people, receiptsSince, actor: actor.name, at: new Date(clock.now()) })
  if (typeof thinned === 'string') return { ...about, fate: thinned, unfinished }
  return { ...about, fate: 'dropped', unfinished, kept: thinned.kept }
}
