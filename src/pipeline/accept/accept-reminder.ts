import type { Transaction } from 'kysely'
import type { ReminderBody } from '../../intake/bodies.ts'
import type { Creditor } from '../../model/creditor.ts'
import { DecorumError } from '../../model/errors.ts'
import { nearMiss } from '../../model/faults.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import { type Carrier, uniqueKeyOf } from '../../plan/fallback.ts'
import { findAccounts, knownAccounts, type StoredAccount } from '../../record/accounts.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../../record/idempotency.ts'
import { isId, newId } from '../../record/id.ts'
import { takeLocks } from '../../record/locks.ts'
import { addReminders, type NewReminder } from '../../record/planning.ts'
import { keyText } from '../../record/recipients.ts'
import { findReminder, writeReminderCancelled } from '../../record/reminders.ts'
import type { Database } from '../../record/schema.ts'
import { reminderVariables } from '../../record/vault/vault.ts'
import type { CancelAnswer, ReminderAnswer } from '../../report/views/operations.ts'
import { addReminderNotices } from '../notify.ts'
import { chooseCarrier, routeCriteria } from '../routing.ts'
import { personalDataOf } from '../personal-data.ts'
import type { Actor, Runtime } from '../runtime.ts'
import type { RecipientDraft } from './merge-recipient.ts'
import { bodyHash, creditorOwning, invalidField } from './resolve-creditor.ts'
import { ConcurrentModification, inWriteTransaction, lockRecipientDraft } from './write-transaction.ts'

/** How long a directly requested reminder may wait to be sent before it expires. */
const EXPIRES_AFTER_MS = 72 * HOUR

/**
 * Creates one reminder on request: `POST /v1/reminders`.
 *
 * Whether and when it is sent is decided as for any other. The same key and body give the same
 * answer; a key used before with another body is DECORUM_CONFLICT.
 */
export async function acceptReminder(
  runtime: Runtime,
  actor: Actor,
  key: string | null,
  body: ReminderBody,
): Promise<ReminderAnswer> {
  const creditor = await creditorOwning(runtime, actor, body.creditor, 'account', body.accountId)
  checkTemplate(runtime, body)
  const hash = bodyHash({ ...body, creditor: creditor.id })
  return inWriteTransaction(runtime, actor, async (opened) => {
    const accountKey = { creditor: creditor.id, externalId: body.accountId }
    const found = (await findAccounts(opened, [accountKey])).get(keyText(accountKey))
    if (found === undefined) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such account')
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, found.recipientId)
    const use = key === null ? null : await findIdempotencyKey(trx, creditor.id, 'reminder', key)
    if (use !== null) return repeated(runtime, trx, use, hash, recipient)
    const [known] = await knownAccounts(trx, [found.id])
    if (known === undefined || known.row.recipient_id !== recipient.row.id)
      throw new ConcurrentModification('the account was moved to another recipient meanwhile')
    const now = runtime.clock.now()
    const reminder = newReminder(runtime, actor, creditor, recipient, known.row, body, now)
    await addReminders(trx, [reminder], now)
    if (key !== null)
      await rememberIdempotencyKey(
        trx,
        {
          creditor: creditor.id,
          scope: 'reminder',
          key,
          bodyHash: bodyDigest(runtime, recipient, hash),
          resourceId: reminder.id,
        },
        new Date(now),
      )
    return { id: reminder.id, status: 'scheduled', repeated: false }
  })
}

/** Cancels a reminder that is still waiting; one that is being sent cannot be recalled. */
export async function cancelReminder(runtime: Runtime, actor: Actor, id: string): Promise<CancelAnswer> {
  const known = isId(id) ? await findReminder(runtime.ledger.db, id, actor.creditor) : null
  if (known === null) throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such reminder')
  return inWriteTransaction(runtime, actor, async (opened) => {
    const trx = await takeLocks(opened, { recipients: [known.recipientId] }, 'wait')
    const now = runtime.clock.now()
    const cancelled = await writeReminderCancelled(trx, id, `asked by ${actor.name}`, new Date(now))
    if (cancelled) await addReminderNotices(runtime, trx, [{ reminderId: id }], now)
    const status = cancelled ? 'cancelled' : ((await findReminder(trx, id, actor.creditor))?.status ?? known.status)
    return { id, status, cancelled }
  })
}

function checkTemplate(runtime: Runtime, body: ReminderBody): void {
  const known = [...runtime.config.templates.keys()]
  const template = runtime.config.templates.get(body.template)
  if (template === undefined) {
    const meant = nearMiss(body.template, known)
    throw invalidField(
      'template',
      'is not a configured template',
      meant === null ? `Configured are ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    )
  }
  const { tones, channels } = template.manifest
  if (!tones.includes(body.tone))
    throw invalidField('tone', "is not among the template's", `It has ${tones.join(', ')}.`)
  const without = body.channels.findIndex((channel) => !channels.includes(channel))
  if (without >= 0)
    throw invalidField(`channels[${without}]`, "is not among the template's", `It has ${channels.join(', ')}.`)
}

const bodyDigest = ({ vault }: Pick<Runtime, 'vault'>, recipient: RecipientDraft, hash: Buffer): Buffer =>
  vault.digest(recipient.dataKey(vault), 'body', hash)

async function repeated(
  runtime: Pick<Runtime, 'vault'>,
  trx: Transaction<Database>,
  use: { bodyHash: Buffer; resourceId: string },
  hash: Buffer,
  recipient: RecipientDraft,
): Promise<ReminderAnswer> {
  const known = await findReminder(trx, use.resourceId, null)
  // Its account may have moved to another person since.
  const person = await personalDataOf(runtime, trx, known?.recipientId ?? recipient.row.id)
  if (!person.isDigest('body', hash, use.bodyHash))
    throw new DecorumError('DECORUM_CONFLICT', 'this Idempotency-Key came before with another body')
  return { id: use.resourceId, status: known?.status ?? 'scheduled', repeated: true }
}

function newReminder(
  runtime: Runtime,
  actor: Actor,
  creditor: Creditor,
  recipient: RecipientDraft,
  account: StoredAccount,
  body: ReminderBody,
  now: Instant,
): NewReminder {
  const id = newId()
  const dueAt = Math.max(body.notBefore ?? now, now)
  const expiresAt = body.expiresAt ?? dueAt + EXPIRES_AFTER_MS
  if (expiresAt <= dueAt)
    throw invalidField('expiresAt', 'is over before it may go out', 'State an instant after notBefore and after now.')
  const carrier = chooseCarrier(
    runtime.config.routes,
    routeCriteria(runtime.config, recipient.row, account),
    body.channels,
  ) as Carrier
  const sealed =
    Object.keys(body.variables).length === 0
      ? null
      : runtime.vault
          .seal(
            runtime.vault.unwrap(recipient.row.data_key, recipient.row.data_key_id),
            reminderVariables(id),
            JSON.stringify(body.variables),
          )
          .toString('hex')
  return {
    id,
    creditor: creditor.id,
    recipientId: recipient.row.id,
    live: account.live && actor.live,
    origin: 'direct',
    kind: body.kind,
    mode: 'automated',
    tone: body.tone,
    ...carrier,
    follows: null,
    template: body.template,
    ladder: null,
    ladderVersion: null,
    rung: null,
    uniqueKey: uniqueKeyOf(
      recipient.row.id,
      [{ accountId: account.id, spellId: account.spell_id, pass: 0 }],
      `direct ${id}`,
      carrier.channel,
    ),
    dueAt,
    nextAt: dueAt,
    expiresAt,
    variables: sealed,
    accounts: [{ accountId: account.id, spellId: account.spell_id, lead: true }],
  }
}
