import type { Creditor } from '../../model/creditor.ts'
import { DAY, type Instant } from '../../model/instant.ts'
import { addDays } from '../../model/local-date.ts'
import type { Actor } from '../../pipeline/shell.ts'
import { bookDate, bookInstant } from '../../plan/book-time.ts'
import type { Services } from '../services.ts'
import type { PortfolioAccount } from './portfolio.ts'

/** A creditor's core sends its balances at this instant. */
export interface CoreFile {
  at: Instant
  creditor: string
}

/** When does each creditor's core send its file, from `from` until before `to`? Oldest first. */
export function coreFiles(creditors: Iterable<Creditor>, time: string, from: Instant, to: Instant): CoreFile[] {
  const files: CoreFile[] = []
  for (const { id, bookZone } of creditors) {
    for (let date = bookDate(from - DAY, bookZone); ; date = addDays(date, 1)) {
      const at = bookInstant(date, time, bookZone)
      if (at >= to) break
      if (at >= from) files.push({ at, creditor: id })
    }
  }
  return files.sort((a, b) => a.at - b.at || (a.creditor < b.creditor ? -1 : 1))
}

/**
 * Sends the file: every account as of now, figures unchanged, through the bulk import.
 *
 * What was paid meanwhile came as an event, so that stating the balances again keeps them
 * fresh without taking anything back.
 */
export async function sendCoreFile(services: Services, actor: Actor, file: CoreFile, accounts: readonly PortfolioAccount[]): Promise<void> {
  const asOf = new Date(file.at).toISOString()
  const lines = accounts.filter(({ creditor }) => creditor === file.creditor)
    .map(({ id }) => JSON.stringify({ id, creditor: file.creditor, asOf }))
  if (lines.length === 0) return
  const totals = await services.importAccounts(actor, inOnePiece(lines.join('\n')), () => {})
  if (totals.rejected > 0) throw new RangeError(`${totals.rejected} lines of the core file of ${file.creditor} were rejected`)
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
