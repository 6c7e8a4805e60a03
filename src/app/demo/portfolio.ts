import { readAccountRow, readHeader } from '../../intake/csv-account.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import type { Actor } from '../../pipeline/shell.ts'
import type { Services } from '../services.ts'

/** An account of the portfolio, named as the core that sends it names it. */
export interface PortfolioAccount {
  creditor: string
  id: string
}

/**
 * Registers every line of the portfolio as `accounts import` would.
 *
 * @returns  the accounts, in the order of the file
 * @throws   DECORUM_BAD_INPUT with the lines that are wrong: an example that is wrong is a mistake
 */
export async function importPortfolio(services: Services, actor: Actor, csv: string): Promise<PortfolioAccount[]> {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '')
  const columns = readHeader(header)
  if (!columns.ok) throw wrong(columns.faults)
  const accounts: PortfolioAccount[] = []
  for (const [i, line] of lines.entries()) {
    const row = readAccountRow(line, columns.value)
    if (!row.ok) throw wrong(row.faults.map((fault) => ({ ...fault, path: `line ${i + 2} ${fault.path}` })))
    const { id, ...body } = row.value
    const answer = await services.putAccount(actor, id, body)
    accounts.push({ creditor: answer.creditor, id })
  }
  return accounts
}

const wrong = (faults: readonly Fault[]): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', 'the portfolio of the demonstration has mistakes', { faults })
