import { accountLine, type AccountLine } from '../../intake/account-body.ts'
import { eventLine, type EventLine } from '../../intake/event-body.ts'
import { parseJson } from '../../intake/json.ts'
import { parse, type Parsed } from '../../intake/parse.ts'
import { DecorumError } from '../../model/errors.ts'
import type { Actor, Shell } from '../shell.ts'
import { acceptAccounts } from './accept-accounts.ts'
import { acceptEvent } from './accept-event.ts'
import type { ItemResult, LineKind } from './import-lines.ts'

/** One account as JSON on a line. */
export function readAccountJson(text: string): Parsed<AccountLine> {
  const json = parseJson(text)
  return json.ok ? parse(accountLine, json.value) : json
}

/** Lines that are accounts, read in the given way. */
export const accountLines = (shell: Shell, actor: Actor, read: (text: string) => Parsed<AccountLine>): LineKind<AccountLine> => ({
  read,
  idOf: (account) => account.id,
  thingOf: (account) => `${account.creditor ?? ''} ${account.id}`,
  put: async (accounts) => {
    const results = await acceptAccounts(shell, actor, accounts.map(({ id, ...body }) => ({ id, body })))
    return results.map((result) => (result.ok ? { ok: true, changed: result.answer.applied && result.answer.changed } : result))
  },
})

/** Lines that are events of accounts; each is a transaction of its own, in the order of the lines. */
export const eventLines = (shell: Shell, actor: Actor): LineKind<EventLine> => ({
  read: (text) => {
    const json = parseJson(text)
    return json.ok ? (parse(eventLine, json.value) as Parsed<EventLine>) : json
  },
  idOf: (event) => event.id,
  thingOf: (event) => `${event.creditor ?? ''} ${event.id}`,
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
