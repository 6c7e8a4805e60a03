import type { Actor } from '../../pipeline/shell.ts'
import type { Services } from '../services.ts'
import type { Round } from './daily-rounds.ts'
import type { PortfolioAccount } from './portfolio.ts'

/**
 * Sends the file: every account as of now, figures unchanged, through the bulk import.
 *
 * What was paid meanwhile came as an event, so that stating the balances again keeps them
 * fresh without taking anything back.
 */
export async function sendCoreFile(services: Services, actor: Actor, file: Round, accounts: readonly PortfolioAccount[]): Promise<void> {
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
