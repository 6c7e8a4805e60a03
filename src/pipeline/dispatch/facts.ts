import { decide } from '../../decide/decide.ts'
import type { CompiledPack } from '../../decide/packs.ts'
import { notPersonalReason } from '../../intake/address.ts'
import { plannedNumber } from '../../intake/number-plan.ts'
import type { Decision } from '../../model/decision.ts'
import type { AccountFacts, AddressFacts, ContactFacts, Facts, SystemFacts } from '../../model/facts.ts'
import type { CarriedBlocks } from '../../model/template.ts'
import type { Instant } from '../../model/time.ts'
import { type Channel, originOf } from '../../model/vocabulary.ts'
import type {
  AccountForDecision,
  RecipientAddress,
  RecipientForDecision,
} from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import { NO_ROUTE } from '../routing.ts'
import type { Runtime } from '../runtime.ts'
import { type DispatchContext, providerFor } from './dispatch-context.ts'

/** No call begins with less time than this before a rule would object: the call itself takes time. */
const CALL_MARGIN_MS = 10_000

/**
 * How facts name an address: the first half of its keyed hash.
 *
 * A number that a recipient has for both calls and texts is one address here, so that a
 * suppression or a cap on the number covers both.
 */
const addressId = (hash: string): string => hash.slice(0, 32)

/**
 * Which of the recipient's addresses is this reminder for?
 *
 * The first of their own on the channel that is not suppressed, for an SMS a landline only if there is no
 * other; when all are suppressed the first, so that the decision names the suppression. Null: they have none.
 */
export function chooseAddress(
  recipient: RecipientForDecision,
  reminder: Pick<FencedReminder, 'channel'>,
): RecipientAddress | null {
  const own = recipient.addresses.filter((a) => a.channel === reminder.channel && a.relation === 'self')
  const suppressed = (a: RecipientAddress) => recipient.suppressions.some((s) => s.hash === a.hash)
  const fits = (a: RecipientAddress) => reminder.channel !== 'sms' || a.kind !== 'landline'
  return own.find((a) => !suppressed(a) && fits(a)) ?? own.find((a) => !suppressed(a)) ?? own[0] ?? null
}

/** What is known of the line that an SMS would go to; unused on other channels. */
export interface SmsLine {
  /** What the numbering plan says, where the number could be read. */
  line: string | null
  /** Countries whose landlines take SMS, as the operator has set. */
  smsToLandlines: readonly string[]
}

/** The facts about one reminder, in the form that `decide` reads and the ledger keeps. */
export function composeFacts(input: {
  /** `expiresAt` null: it has no deadline of its own; `dueAt` null: it never falls due. */
  reminder: Pick<FencedReminder, 'channel' | 'tone' | 'kind' | 'mode'> & { expiresAt: Date | null; dueAt: Date | null }
  recipient: RecipientForDecision
  accounts: readonly AccountForDecision[]
  address: RecipientAddress | null
  /** Days past due of each account by the creditor's books, in the order of `accounts`. */
  daysPastDue: readonly (number | null)[]
  freshForMs: number | null
  /** Contacts that this batch has already reserved. */
  pending: readonly ContactFacts[]
  system: SystemFacts
  /** What the rendered text carries; absent: an agent speaks, or a vendor's registered text goes out. */
  carries?: CarriedBlocks | null
  /** Absent: nothing is known of the line beyond the address's kind. */
  smsLine?: SmsLine
}): Facts {
  const { reminder, recipient, address } = input
  return {
    reminder: {
      channel: reminder.channel,
      tone: reminder.tone,
      kind: reminder.kind,
      mode: reminder.mode,
      expiresAt: reminder.expiresAt?.getTime() ?? null,
      ...(reminder.dueAt === null ? {} : { dueAt: reminder.dueAt.getTime() }),
      ...(input.carries == null ? {} : { carries: input.carries }),
    },
    address: address === null ? null : addressFacts(address, reminder.channel === 'sms' ? input.smsLine : undefined),
    recipient: {
      id: recipient.id,
      timeZone: recipient.timeZone,
      jurisdiction: recipient.jurisdiction,
      locationEvidence: recipient.locationEvidence,
      blockedTimes: recipient.blockedTimes,
      ...(recipient.caughtUpOn === null ? {} : { caughtUpOn: recipient.caughtUpOn }),
      ...(recipient.asOf === undefined ? {} : { asOf: recipient.asOf }),
    },
    accounts: input.accounts.map((account, i) => accountFacts(account, input.daysPastDue[i] ?? null, input.freshForMs)),
    contacts: [...recipient.contacts.map(contactFacts), ...input.pending],
    events: recipient.events,
    holds: recipient.holds.map(({ channel = null, ...hold }) => (channel === null ? hold : { ...hold, channel })),
    suppressions: recipient.suppressions.map((s) => ({
      scope: s.scope,
      channel: s.channel,
      address: s.hash === null ? null : addressId(s.hash),
      reason: s.reason,
      from: s.from,
      until: s.until,
      ...(s.otherRecipient === true ? { otherRecipient: true } : {}),
    })),
    consents: recipient.consents.map((c) => ({
      kind: c.kind,
      channel: c.channel,
      address: c.hash === null ? null : addressId(c.hash),
      from: c.from,
      until: c.until,
    })),
    system: input.system,
  }
}

function addressFacts(address: RecipientAddress, sms: SmsLine | undefined): AddressFacts {
  const origin = originOf(address.source)
  return {
    id: addressId(address.hash),
    kind: address.kind,
    relation: address.relation,
    country: address.country,
    zones: address.zones,
    subdivisions: address.subdivisions,
    ...(sms?.line === 'landline' ? { line: sms.line } : {}),
    ...(address.country !== null && sms?.smsToLandlines.includes(address.country) === true ? { takesSms: true } : {}),
    ...(origin === null ? {} : { origin }),
    ...(address.verifiedAt === null ? {} : { verifiedAt: address.verifiedAt }),
  }
}

/** For reminders of an earlier spell, an account that cured and fell overdue again counts as cured. */
const accountFacts = (
  account: AccountForDecision,
  daysPastDue: number | null,
  freshForMs: number | null,
): AccountFacts => ({
  id: account.id,
  role: account.role,
  product: account.product,
  dueDate: account.dueDate,
  daysPastDue,
  state:
    account.state === 'open' && account.spellId !== null && account.spellId !== account.currentSpellId
      ? 'cured'
      : account.state,
  spell: account.spellId,
  asOf: account.asOf.getTime(),
  freshForMs,
})

const contactFacts = ({ hash, ...contact }: RecipientForDecision['contacts'][number]): ContactFacts => ({
  ...contact,
  address: hash === null ? null : addressId(hash),
})

/** A reservation as the pending contact that every later decision of its batch counts. */
export const pendingContact = (
  reminder: Pick<FencedReminder, 'channel' | 'mode'>,
  accounts: readonly AccountForDecision[],
  address: RecipientAddress,
  at: Instant,
): ContactFacts => ({
  at,
  channel: reminder.channel,
  direction: 'outbound',
  accounts: accounts.map((a) => a.id),
  address: addressId(address.hash),
  outcome: 'pending',
  by: 'decorum',
  mode: reminder.mode,
  party: null,
  otherRecipient: false,
})

/**
 * What does the running system add to the facts of this reminder?
 *
 * @param to       the address in clear; compared with `delivery.onlyTo` and never stored
 * @param pending  contacts that this batch has already reserved
 */
export function systemFacts(input: {
  runtime: Runtime
  context: DispatchContext
  reminder: FencedReminder
  recipient: RecipientForDecision
  accounts: readonly AccountForDecision[]
  address: RecipientAddress | null
  to: string | null
  pending: readonly ContactFacts[]
}): SystemFacts {
  const { runtime, context, reminder, recipient, address, to } = input
  return {
    testMode: reminder.live && outsideTestAddresses(runtime, to),
    switchedOff: context.switches.closed(
      {
        creditor: reminder.creditor,
        product: input.accounts[0]?.product ?? null,
        jurisdiction: recipient.jurisdiction,
        channel: reminder.channel,
        route: reminder.route,
        template: reminder.template,
        ladder: reminder.ladder,
        rung: reminder.rung,
      },
      reminder.queuedAt ?? 'new',
    ),
    clockUncertain: !context.clockCertain(),
    routeProblem: routeProblemOf(reminder, address !== null, {
      to,
      carries: providerFor(context, reminder.live).channel,
    }),
    notRegistered: false,
    phoneInFlight:
      reminder.channel === 'phone' && (callInFlight(recipient) || input.pending.some((c) => c.channel === 'phone')),
  }
}

/**
 * Why can no route carry this reminder? Null: one can.
 *
 * @param hasAddress  the recipient has an address of their own on the channel
 * @param call        the address in clear (null: it cannot be decrypted any more) and the channel of the route's provider;
 *                    absent in a simulation or a forecast, which decrypt no address
 */
export function routeProblemOf(
  { route, channel }: Pick<FencedReminder, 'route' | 'channel'>,
  hasAddress: boolean,
  call?: { to: string | null; carries: Channel },
): string | null {
  if (route === NO_ROUTE) return `no route serves ${channel} here`
  if (!hasAddress) return `the recipient has no own address for ${channel}`
  if (call === undefined) return null
  if (call.to === null) return 'the address cannot be read any more: the recipient was erased'
  if (channel !== 'email' && cannotBePersonal(call.to))
    return 'the number cannot belong to a person (toll-free, premium, excluded by its numbering plan)'
  return call.carries === channel ? null : `route ${route} does not carry ${channel}`
}

/** Intake rejects such numbers; checked again here for rows accepted before it did. */
function cannotBePersonal(e164: string): boolean {
  const planned = plannedNumber(e164)
  return planned !== null && notPersonalReason(planned) !== null
}

/** Does `delivery.onlyTo` exclude this address? */
export const outsideTestAddresses = (
  { config: { delivery } }: { config: { delivery: Pick<Runtime['config']['delivery'], 'onlyTo'> } },
  to: string | null,
): boolean => delivery.onlyTo.length > 0 && (to === null || !delivery.onlyTo.includes(to))

/** Is a call to this recipient, or to one of their numbers, still open as far as the ledger knows? */
export const callInFlight = (recipient: RecipientForDecision): boolean =>
  recipient.contacts.some((c) => c.channel === 'phone' && c.outcome === 'pending')

/**
 * May the call begin now, with enough time before any rule would object?
 *
 * Closer than the margin, it is decided as of the instant at which the rule objects, so that the rule is named.
 *
 * @returns  the decision and the instant it was decided for, recorded together so that it can be replayed
 */
export function decideForCall(
  facts: Facts,
  packs: readonly CompiledPack[],
  now: Instant,
): { decision: Decision; decidedFor: Instant } {
  const decision = decide(facts, packs, now)
  if (decision.verdict !== 'send' || decision.until === null || decision.until - now >= CALL_MARGIN_MS)
    return { decision, decidedFor: now }
  return { decision: decide(facts, packs, decision.until), decidedFor: decision.until }
}
