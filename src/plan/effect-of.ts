import { DAY, type Instant, type LocalDate } from '../model/time.ts'
import {
  type Channel,
  type HoldKind,
  concernsRecipient,
  type SuppressionReason,
  type SuppressionScope,
} from '../model/vocabulary.ts'
import { bookDate, promiseEndsAt } from './book-time.ts'

/** What was said of a debt or of the recipient, whichever way it came: an event, a completed task, a key pressed during a call, a reply. */
export type Fact =
  /** A promise to pay by a day. `amountsMinor` by account; an account that is absent: all that is overdue on it. */
  | { type: 'promise'; date: LocalDate; amountsMinor: Readonly<Record<string, number>> }
  /** They would promise, and no day is agreed yet. */
  | { type: 'promise-wish' }
  /** A payment is under way. `until` null: nobody says how long it may take. */
  | { type: 'payment-pending'; until: Instant | null }
  | { type: 'dispute'; reference: string | null }
  | { type: 'hardship'; until: Instant | null }
  | { type: 'complaint'; reference: string | null }
  | { type: 'legal-action'; until: Instant | null; reference: string | null }
  /** Contact is to stop: of an address, of a channel (`channel`), or of the recipient. */
  | { type: 'stop'; scope: SuppressionScope; channel: Channel | null; reason: SuppressionReason }
  /** They ask for a person to call. */
  | { type: 'call-back' }
  /** A reply came that a person has to read: nothing goes out on its channel until then. */
  | { type: 'unread-reply'; channel: Channel; instructions: string }

/** A hold that nobody has ended. `details.account`: on which account one of everything was opened. */
export interface OpenHold {
  id: string
  kind: HoldKind
  accountId: string | null
  details: Readonly<Record<string, unknown>>
}

/** What a fact meets. */
export interface FactContext {
  now: Instant
  /** When it took effect: before now where it was learnt late. */
  effectiveAt: Instant
  /** The creditor's. */
  bookZone: string
  /** Those it is about, the leading one first. */
  accounts: readonly { id: string; overdueMinor: number }[]
  /** The recipient's, those of other accounts included. */
  holds: readonly OpenHold[]
  /** What only a machine has heard is followed up by a person. */
  heardBy: 'person' | 'machine'
}

interface HoldToOpen {
  kind: HoldKind
  /** Null: everything of the recipient. */
  accountId: string | null
  /** Absent or null: every channel. */
  channel?: Channel | null
  from: Instant
  /** Null: until somebody ends it. */
  until: Instant | null
  details: Record<string, unknown>
  /** True: it ends with the task that comes with it. */
  awaitsTask?: boolean
}

export interface TaskToOpen {
  kind: 'step' | 'reply'
  /** Empty: nobody is contacted. */
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

/** Outbound contacts made since then, which the fact would have forbidden had it been known. */
export interface Excess {
  /** Null: about any account. */
  accountIds: readonly string[] | null
  since: Instant
  /** With which rule they are marked, e.g. `retroactive/dispute`. */
  rule: string
}

/** What follows from a fact. */
export interface Effect {
  /** For the timeline: no names, no free text. */
  words: string
  opens: readonly HoldToOpen[]
  ends: readonly { id: string; reason: string }[]
  suppressions: readonly SuppressionToRecord[]
  tasks: readonly TaskToOpen[]
  /** Null: the contacts were right, or nothing was learnt late. */
  excess: Excess | null
  /** What is decided and planned again: reminders of these accounts, or of everything of the recipient. */
  replan: 'nothing' | 'accounts' | 'recipient'
  /** True: what was announced lies before now, and nothing follows. Whoever can correct it is told so; otherwise it is recorded. */
  isPast: boolean
}

/** How long an announced payment or promise keeps reminders back while nobody says more. */
const IN_FLIGHT_MS = 3 * DAY
const FOLLOW_UP_WITHIN_MS = 3 * DAY
/** What people have to read does not lapse by itself: the channel waits for it. */
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
 * What follows from this fact, whichever way it was heard?
 *
 * The same fact has the same effect as an event, as the outcome of a task, as a key and as a reply: an earlier promise ends
 * when another is given, contacts made since it took effect are marked, hardship and complaints hold every account of the
 * recipient. Only who follows it up differs (`heardBy`).
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

/** Silent until the promised day is over in the creditor's books; an earlier promise gives way to it, and so does the wish to promise. */
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

/** What a stop reaches is told by its reason too: a fact about the recipient stops everything, whichever address it came with. */
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

/** Holds everything of the recipient: whoever cannot pay one loan is not reminded of another. */
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

/** They wait for it: a hold that their own key began does not keep a confirmation back. */
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
