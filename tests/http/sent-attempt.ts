import type { App } from '../../src/app/app.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { newId } from '../../src/record/id.ts'
import { attemptWordFacts } from '../../src/record/vault/vault.ts'
import { render } from '../../src/render/render.ts'
import { packJson } from '../../src/record/packed/packed-json.ts'
import { recordAttempt } from '../support/recorded-attempt.ts'

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
  const status = over.status ?? 'accepted'
  await recordAttempt(db, {
    reminderId,
    creditor: account.creditor,
    recipientId: recipient.id,
    addressId: address.id,
    addressHash: address.hash,
    accountIds: [account.id],
    channel,
    route: over.route ?? `${channel}-main`,
    at,
    reminder: { template: template.id, attempts: 1 },
    reservation: {
      provider: 'twilio',
      template: template.id,
      template_version: words.version,
      locale: words.locale,
      message_hash: Buffer.from(words.hash, 'hex'),
      word_facts: app.runtime.vault.sealBytes(
        app.runtime.vault.unwrap(recipient.data_key, recipient.data_key_id),
        attemptWordFacts(`${reminderId}.${attemptNo}`),
        packJson(facts),
      ),
    },
    settled: { status, provider_ref: over.providerRef ?? null },
  })
  await db
    .insertInto('decorum.reminder_account')
    .values({ reminder_id: reminderId, account_id: account.id, spell_id: account.spell_id, lead: true })
    .execute()
  return { reminderId, attemptNo, addressId: address.id }
}
