import { readAccountRow, readHeader } from '../../intake/csv-account.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import { acceptAccounts } from '../../pipeline/accept/accept-accounts.ts'
import type { Actor, Shell } from '../../pipeline/shell.ts'

/** An account of the portfolio, named as the core that sends it names it. */
export interface PortfolioAccount {
  creditor: string
  id: string
}

/**
 * Registers every line of the portfolio, read and accepted as `accounts import` does.
 *
 * @returns  the accounts, in the order of the file
 * @throws   DECORUM_BAD_INPUT with the lines that are wrong: an example that is wrong is a mistake
 */
export async function importPortfolio(shell: Shell, actor: Actor, csv: string): Promise<PortfolioAccount[]> {
  const [header = '', ...lines] = csv.split(/\r?\n/).filter((line) => line !== '')
  const columns = readHeader(header)
  if (!columns.ok) throw wrong(columns.faults)
  const puts = lines.map((line, i) => {
    const row = readAccountRow(line, columns.value)
    if (!row.ok) throw wrong(row.faults.map((fault) => ({ ...fault, path: `line ${i + 2} ${fault.path}` })))
    const { id, ...body } = row.value
    return { id, body }
  })
  const results = await acceptAccounts(shell, actor, puts)
  return results.map((result) => {
    if (!result.ok) throw result.error
    return { creditor: result.answer.creditor, id: result.answer.id }
  })
}

const wrong = (faults: readonly Fault[]): DecorumError =>
  new DecorumError('DECORUM_BAD_INPUT', 'the portfolio of the demonstration has mistakes', { faults })
