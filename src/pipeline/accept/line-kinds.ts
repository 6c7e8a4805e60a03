import type { AccountLine } from '../../intake/account-body.ts'
import { idInRecord, readAccountRecord } from '../../intake/account-file.ts'
import { eventLine, type EventLine } from '../../intake/event-body.ts'
import { parseJson } from '../../intake/json.ts'
import { parse } from '../../intake/parse.ts'
import { DecorumError, type Parsed } from '../../model/errors.ts'
import type { Actor, Shell } from '../shell.ts'
import { acceptAccounts } from './accept-accounts.ts'
import { acceptEvent } from './accept-event.ts'
import type { ItemResult, LineKind } from './import-lines.ts'

/** Transactions of accounts at the same time: while one is in the ledger's hands, this process makes up the next. */
const ACCOUNTS_AT_ONCE = 3

/** Lines that are accounts, read in the given way: as JSON unless it is said otherwise. */
export const accountLines = (
  shell: Shell, actor: Actor,
  read: (text: string) => Parsed<AccountLine> = (text) => readAccountRecord(text, null),
  idIn: (text: string) => string | null = (text) => idInRecord(text, null),
): LineKind<AccountLine> => ({
  read,
  idIn,
  idOf: (account) => account.id,
  thingOf: (account) => `${creditorSaid(shell, actor, account.creditor)} ${account.id}`,
  touchedBy: (account) => {
    const creditor = creditorSaid(shell, actor, account.creditor)
    const people = [account.recipient?.id, account.recipientId, ...(account.parties ?? []).map((party) => party.recipientId)]
    return [`account ${creditor} ${account.id}`, ...people.flatMap((person) => (person === undefined ? [] : [`recipient ${creditor} ${person}`]))]
  },
  atOnce: ACCOUNTS_AT_ONCE,
  put: async (accounts) => {
    const results = await acceptAccounts(shell, actor, accounts.map((account) => ({ id: account.id, body: account })))
    return results.map((result) => {
      if (!result.ok) return result
      const { answer } = result
      return answer.applied ? { ok: true, changed: answer.changed, ...(answer.warnings === undefined ? {} : { warnings: answer.warnings }) } : { ok: true, changed: false }
    })
  },
})

/** Lines that are events of accounts; each is a transaction of its own, in the order of the lines. */
export const eventLines = (shell: Shell, actor: Actor): LineKind<EventLine> => ({
  read: (text) => {
    const json = parseJson(text)
    return json.ok ? (parse(eventLine, json.value) as Parsed<EventLine>) : json
  },
  idIn: (text) => idInRecord(text, null),
  idOf: (event) => event.id,
  thingOf: (event) => `${creditorSaid(shell, actor, event.creditor)} ${event.id}`,
  // One may end what another began, for the person's other accounts too: each waits for the one before.
  touchedBy: () => [],
  atOnce: 1,
  put: async (events) => {
    const results: ItemResult[] = []
    for (const { accountId, ...event } of events) {
      try {
        const answer = await acceptEvent(shell, actor, accountId, event as EventLine)
        results.push({ ok: true, changed: !answer.repeated })
      } catch (error) {
        if (!(error instanceof DecorumError) || error.disposition !== 'give_up') throw error
        results.push({ ok: false, error })
      }
    }
    return results
  },
})

/** In whose name a line speaks, stated or not, so that both ways name the same thing; whether it may is asked later. */
const creditorSaid = ({ config }: Shell, actor: Actor, stated: string | undefined): string =>
  stated ?? actor.creditor ?? (config.creditors.size === 1 ? [...config.creditors.keys()][0] as string : '')
