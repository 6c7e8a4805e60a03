import type { App } from '../../src/app/app.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { newId } from '../../src/record/id.ts'
import { attemptWordFacts } from '../../src/record/vault/vault.ts'
import { render } from '../../src/render/render.ts'

export interface SentAttempt {
  reminderId: string
  attemptNo: number
  addressId: string
}

/**
 * A reminder to the borrower of an account that a provider has accepted, as dispatch would have
 * written it, with words that can be rendered again.
 */
export async function sentAttempt(
  app: App,
  accountId: string,
  channel: Channel,
  over: { route?: string; providerRef?: string | null; status?: 'accepted' | 'in_doubt' } = {},
): Promise<SentAttempt> {
  const { db } = app.runtime.ledger
  const account = await db
    .selectFrom('decorum.account')
    .selectAll()
    .where('external_id', '=', accountId)
    .executeTakeFirstOrThrow()
  const recipient = await db
    .selectFrom('decorum.recipient')
    .selectAll()
    .where('id', '=', account.recipient_id)
    .executeTakeFirstOrThrow()
  const address = await db
    .selectFrom('decorum.recipient_address')
    .selectAll()
    .where('recipient_id', '=', recipient.id)
    .where('channel', '=', channel)
    .executeTakeFirstOrThrow()
  const creditor = app.config.creditors.get(account.creditor)
  const template = app.config.templates.get('us-first-party-loan')
  if (creditor === undefined || template === undefined) throw new TypeError('not configured')
  const facts: TemplateFacts = {
    recipient: { name: 'Wilhelmina Quackenbush', givenName: null, familyName: null, honorific: null },
    creditor: creditor.words,
    accounts: [
      {
        masked: '4821',
        dueDate: '2026-11-01',
        daysPastDue: 22,
        asOf: '2026-11-22',
        overdue: { amount: '120.00', currency: 'USD' },
        minimumDue: null,
        originalCreditor: null,
        lateInterest: null,
        reportsToBureau: null,
        nextStep: null,
      },
    ],
    earlierEmail: null,
    writtenNotice: null,
    optOutUrl: 'https://reminders.example/u/x',
    variables: {},
  }
  const words = render(template, facts, { channel, tone: 'neutral', locales: ['en'] })
  if (!words.ok) throw new TypeError(JSON.stringify(words.problem))
  const [reminderId, attemptNo, at] = [newId(), 1, new Date(app.runtime.clock.now())]
  const later = new Date(at.getTime() + 3_600_000)
  const sealed = app.runtime.vault.seal(
    app.runtime.vault.unwrap(recipient.data_key, recipient.data_key_id),
    attemptWordFacts(`${reminderId}.${attemptNo}`),
    JSON.stringify(facts),
  )
  const status = over.status ?? 'accepted'
  await db
    .insertInto('decorum.reminder')
    .values({
      id: reminderId,
      creditor: account.creditor,
      recipient_id: recipient.id,
      live: true,
      origin: 'direct',
      kind: 'reminder',
      mode: 'automated',
      tone: 'neutral',
      channel,
      template: template.id,
      unique_key: Buffer.from(reminderId),
      route: over.route ?? `${channel}-main`,
      status: status === 'accepted' ? 'sent' : 'in_doubt',
      due_at: at,
      next_at: at,
      expires_at: later,
      attempts: 1,
      tries: 1,
      created_at: at,
      updated_at: at,
    } as never)
    .execute()
  await db
    .insertInto('decorum.reminder_account')
    .values({ reminder_id: reminderId, account_id: account.id, spell_id: account.spell_id, lead: true })
    .execute()
  await db
    .insertInto('decorum.attempt')
    .values({
      reminder_id: reminderId,
      no: attemptNo,
      creditor: account.creditor,
      recipient_id: recipient.id,
      channel,
      route: over.route ?? `${channel}-main`,
      provider: 'twilio',
      address_id: address.id,
      status,
      batch: newId(),
      worker: 'test',
      reserved_at: at,
      good_until: later,
      lease_until: later,
      weight: 1,
      template: template.id,
      template_version: words.version,
      locale: words.locale,
      message_hash: Buffer.from(words.hash, 'hex'),
      word_facts: sealed,
      valid_seconds: 600,
      provider_ref: over.providerRef ?? null,
      settled_at: at,
    } as never)
    .execute()
  await db
    .insertInto('decorum.contact')
    .values({
      recipient_id: recipient.id,
      at,
      id: reminderId,
      creditor: account.creditor,
      channel,
      direction: 'outbound',
      mode: 'automated',
      outcome: 'sent',
      made_by: 'decorum',
      address_hash: address.hash,
      account_ids: [account.id],
      reminder_id: reminderId,
      attempt_no: attemptNo,
      recorded_at: at,
    } as never)
    .execute()
  return { reminderId, attemptNo, addressId: address.id }
}
