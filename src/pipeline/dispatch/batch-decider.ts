import { phoneEvidence } from '../../intake/address.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision } from '../../model/decision.ts'
import type { ContactFacts, Facts, SystemFacts } from '../../model/facts.ts'
import { type Message, weightOf } from '../../model/message.ts'
import type { Instant } from '../../model/time.ts'
import type { Channel } from '../../model/vocabulary.ts'
import type { TemplateFacts } from '../../model/template-facts.ts'
import { daysPastDue } from '../../plan/book-time.ts'
import type {
  AccountForDecision,
  EarlierMessage,
  RecipientAddress,
  RecipientForDecision,
} from '../../record/dispatch/decision-inputs.ts'
import type { FencedReminder } from '../../record/dispatch/fence.ts'
import type { AttemptEntry, DecisionEntry, ReminderStep } from '../../record/dispatch/reservation.ts'
import { attemptWordFacts } from '../../record/vault/vault.ts'
import { type KeptWords, wordsToKeep } from '../../render/kept-words.ts'
import { render, type RenderRequest } from '../../render/render.ts'
import { openAccountWords, openVariables, PersonalData } from '../personal-data.ts'
import type { Runtime } from '../runtime.ts'
import { afterDecision, signatureOf } from './after-decision.ts'
import { type DispatchContext, providerFor, type Reserved } from './dispatch-context.ts'
import { chooseAddress, composeFacts, pendingContact, type SmsLine, systemFacts } from './facts.ts'
import { carriedWords, composeWords, decideWithWords, localesFor, wordsObjection, writtenBefore } from './words.ts'

/** Carriers keep an SMS at most this long (Twilio's ValidityPeriod). */
const MAX_VALIDITY_MS = 36_000_000
/** A permission expires after this, even if the rules allow longer. */
const MAX_PERMISSION_MS = 120_000

/** One reminder's facts and what its text and its call need beside them. */
interface Subject {
  facts: Facts
  address: RecipientAddress | null
  /** In clear, for the provider only. */
  to: string | null
  daysPastDue: (number | null)[]
  creditor: Creditor | undefined
}

interface Rendered {
  message: Message
  words: TemplateFacts
  unsubscribeUrl: string | null
  locale: string
  version: string
  /** Hexadecimal SHA-256: compared with messages of an earlier build. */
  hash: string
  /** Its digest under the person's key, in hexadecimal: what is stored and compared. */
  digest: string
  /** The template's text, to be kept with the attempt. */
  toKeep: () => KeptWords
}

/**
 * Decides one batch in order: each reservation is a pending contact for the next decision
 * about the same recipient, account or address.
 */
export class BatchDecider {
  /** Decisions to send, each with its attempt; decisions not to, and where they leave their reminders. */
  readonly written = { attempts: [] as AttemptEntry[], decisions: [] as DecisionEntry[], steps: [] as ReminderStep[] }
  readonly reserved: Reserved[] = []
  /** Refused finally: another channel may be tried. */
  readonly ended: { id: string; reason: string }[] = []
  /** Template texts that this batch's attempts were rendered from, by version. */
  readonly words = new Map<string, { template: string; kept: KeptWords }>()
  readonly #pending: { recipientId: string; hash: string; contact: ContactFacts }[] = []
  /** By recipient, so that each data key is unwrapped once. */
  readonly #personal = new Map<string, PersonalData>()
  readonly #runtime: Runtime
  readonly #context: DispatchContext
  readonly #now: Instant
  readonly #repeats: { since: Instant; messages: EarlierMessage[] }

  /** @param repeats  earlier messages to the batch's recipients since `since`; its own reservations are added */
  constructor(
    runtime: Runtime,
    context: DispatchContext,
    now: Instant,
    repeats: { since: Instant; messages: EarlierMessage[] },
  ) {
    this.#repeats = repeats
    this.#runtime = runtime
    this.#context = context
    this.#now = now
  }

  /** Returns a reminder that is not due yet to `scheduled`: the process that queued it had a clock ahead of ours. */
  requeue(reminder: FencedReminder): void {
    this.written.steps.push({
      reminderId: reminder.id,
      status: 'scheduled',
      nextAt: reminder.dueAt.getTime(),
      decisions: reminder.decisions,
      decidedAs: reminder.decidedAs,
      endReason: null,
    })
  }

  add(reminder: FencedReminder, recipient: RecipientForDecision, accounts: readonly AccountForDecision[]): void {
    const subject = this.#subject(reminder, recipient, accounts)
    const decided = decideWithWords({
      facts: subject.facts,
      packs: this.#context.packs,
      now: this.#now,
      recipientId: reminder.recipientId,
      earlier: this.#repeats,
      render: () => this.#render(reminder, recipient, accounts, subject),
      messageOf: (rendered) => messageOf(reminder, accounts, rendered, this.#now),
    })
    if (!decided.goes) return this.#waitOrEnd(reminder, recipient, decided.facts, decided.decision, decided.decidedFor)
    this.#reserve(reminder, recipient, accounts, subject, decided.decision, decided.words)
    if (decided.comparable !== null) this.#repeats.messages.push(decided.comparable)
  }

  #subject(
    reminder: FencedReminder,
    recipient: RecipientForDecision,
    accounts: readonly AccountForDecision[],
  ): Subject {
    const creditor = this.#runtime.config.creditors.get(reminder.creditor)
    const address = chooseAddress(recipient, reminder)
    const dpd = accounts.map((a) => daysPastDue(a, creditor?.bookZone ?? 'UTC', this.#now))
    const to = address === null ? null : this.#open(recipient).address(address)
    const pending = this.#pendingFor(recipient)
    const system: SystemFacts = systemFacts({
      runtime: this.#runtime,
      context: this.#context,
      reminder,
      recipient,
      accounts,
      address,
      to,
      pending,
    })
    const carries = carriedWords(
      this.#runtime.config,
      reminder,
      recipient,
      creditor,
      providerFor(this.#context, reminder.live).forms,
    )
    const facts = composeFacts({
      reminder,
      recipient,
      accounts,
      address,
      daysPastDue: dpd,
      freshForMs: creditor?.freshFor ?? null,
      pending,
      system,
      carries,
      smsLine: smsLineOf(this.#runtime.config, reminder.channel, to),
    })
    return { facts, address, to, daysPastDue: dpd, creditor }
  }

  #open(recipient: RecipientForDecision): PersonalData {
    let data = this.#personal.get(recipient.id)
    if (data === undefined) this.#personal.set(recipient.id, (data = new PersonalData(this.#runtime.vault, recipient)))
    return data
  }

  /** What this batch has reserved for the recipient, and then for others at the same addresses. */
  #pendingFor(recipient: RecipientForDecision): ContactFacts[] {
    const own: ContactFacts[] = []
    const others: ContactFacts[] = []
    for (const { recipientId, hash, contact } of this.#pending) {
      if (recipientId === recipient.id) own.push(contact)
      else if (recipient.addresses.some((a) => a.hash === hash)) others.push({ ...contact, otherRecipient: true })
    }
    return own.concat(others)
  }

  #render(
    reminder: FencedReminder,
    recipient: RecipientForDecision,
    accounts: readonly AccountForDecision[],
    subject: Subject,
  ): Rendered | { objection: Decision } {
    const { config } = this.#runtime
    const template = config.templates.get(reminder.template)
    const { creditor, address } = subject
    if (template === undefined || creditor === undefined || address === null) {
      return {
        objection: wordsObjection({
          kind: 'no-template',
          detail: `no template ${reminder.template} or no creditor ${reminder.creditor}`,
        }),
      }
    }
    const data = this.#open(recipient)
    const unsubscribeUrl = reminder.channel === 'email' ? this.#context.optOutUrl(address.id) : null
    const words = composeWords({
      name: data.name(recipient.name),
      creditor,
      accounts: accounts.map((account) => openAccountWords(data, account)),
      daysPastDue: subject.daysPastDue,
      optOutUrl: unsubscribeUrl,
      variables: openVariables(data, reminder, accounts),
      earlier: writtenBefore(recipient),
    })
    const forms = providerFor(this.#context, reminder.live).forms
    const request: RenderRequest = {
      channel: reminder.channel,
      tone: reminder.tone,
      locales: localesFor(config, recipient, creditor),
      registeredWith: forms.includes('text') ? null : providerFor(this.#context, reminder.live).name,
    }
    const result = render(template, words, request)
    if (!result.ok) return { objection: wordsObjection(result.problem) }
    const digest = data.digest('message', Buffer.from(result.hash, 'hex')).toString('hex')
    return { ...result, digest, words, unsubscribeUrl, toKeep: () => wordsToKeep(template, request) as KeptWords }
  }

  #reserve(
    reminder: FencedReminder,
    recipient: RecipientForDecision,
    accounts: readonly AccountForDecision[],
    subject: Subject,
    decision: Decision,
    rendered: Rendered,
  ): void {
    const address = subject.address as RecipientAddress
    const now = this.#now
    const attemptNo = reminder.tries + 1
    const edge = Math.min(decision.until ?? Number.MAX_SAFE_INTEGER, reminder.expiresAt.getTime())
    const goodUntil = Math.min(edge, now + MAX_PERMISSION_MS)
    const validSeconds = Math.max(6, Math.floor(Math.min(edge - now, MAX_VALIDITY_MS) / 1000))
    const weight = weightOf(rendered.message)
    const data = this.#open(recipient)
    if (!this.words.has(rendered.version))
      this.words.set(rendered.version, { template: reminder.template, kept: rendered.toKeep() })
    this.written.attempts.push({
      reminderId: reminder.id,
      no: attemptNo,
      creditor: reminder.creditor,
      recipientId: recipient.id,
      mode: reminder.mode,
      provider: providerFor(this.#context, reminder.live).name,
      addressId: address.id,
      addressHash: address.hash,
      accountIds: accounts.map((a) => a.id),
      goodUntil,
      weight,
      template: reminder.template,
      templateVersion: rendered.version,
      locale: rendered.locale,
      messageHash: rendered.digest,
      wordFacts: data.sealJson(attemptWordFacts(`${reminder.id}.${attemptNo}`), rendered.words),
      validSeconds,
      // Each send is recorded on its own, even if it repeats the last decision.
      decisionNo: reminder.decisions + 1,
      decision,
      facts: subject.facts,
    })
    this.#pending.push({
      recipientId: recipient.id,
      hash: address.hash,
      contact: pendingContact(reminder, accounts, address, now),
    })
    this.reserved.push({
      attempt: { reminderId: reminder.id, attemptNo },
      reservedAt: now,
      live: reminder.live,
      kind: reminder.kind,
      to: subject.to as string,
      message: rendered.message,
      weight,
      validForSeconds: validSeconds,
      unsubscribeUrl: rendered.unsubscribeUrl,
      goodUntil,
      spent: reminder.attempts,
      scope: scopeOf(reminder, recipient, accounts),
    })
  }

  #waitOrEnd(
    reminder: FencedReminder,
    recipient: RecipientForDecision,
    facts: Facts,
    decision: Decision,
    decidedFor: Instant,
  ): void {
    const signature = signatureOf(decision)
    const repeated = reminder.decidedAs === signature && reminder.decisions > 0
    const no = reminder.decisions + (repeated ? 0 : 1)
    this.written.decisions.push({
      reminderId: reminder.id,
      recipientId: recipient.id,
      no,
      repeated,
      at: decidedFor,
      decision,
      facts,
    })
    const after = afterDecision(decision, this.#now, reminder.expiresAt.getTime())
    this.written.steps.push({ reminderId: reminder.id, ...after, decisions: no, decidedAs: signature })
    if (after.status === 'refused' && after.endReason !== null)
      this.ended.push({ id: reminder.id, reason: after.endReason })
  }
}

const smsLineOf = ({ delivery }: Runtime['config'], channel: Channel, to: string | null): SmsLine => ({
  line: channel !== 'sms' || to === null ? null : phoneEvidence(to).lineType,
  smsToLandlines: delivery.smsToLandlines ?? [],
})

const messageOf = (
  reminder: FencedReminder,
  accounts: readonly AccountForDecision[],
  { hash, digest }: Rendered,
  now: Instant,
): EarlierMessage & { plainHash: string } => ({
  reminderId: reminder.id,
  recipientId: reminder.recipientId,
  live: reminder.live,
  origin: reminder.origin,
  channel: reminder.channel,
  accountIds: accounts.map((account) => account.id),
  messageHash: digest,
  plainHash: hash,
  at: new Date(now),
})

/** What switches are matched against. */
const scopeOf = (
  reminder: FencedReminder,
  recipient: RecipientForDecision,
  accounts: readonly AccountForDecision[],
): Reserved['scope'] => ({
  creditor: reminder.creditor,
  product: accounts[0]?.product ?? null,
  jurisdiction: recipient.jurisdiction,
  channel: reminder.channel,
  route: reminder.route,
  template: reminder.template,
  ladder: reminder.ladder,
  rung: reminder.rung,
})
