import type { Fault } from '../../model/errors.ts'
import { earlierMessages, readRecipients } from '../../record/dispatch/decision-inputs.ts'
import { planningInputs } from '../../record/planning.ts'
import {
  accountsOfRecipients,
  countRecipientsInSpells,
  recipientsInSpells,
  type RecipientAccount,
  type WaitingReminder,
  waitingReminders,
} from '../../record/simulate-portfolio.ts'
import { accountVariables } from '../../record/vault/vault.ts'
import { openAccountWords, PersonalData } from '../personal-data.ts'
import type { Runtime } from '../runtime.ts'
import type { PortfolioChunk } from './chunk.ts'
import type { PortfolioFile } from './portfolio-file.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** The recipients of a simulation; read once for each version that is compared. */
export interface Portfolio {
  /** How many recipients, or lines where that is not known. */
  size: number
  refused: { line: number; faults: readonly Fault[] }[]
  chunks(): AsyncIterable<PortfolioChunk> | Iterable<PortfolioChunk>
}

/** Enough that the hand-over to a thread costs little, few enough that threads end together. */
const FILE_RECIPIENTS_PER_CHUNK = 250

/** @param creditor  only this creditor's accounts; also the creditor of lines that name none */
export function portfolioOfFile(file: PortfolioFile, creditor: string | null): Portfolio {
  return {
    size: file.recipients.length,
    refused: file.refused,
    *chunks() {
      for (let start = 0; start < file.recipients.length; start += FILE_RECIPIENTS_PER_CHUNK) {
        yield {
          kind: 'lines',
          columns: file.columns,
          creditor,
          lines: file.recipients.slice(start, start + FILE_RECIPIENTS_PER_CHUNK).flat(),
        }
      }
    },
  }
}

/** Each chunk is read in one short, read-only transaction. */
const LEDGER_RECIPIENTS_PER_CHUNK = 200

/** The recipients of the ledger with an account in a spell, with their history, holds and waiting reminders. */
export async function ledgerPortfolio(runtime: Runtime, creditor: string | null): Promise<Portfolio> {
  const { db } = runtime.ledger
  return {
    size: await countRecipientsInSpells(db, creditor),
    refused: [],
    async *chunks() {
      let after: string | null = null
      for (;;) {
        const found: { id: string; externalId: string }[] = await recipientsInSpells(
          db,
          creditor,
          after,
          LEDGER_RECIPIENTS_PER_CHUNK,
        )
        const last = found.at(-1)
        if (last === undefined) return
        after = last.id
        yield {
          kind: 'recipients',
          recipients: await recipientsOf(runtime, new Map(found.map(({ id, externalId }) => [id, externalId]))),
        }
      }
    },
  }
}

async function recipientsOf(runtime: Runtime, names: ReadonlyMap<string, string>): Promise<SimulatedRecipient[]> {
  const ids = [...names.keys()]
  return runtime.ledger.db.transaction().execute(async (trx) => {
    const planning = await planningInputs(trx, ids, runtime.clock.now())
    const rows = await readRecipients(trx, ids, runtime.clock.now())
    const accounts = await accountsOfRecipients(trx, ids)
    const waiting = await waitingReminders(trx, ids)
    const earlier = await earlierMessages(
      trx,
      ids,
      new Date(runtime.clock.now() - runtime.config.delivery.sameWordsWithin),
    )
    return planning.flatMap((recipient): SimulatedRecipient[] => {
      const row = rows.get(recipient.id)
      if (row === undefined) return []
      const data = new PersonalData(runtime.vault, row)
      const own = accounts.filter(({ recipientId }) => recipientId === recipient.id)
      return [
        {
          name: names.get(recipient.id) ?? recipient.id,
          planning: recipient,
          named: row.name !== null,
          row: {
            ...row,
            name: null,
            dataKey: null,
            dataKeyId: null,
            addresses: row.addresses.map((address) => ({ ...address, value: null })),
          },
          accounts: Object.fromEntries(own.map((account) => [account.id, simulated(account, data)])),
          waiting: waiting.filter(({ recipientId }) => recipientId === recipient.id).map(reminderOf),
          earlier: earlier.filter(({ recipientId }) => recipientId === recipient.id),
        },
      ]
    })
  })
}

function simulated(
  { variables, ...account }: RecipientAccount,
  data: PersonalData,
): SimulatedRecipient['accounts'][string] {
  const opened = data.open(accountVariables(account.id), variables)
  return {
    ...openAccountWords(data, account),
    variableNames: opened === null ? [] : Object.keys(JSON.parse(opened) as object),
  }
}

const reminderOf = ({ dueAt, nextAt, expiresAt, accounts, ...reminder }: WaitingReminder): SimulatedReminder => ({
  ...reminder,
  dueAt: dueAt.getTime(),
  nextAt: nextAt.getTime(),
  expiresAt: expiresAt.getTime(),
  accounts: accounts.map(({ accountId, spellId, pass, lead }) => ({ accountId, spellId, pass: pass ?? 1, lead })),
  steps: accounts.flatMap(({ accountId, pass, rungs }) => rungs.map((rung) => ({ accountId, rung, pass: pass ?? 1 }))),
})
