import type { Config } from '../../config/config.ts'
import type { AccountLine } from '../../intake/account-body.ts'
import { DecorumError, type Fault } from '../../model/errors.ts'
import type { Instant } from '../../model/time.ts'
import type { StoredAccount } from '../../record/accounts.ts'
import type { RecipientAddress } from '../../record/dispatch/decision-inputs.ts'
import type { PlanningAccount } from '../../record/planning.ts'
import type { Vault, WrappedKey } from '../../record/vault/vault.ts'
import { AccountDraft } from '../accept/account-draft.ts'
import { conflictsIn, deriveState, mergeAccount, newAccount } from '../accept/merge-account.ts'
import { mergeRecipient, newRecipient, type RecipientDraft } from '../accept/merge-recipient.ts'
import { creditorOf, invalidField } from '../accept/resolve-creditor.ts'
import { usableChannels, type SimulatedAccount, type SimulatedRecipient } from './simulated-recipient.ts'

/** The recipient as planning and dispatch would read it from the ledger after these accounts were registered. */
function simulatedRecipient({ draft, named, accounts }: RecipientRead, { now }: { now: Instant }): SimulatedRecipient {
  const { row } = draft
  const reads = [...accounts.values()].sort((a, b) => (a.draft.row.external_id < b.draft.row.external_id ? -1 : 1))
  const addresses = draft.addresses
    .filter((own) => own.removed_at === null)
    .sort((a, b) => a.position - b.position)
    .map((own): RecipientAddress => ({
      id: own.id,
      channel: own.channel,
      hash: own.hash.toString('hex'),
      kind: own.kind,
      relation: own.relation,
      country: own.country,
      zones: own.zones,
      subdivisions: own.subdivisions,
      source: own.source,
      verifiedAt: own.verified_at?.getTime() ?? null,
      value: null,
    }))
  const holds = reads
    .filter(({ conflicts }) => conflicts.length > 0)
    .map(({ draft: account }) => ({ kind: 'facts-conflict' as const, account: account.row.id, from: now, until: null }))
  return {
    name: row.external_id,
    named,
    waiting: [],
    earlier: [],
    row: {
      id: row.id,
      creditor: row.creditor,
      dataKey: null,
      dataKeyId: null,
      name: null,
      locale: row.locale,
      timeZone: row.time_zone,
      jurisdiction: row.jurisdiction,
      locationEvidence: row.location_evidence,
      blockedTimes: row.blocked_times,
      caughtUpOn: null,
      addresses,
      consents: draft.newConsents.map((consent) => ({
        kind: consent.kind,
        channel: consent.channel,
        hash: consent.address_hash?.toString('hex') ?? null,
        from: consent.starts_at.getTime(),
        until: consent.ends_at?.getTime() ?? null,
      })),
      contacts: [],
      events: [],
      holds,
      suppressions: [],
    },
    planning: {
      id: row.id,
      creditor: row.creditor,
      jurisdiction: row.jurisdiction,
      caughtUpOn: null,
      channels: usableChannels(addresses, []),
      lastConversationAt: null,
      lastEmailAt: null,
      events: [],
      stops: [],
      holds: holds.map((hold) => ({ ...hold })),
      accounts: reads.flatMap(planningAccount),
    },
    accounts: Object.fromEntries(reads.map((read) => [read.draft.row.id, simulatedAccount(read)])),
  }
}

/** Only an account with a running spell is planned for. */
function planningAccount({ draft: { row, spell } }: AccountRead): PlanningAccount[] {
  if (row.spell_id === null || spell === null) return []
  return [
    {
      id: row.id,
      live: row.live,
      state: row.state,
      product: row.product,
      role: row.role,
      ladder: spell.ladder,
      ladderVersion: spell.ladder_version,
      ladderBody: null,
      spellId: spell.id,
      pass: spell.pass,
      startedOn: spell.started_on,
      enteredAt: spell.entered_at.getTime(),
      enteredDpd: spell.entered_days_past_due,
      enteredBy: spell.entered_by,
      dueDate: row.due_date,
      statedDaysPastDue: row.stated_days_past_due,
      overdueMinor: String(row.overdue_minor),
      currency: row.currency,
      graceDays: row.grace_days,
      autoDebit: row.auto_debit,
      riskBand: row.risk_band,
      lastTone: spell.last_tone,
      firstMessageAt: spell.first_message_at?.getTime() ?? null,
      factsForWords: row.facts_for_words,
      notBefore: row.not_before?.getTime() ?? null,
      toneCeiling: row.tone_ceiling,
      nextMessageAt: null,
      lastMessageAt: null,
      handled: [],
    },
  ]
}

const simulatedAccount = ({ draft: { row }, variableNames }: AccountRead): SimulatedAccount => ({
  currentSpellId: row.spell_id,
  id: row.id,
  product: row.product,
  role: row.role,
  state: row.state,
  currency: row.currency,
  overdueMinor: row.overdue_minor,
  minimumDueMinor: row.minimum_due_minor,
  dueDate: row.due_date,
  statedDaysPastDue: row.stated_days_past_due,
  referenceMasked: row.reference_masked,
  factsForWords: row.facts_for_words,
  asOf: row.as_of,
  variableNames,
})

/** An account of a portfolio file and its line number. */
export interface PortfolioLine {
  line: number
  account: AccountLine
}

/** What registering the accounts needs. */
interface RegistrationContext {
  readonly config: Pick<Config, 'creditors' | 'ladders'>
  /** With any key: nothing it encrypts outlives the simulation. */
  readonly vault: Vault
  /** The creditor of lines that name none; null: each must name one. */
  readonly creditor: string | null
  /** When the accounts are registered: the beginning of the simulation. */
  readonly now: Instant
}

/** A recipient as built from the lines read so far. */
interface RecipientRead {
  draft: RecipientDraft
  named: boolean
  accounts: Map<string, AccountRead>
}

interface AccountRead {
  draft: AccountDraft
  variableNames: string[]
  conflicts: string[]
}

/**
 * Which recipients do these accounts have, in which state?
 *
 * Registers the accounts with production's functions, so that spells, holds and places are those that
 * production would have. All lines of one recipient belong in one call.
 *
 * @returns  the recipients, in the order of the lines, and the lines that would have been refused
 */
export function recipientsFromAccounts(
  lines: readonly PortfolioLine[],
  context: RegistrationContext,
): { recipients: SimulatedRecipient[]; refused: { line: number; faults: readonly Fault[] }[] } {
  const recipients = new Map<string, RecipientRead>()
  const refused: { line: number; faults: readonly Fault[] }[] = []
  const key = context.vault.newDataKey()
  for (const { line, account } of lines) {
    try {
      registerAccount(account, recipients, context, key)
    } catch (error) {
      if (!(error instanceof DecorumError)) throw error
      refused.push({ line, faults: error.faults.length > 0 ? error.faults : [{ path: '', problem: error.message }] })
    }
  }
  return {
    recipients: [...recipients.values()]
      .filter(({ accounts }) => accounts.size > 0)
      .map((read) => simulatedRecipient(read, context)),
    refused,
  }
}

function registerAccount(
  { id, ...body }: AccountLine,
  recipients: Map<string, RecipientRead>,
  context: RegistrationContext,
  key: WrappedKey,
): void {
  const { config, now, vault } = context
  const creditor = creditorOf({ config }, context, body.creditor)
  const externalId = body.recipient?.id ?? body.recipientId
  if (externalId === undefined)
    throw invalidField(
      'recipient',
      'is missing',
      'State the recipient, or recipientId of one that another line states.',
    )
  const recipientKey = `${creditor.id} ${externalId}`
  const read =
    recipients.get(recipientKey) ??
    (body.recipient === undefined
      ? undefined
      : readRecipient(newRecipient(recipientKey, { creditor: creditor.id, externalId }, key, now)))
  if (read === undefined)
    throw invalidField(
      'recipientId',
      'is not a recipient that an earlier line states',
      'State recipient in full on one line.',
    )
  const known = read.accounts.get(id)
  if (known !== undefined && body.asOf < known.draft.row.as_of.getTime()) return
  // Only whether there is a name is needed, so the name itself is dropped here.
  const { name, ...recipient } = body.recipient ?? { name: undefined }
  const order = String(read.accounts.size).padStart(4, '0')
  const fresh = { id: `${order} ${id}`, externalId: id, recipientId: recipientKey, live: true }
  const row: StoredAccount =
    known === undefined
      ? newAccount(fresh, body, creditor, config.ladders, now)
      : mergeAccount(known.draft.row, body, config.ladders)
  if (body.recipient !== undefined) {
    mergeRecipient(read.draft, recipient, body.recipient.asOf ?? body.asOf, now, vault)
    if (name !== undefined) read.named = name !== null
  }
  recipients.set(recipientKey, read)
  deriveState(row, body.dueDate !== undefined)
  const draft = new AccountDraft(row, known === undefined ? null : { row: known.draft.row, spell: known.draft.spell })
  draft.updateSpell({ config }, now)
  read.accounts.set(id, {
    draft,
    variableNames: body.variables === undefined ? (known?.variableNames ?? []) : Object.keys(body.variables),
    conflicts: conflictsIn(row, body, creditor.bookZone),
  })
}

const readRecipient = (draft: RecipientDraft): RecipientRead => ({ draft, named: false, accounts: new Map() })
