import type { Config } from '../../config/config.ts'
import type { AccountLine } from '../../intake/account-body.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import type { Instant } from '../../model/instant.ts'
import type { AccountRow } from '../../record/accepting/known-accounts.ts'
import type { Vault, WrappedKey } from '../../record/vault/vault.ts'
import { AccountDraft } from '../accept/account-draft.ts'
import { conflictsIn } from '../accept/conflicts.ts'
import { followBalance, mergeAccount, newAccount } from '../accept/merge-account.ts'
import { mergePerson } from '../accept/merge-person.ts'
import { newPerson } from '../accept/new-person.ts'
import type { PersonDraft } from '../accept/person-draft.ts'
import { invalidField, creditorOf } from '../accept/resolve-creditor.ts'
import { simulatedPerson } from './from-drafts.ts'
import type { SimulatedPerson } from './simulated-person.ts'

/** An account of a portfolio file and where it stands there. */
export interface PortfolioLine {
  line: number
  account: AccountLine
}

/** What the accounts are taken in with. */
export interface Register {
  readonly config: Pick<Config, 'creditors' | 'ladders'>
  /** With any key: nothing that it seals outlives the simulation. */
  readonly vault: Vault
  /** Whose accounts they are where the file does not say; null: it must say. */
  readonly creditor: string | null
  /** When the accounts come: the beginning of the simulation. */
  readonly now: Instant
}

/** A person as far as the lines have been read. */
export interface PersonRead {
  draft: PersonDraft
  named: boolean
  accounts: Map<string, AccountRead>
}

export interface AccountRead {
  draft: AccountDraft
  variableNames: string[]
  conflicts: string[]
}

/**
 * Who are the people of these accounts, and how do they stand?
 *
 * Takes the accounts in as registering them would, with the same functions, so that spells, holds and
 * places are those that production would have. All lines of one person belong in one call.
 *
 * @returns  the people, in the order of the lines, and the lines that would have been refused
 */
export function peopleFromAccounts(lines: readonly PortfolioLine[], register: Register): { people: SimulatedPerson[]; refused: { line: number; faults: readonly Fault[] }[] } {
  const people = new Map<string, PersonRead>()
  const refused: { line: number; faults: readonly Fault[] }[] = []
  const key = register.vault.newDataKey()
  for (const { line, account } of lines) {
    try {
      takeIn(account, people, register, key)
    } catch (error) {
      if (!(error instanceof DecorumError)) throw error
      refused.push({ line, faults: error.faults.length > 0 ? error.faults : [{ path: '', problem: error.message }] })
    }
  }
  return { people: [...people.values()].filter(({ accounts }) => accounts.size > 0).map((read) => simulatedPerson(read, register)), refused }
}

function takeIn({ id, ...body }: AccountLine, people: Map<string, PersonRead>, register: Register, key: WrappedKey): void {
  const { config, now, vault } = register
  const creditor = creditorOf({ config }, register, body.creditor)
  const externalId = body.recipient?.id ?? body.recipientId
  if (externalId === undefined) throw invalidField('recipient', 'is missing', 'State the recipient, or recipientId of one that another line states.')
  const personKey = `${creditor.id} ${externalId}`
  const read = people.get(personKey) ?? (body.recipient === undefined ? undefined : readPerson(newPerson(personKey, { creditor: creditor.id, externalId }, key, now)))
  if (read === undefined) throw invalidField('recipientId', 'is not a recipient that an earlier line states', 'State recipient in full on one line.')
  const known = read.accounts.get(id)
  if (known !== undefined && body.asOf < known.draft.row.as_of.getTime()) return
  // The name itself is not needed, so it goes no further than this.
  const { name, ...recipient } = body.recipient ?? { name: undefined }
  const order = String(read.accounts.size).padStart(4, '0')
  const fresh = { id: `${order} ${id}`, externalId: id, recipientId: personKey, live: true }
  const row: AccountRow = known === undefined ? newAccount(fresh, body, creditor, config.ladders, now) : mergeAccount(known.draft.row, body, config.ladders)
  if (body.recipient !== undefined) {
    mergePerson(read.draft, recipient, body.recipient.asOf ?? body.asOf, now, vault)
    if (name !== undefined) read.named = name !== null
  }
  people.set(personKey, read)
  followBalance(row, body.dueDate !== undefined)
  const draft = new AccountDraft(row, known === undefined ? null : { row: known.draft.row, spell: known.draft.spell })
  draft.followSpell({ config }, now)
  read.accounts.set(id, {
    draft, variableNames: body.variables === undefined ? known?.variableNames ?? [] : Object.keys(body.variables),
    conflicts: conflictsIn(row, body, creditor.bookZone),
  })
}

const readPerson = (draft: PersonDraft): PersonRead => ({ draft, named: false, accounts: new Map() })
