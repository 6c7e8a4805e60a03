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
import { PersonalData } from '../personal-data.ts'
import type { Runtime } from '../runtime.ts'
import type { Part } from './part.ts'
import type { PortfolioFile } from './portfolio-file.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** The people of a simulation; asked for once for each version that is compared. */
export interface Portfolio {
  /** How many people, or lines where that is not known. */
  size: number
  refused: { line: number; faults: readonly Fault[] }[]
  parts(): AsyncIterable<Part> | Iterable<Part>
}

/** People to a part: enough that handing over costs little, few enough that threads end together. */
const PEOPLE_TO_A_PART = 250

/** @param creditor  only this one's accounts; also whose they are where the file does not say */
export function portfolioOfFile(file: PortfolioFile, creditor: string | null): Portfolio {
  return {
    size: file.people.length,
    refused: file.refused,
    *parts() {
      for (let start = 0; start < file.people.length; start += PEOPLE_TO_A_PART) {
        yield {
          kind: 'lines',
          columns: file.columns,
          creditor,
          lines: file.people.slice(start, start + PEOPLE_TO_A_PART).flat(),
        }
      }
    },
  }
}

/** People to a part; each is read in a short transaction that writes nothing. */
const LEDGER_RECIPIENTS_PER_PART = 200

/** The people of the ledger who are in a spell, with their history, their pauses and what waits for them. */
export async function ledgerPortfolio(runtime: Runtime, creditor: string | null): Promise<Portfolio> {
  const { db } = runtime.ledger
  return {
    size: await countRecipientsInSpells(db, creditor),
    refused: [],
    async *parts() {
      let after: string | null = null
      for (;;) {
        const found: { id: string; externalId: string }[] = await recipientsInSpells(
          db,
          creditor,
          after,
          LEDGER_RECIPIENTS_PER_PART,
        )
        const last = found.at(-1)
        if (last === undefined) return
        after = last.id
        yield {
          kind: 'people',
          people: await recipientsOf(runtime, new Map(found.map(({ id, externalId }) => [id, externalId]))),
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
  return { ...account, variableNames: opened === null ? [] : Object.keys(JSON.parse(opened) as object) }
}

const reminderOf = ({ dueAt, nextAt, expiresAt, accounts, ...reminder }: WaitingReminder): SimulatedReminder => ({
  ...reminder,
  dueAt: dueAt.getTime(),
  nextAt: nextAt.getTime(),
  expiresAt: expiresAt.getTime(),
  accounts: accounts.map(({ accountId, spellId, pass, lead }) => ({ accountId, spellId, pass: pass ?? 1, lead })),
  steps: accounts.flatMap(({ accountId, pass, rungs }) => rungs.map((rung) => ({ accountId, rung, pass: pass ?? 1 }))),
})
