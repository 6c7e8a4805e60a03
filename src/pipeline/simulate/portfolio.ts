import type { Fault } from '../../model/errors.ts'
import { earlierMessages, readPeople } from '../../record/dispatch/decision-inputs.ts'
import { planningInputs } from '../../record/planning.ts'
import { accountsOfPeople, countPeopleInSpells, peopleInSpells, type PersonsAccount, type WaitingReminder, waitingReminders } from '../../record/simulate-portfolio.ts'
import { accountVariables } from '../../record/vault/vault.ts'
import { PersonalData } from '../personal-data.ts'
import type { Shell } from '../runtime.ts'
import type { Part } from './part.ts'
import type { PortfolioFile } from './portfolio-file.ts'
import type { SimulatedPerson, SimulatedReminder } from './simulated-recipient.ts'

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
        yield { kind: 'lines', columns: file.columns, creditor, lines: file.people.slice(start, start + PEOPLE_TO_A_PART).flat() }
      }
    },
  }
}

/** People to a part; each is read in a short transaction that writes nothing. */
const LEDGER_RECIPIENTS_PER_PART = 200

/** The people of the ledger who are in a spell, with their history, their pauses and what waits for them. */
export async function ledgerPortfolio(shell: Shell, creditor: string | null): Promise<Portfolio> {
  const { db } = shell.ledger
  return {
    size: await countPeopleInSpells(db, creditor),
    refused: [],
    async *parts() {
      let after: string | null = null
      for (;;) {
        const found: { id: string; externalId: string }[] = await peopleInSpells(db, creditor, after, LEDGER_RECIPIENTS_PER_PART)
        const last = found.at(-1)
        if (last === undefined) return
        after = last.id
        yield { kind: 'people', people: await peopleOf(shell, new Map(found.map(({ id, externalId }) => [id, externalId]))) }
      }
    },
  }
}

async function peopleOf(shell: Shell, names: ReadonlyMap<string, string>): Promise<SimulatedPerson[]> {
  const ids = [...names.keys()]
  return shell.ledger.db.transaction().execute(async (trx) => {
    const planning = await planningInputs(trx, ids, shell.clock.now())
    const rows = await readPeople(trx, ids, shell.clock.now())
    const accounts = await accountsOfPeople(trx, ids)
    const waiting = await waitingReminders(trx, ids)
    const earlier = await earlierMessages(trx, ids, new Date(shell.clock.now() - shell.config.delivery.sameWordsWithin))
    return planning.flatMap((person): SimulatedPerson[] => {
      const row = rows.get(person.id)
      if (row === undefined) return []
      const data = new PersonalData(shell.vault, row)
      const own = accounts.filter(({ recipientId }) => recipientId === person.id)
      return [{
        name: names.get(person.id) ?? person.id, planning: person, named: row.name !== null,
        row: { ...row, name: null, dataKey: null, dataKeyId: null, addresses: row.addresses.map((address) => ({ ...address, value: null })) },
        accounts: Object.fromEntries(own.map((account) => [account.id, simulated(account, data)])),
        waiting: waiting.filter(({ recipientId }) => recipientId === person.id).map(reminderOf),
        earlier: earlier.filter(({ recipientId }) => recipientId === person.id),
      }]
    })
  })
}

function simulated({ variables, ...account }: PersonsAccount, data: PersonalData): SimulatedPerson['accounts'][string] {
  const opened = data.open(accountVariables(account.id), variables)
  return { ...account, variableNames: opened === null ? [] : Object.keys(JSON.parse(opened) as object) }
}

const reminderOf = ({ dueAt, nextAt, expiresAt, accounts, ...reminder }: WaitingReminder): SimulatedReminder => ({
  ...reminder, dueAt: dueAt.getTime(), nextAt: nextAt.getTime(), expiresAt: expiresAt.getTime(),
  accounts: accounts.map(({ accountId, spellId, pass, lead }) => ({ accountId, spellId, pass: pass ?? 1, lead })),
  steps: accounts.flatMap(({ accountId, pass, rungs }) => rungs.map((rung) => ({ accountId, rung, pass: pass ?? 1 }))),
})
