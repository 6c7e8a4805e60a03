import type { Facts } from '../../model/facts.ts'
import type { Instant } from '../../model/time.ts'
import { daysPastDue } from '../../plan/book-time.ts'
import type { EarlierMessage, RecipientAddress } from '../../record/dispatch/decision-inputs.ts'
import { callInFlight, chooseAddress, composeFacts, routeProblemOf } from '../dispatch/facts.ts'
import { decideWithWords, type WordsDecision, wordsObjection, writtenBefore } from '../dispatch/words.ts'
import { accountRowNow, type SimulatedRecipient, type SimulatedReminder } from './simulated-recipient.ts'
import type { SimulatedMessage } from './simulated-words.ts'
import type { SimulationRules } from './simulation-rules.ts'

/** A decision with its inputs. */
export interface SimulatedDecision {
  decided: WordsDecision<SimulatedMessage>
  facts: Facts
  address: RecipientAddress | null
}

/**
 * What would dispatch decide about this reminder now?
 *
 * From the same facts and by the same functions. Assumes that no switch is set and the clock is right; decrypts no
 * address.
 */
export function decideSimulated(
  recipient: SimulatedRecipient,
  reminder: SimulatedReminder,
  rules: SimulationRules,
  now: Instant,
): SimulatedDecision {
  const { row } = recipient
  const creditor = rules.creditors.get(row.creditor)
  const accounts = reminder.accounts.flatMap((link) => accountRowNow(recipient, link, now))
  const dpd = accounts.map((account) => daysPastDue(account, creditor?.bookZone ?? 'UTC', now))
  const address = chooseAddress(row, reminder)
  const facts = composeFacts({
    reminder: { ...reminder, dueAt: new Date(reminder.dueAt), expiresAt: new Date(reminder.expiresAt) },
    recipient: row,
    accounts,
    address,
    daysPastDue: dpd,
    freshForMs: creditor?.freshFor ?? null,
    pending: [],
    carries: rules.carries(reminder, row, creditor),
    smsLine: { line: null, smsToLandlines: rules.smsToLandlines ?? [] },
    system: {
      testMode: false,
      switchedOff: null,
      clockUncertain: false,
      routeProblem: routeProblemOf(reminder, address !== null),
      notRegistered: false,
      phoneInFlight: reminder.channel === 'phone' && callInFlight(row),
    },
  })
  const decided = decideWithWords<SimulatedMessage>({
    facts,
    packs: rules.packs,
    now,
    recipientId: row.id,
    earlier: { since: now - rules.sameWordsWithin, messages: recipient.earlier },
    render: () =>
      creditor === undefined
        ? { objection: wordsObjection({ kind: 'no-template', detail: `no creditor ${row.creditor}` }) }
        : rules.words({ recipient, reminder, creditor, accounts, daysPastDue: dpd, earlier: writtenBefore(row) }),
    messageOf: (words) => messageOf(recipient, reminder, words, now),
  })
  return { decided, facts, address }
}

/** The message in the form in which later ones are compared with it; rendered only when one is. */
function messageOf(
  { row }: SimulatedRecipient,
  { id, live, origin, channel, accounts }: SimulatedReminder,
  words: SimulatedMessage,
  now: Instant,
): EarlierMessage {
  let hash: string | null = null
  return {
    reminderId: id,
    recipientId: row.id,
    live,
    origin,
    channel,
    accountIds: accounts.map(({ accountId }) => accountId),
    at: new Date(now),
    get messageHash() {
      return (hash ??= words.hash())
    },
  }
}
