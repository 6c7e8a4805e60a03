import { DAY, type Instant, type LocalDate } from '../model/time.ts'
import {
  type Channel,
  type HoldKind,
  concernsRecipient,
  type SuppressionReason,
  type SuppressionScope,
} from '../model/vocabulary.ts'
import { bookDate, promiseEndsAt } from './book-time.ts'

/** A reported fact about a debt or its recipient, from any source: an event, a completed task, a key pressed during a call, a reply. */
export type Fact =
  /** A promise to pay by a day. `amountsMinor` by account; an account that is absent: all that is overdue on it. */
  | { type: 'promise'; date: LocalDate; amountsMinor: Readonly<Record<string, number>> }
  /** They want to promise a payment; no day is agreed yet. */
  | { type: 'promise-wish' }
  /** A payment is under way. `until` null: its duration is not stated. */
  | { type: 'payment-pending'; until: Instant | null }
  | { type: 'dispute'; reference: string | null }
  | { type: 'hardship'; until: Instant | null }
  | { type: 'complaint'; reference: string | null }
  | { type: 'legal-action'; until: Instant | null; reference: string | null }
  /** Contact is suppressed: for an address, for a channel (`channel`), or for the recipient. */
  | { type: 'stop'; scope: SuppressionScope; channel: Channel | null; reason: SuppressionReason }
  /** They ask for a call by an agent. */
  | { type: 'call-back' }
  /** A reply came that an agent has to read: nothing goes out on its channel until then. */
  | { type: 'unread-reply'; channel: Channel; instructions: string }

/** A hold that has not ended. `details.account`: the account on which a hold of the whole recipient was opened. */
export interface OpenHold {
  id: string
  kind: HoldKind
  accountId: string | null
  details: Readonly<Record<string, unknown>>
}

/** The situation in which a fact is reported. */
export interface FactContext {
  now: Instant
  /** When it took effect: before now if it was reported late. */
  effectiveAt: Instant
  /** The creditor's. */
  bookZone: string
  /** The accounts it is about, the lead first. */
  accounts: readonly { id: string; overdueMinor: number }[]
  /** The recipient's open holds, those of other accounts included. */
  holds: readonly OpenHold[]
  /** A fact heard only by a machine is followed up by an agent. */
  heardBy: 'person' | 'machine'
}

interface HoldToOpen {
  kind: HoldKind
  /** Null: everything of the recipient. */
  accountId: string | null
  /** Absent or null: every channel. */
  channel?: Channel | null
  from: Instant
  /** Null: open. */
  until: Instant | null
  details: Record<string, unknown>
  /** True: it ends with the task that comes with it. */
  awaitsTask?: boolean
}

export interface TaskToOpen {
  kind: 'step' | 'reply'
  /** Empty: the task contacts no one. */
  channels: readonly Channel[]
  stepKind: 'reminder' | 'confirmation'
  instructions: string
  expiresAt: Instant
}

interface SuppressionToRecord {
  scope: SuppressionScope
  channel: Channel | null
  reason: SuppressionReason
  from: Instant
}

/** Outbound contacts that the fact would have forbidden, made between its effect and its report. */
export interface Excess {
  /** Null: about any account. */
  accountIds: readonly string[] | null
  since: Instant
  /** With which rule they are marked, e.g. `retroactive/dispute`. */
  rule: string
}

/** The consequences of a fact. */
export interface Effect {
  /** For the timeline: no names, no free text. */
  words: string
  opens: readonly HoldToOpen[]
  ends: readonly { id: string; reason: string }[]
  suppressions: readonly SuppressionToRecord[]
  tasks: readonly TaskToOpen[]
  /** Null: the fact was not reported late, or forbids no contacts. */
  excess: Excess | null
  /** Which reminders are decided and planned again: those of these accounts, or all of the recipient's. */
  replan: 'nothing' | 'accounts' | 'recipient'
  /** True: the announced time has passed, and there are no consequences. A caller who can correct it gets an error; otherwise it is only recorded. */
  isPast: boolean
}

/** How long an announced payment or promise without a date holds reminders. */
const IN_FLIGHT_MS = 3 * DAY
const FOLLOW_UP_WITHIN_MS = 3 * DAY
/** A task to read a reply does not expire in practice: the channel is held until it is done. */
const READ_WITHIN_MS = 3_650 * DAY

const NOTHING: Omit<Effect, 'words'> = {
  opens: [],
  ends: [],
  suppressions: [],
  tasks: [],
  excess: null,
  replan: 'nothing',
  isPast: false,
}

/**
 * What are the consequences of this fact?
 *
 * They are the same for an event, the outcome of a task, a key and a reply: a new promise ends an earlier one, contacts
 * made since the fact took effect are marked, hardship and complaints hold every account of the recipient. Only the
 * follow-up task depends on the source (`heardBy`).
 */
export function effectOf(fact: Fact, known: FactContext): Effect {
  switch (fact.type) {
    case 'promise':
      return promise(fact, known)
    case 'promise-wish':
      return {
        ...ofAccounts(fact.type, known, 'a promise to pay is wished for; reminders wait', {
          kind: 'manual',
          until: known.now + IN_FLIGHT_MS,
          details: { awaits: 'promise' },
        }),
        tasks: followUp(known, 'The borrower pressed the key for a promise to pay. Call back and agree the date.'),
      }
    case 'payment-pending': {
      const until = fact.until ?? known.effectiveAt + IN_FLIGHT_MS
      if (until <= known.now) return { ...NOTHING, words: 'recorded; its time has passed', isPast: true }
      return ofAccounts(fact.type, known, 'a payment is under way; reminders wait', { kind: 'payment-pending', until })
    }
    case 'dispute':
      return {
        ...ofAccounts(fact.type, known, 'the debt is disputed; reminders wait', {
          kind: 'dispute',
          until: null,
          details: named(fact.reference),
        }),
        tasks: followUp(known, 'The borrower questions the amount. Find out what they dispute and answer it.'),
      }
    case 'legal-action':
      return ofAccounts(fact.type, known, 'legal action; reminders wait', {
        kind: 'legal-action',
        until: fact.until,
        details: named(fact.reference),
      })
    case 'hardship':
      return ofRecipient(fact.type, known, 'hardship; reminders of every account wait', {
        kind: 'hardship',
        until: fact.until,
      })
    case 'complaint':
      return ofRecipient(fact.type, known, 'a complaint; reminders of every account wait', {
        kind: 'complaint',
        until: null,
        details: named(fact.reference),
      })
    case 'stop':
      return stop(fact, known)
    case 'call-back':
      return {
        ...NOTHING,
        words: 'a person is asked to call',
        tasks: followUp(known, 'The borrower asked for a person. Call back.'),
      }
    case 'unread-reply':
      return {
        ...NOTHING,
        words: 'a reply waits to be read',
        replan: 'recipient',
        opens: [
          {
            kind: 'reply',
            accountId: null,
            channel: fact.channel,
            from: known.now,
            until: null,
            details: {},
            awaitsTask: true,
          },
        ],
        tasks: [
          {
            kind: 'reply',
            channels: [],
            stepKind: 'reminder',
            instructions: fact.instructions,
            expiresAt: known.now + READ_WITHIN_MS,
          },
        ],
      }
  }
}

/** Holds reminders until the promised day is over in the book zone; ends an earlier promise, and the wait for an agreed date. */
function promise({ date, amountsMinor }: Extract<Fact, { type: 'promise' }>, known: FactContext): Effect {
  if (date < bookDate(known.now, known.bookZone))
    return { ...NOTHING, words: 'recorded; the promised day has passed', isPast: true }
  const held = ofAccounts('promise', known, 'a promise to pay; reminders wait for it', {
    kind: 'promise',
    until: promiseEndsAt(date, known.bookZone),
  })
  return {
    ...held,
    opens: held.opens.map((hold, i) => {
      const { id, overdueMinor } = known.accounts[i] as FactContext['accounts'][number]
      return { ...hold, details: { ...hold.details, date, amountMinor: amountsMinor[id] ?? overdueMinor } }
    }),
    ends: known.accounts.flatMap(({ id }) => [
      ...holdsOf(known.holds, id, ['promise']).map((earlier) => ({
        id: earlier.id,
        reason: 'another promise was given',
      })),
      ...holdsOf(known.holds, id, ['manual'])
        .filter(({ details }) => details['awaits'] === 'promise')
        .map((wish) => ({ id: wish.id, reason: 'a day was agreed' })),
    ]),
  }
}

/** The reason can widen the scope: a fact about the recipient suppresses every address, whichever one it came with. */
function stop({ scope, channel, reason }: Extract<Fact, { type: 'stop' }>, known: FactContext): Effect {
  const isOfRecipient = scope === 'all' || concernsRecipient(reason)
  const words = isOfRecipient
    ? `${reason}; nothing goes to this person any more`
    : scope === 'channel'
      ? 'nothing goes out on this channel any more'
      : 'the address is not used any more'
  return {
    ...NOTHING,
    words,
    replan: 'recipient',
    suppressions: [{ scope, channel, reason, from: Math.min(known.effectiveAt, known.now) }],
    excess: isOfRecipient ? excessOf(reason, known, null) : null,
  }
}

type Held = { kind: HoldKind; until: Instant | null; details?: Record<string, unknown> }

/** Holds each of the accounts. */
const ofAccounts = (type: string, known: FactContext, words: string, { kind, until, details }: Held): Effect => ({
  ...NOTHING,
  words,
  replan: 'accounts',
  excess: excessOf(
    type,
    known,
    known.accounts.map(({ id }) => id),
  ),
  opens: known.accounts.map(({ id }) => ({
    kind,
    accountId: id,
    from: startOf(known),
    until,
    details: { ...details, account: id },
  })),
})

/** Holds everything of the recipient: one who cannot pay one loan is not reminded of another. */
const ofRecipient = (type: string, known: FactContext, words: string, { kind, until, details }: Held): Effect => ({
  ...NOTHING,
  words,
  replan: 'recipient',
  excess: excessOf(type, known, null),
  opens: [
    {
      kind,
      accountId: null,
      from: startOf(known),
      until,
      details: { ...details, account: known.accounts[0]?.id ?? null },
    },
  ],
})

const startOf = ({ effectiveAt, now }: FactContext): Instant => Math.min(effectiveAt, now)

const excessOf = (
  type: string,
  { effectiveAt, now }: FactContext,
  accountIds: readonly string[] | null,
): Excess | null => (effectiveAt < now ? { accountIds, since: effectiveAt, rule: `retroactive/${type}` } : null)

/** The recipient expects this call: as a confirmation it is not blocked by the hold that their own key opened. */
const followUp = ({ heardBy, now }: FactContext, instructions: string): TaskToOpen[] =>
  heardBy === 'person'
    ? []
    : [
        {
          kind: 'step',
          channels: ['phone'],
          stepKind: 'confirmation',
          instructions,
          expiresAt: now + FOLLOW_UP_WITHIN_MS,
        },
      ]

const named = (reference: string | null): Record<string, unknown> => (reference === null ? {} : { reference })

/** Which holds of these kinds does the account have, those that were opened for everything on its account included? */
export const holdsOf = <T extends OpenHold>(holds: readonly T[], accountId: string, kinds: readonly HoldKind[]): T[] =>
  holds.filter(
    (hold) =>
      kinds.includes(hold.kind) &&
      (hold.accountId === accountId || (hold.accountId === null && hold.details['account'] === accountId)),
  )
