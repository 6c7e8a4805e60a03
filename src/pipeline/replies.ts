import type { Transaction } from 'kysely'
import { mayStartAgain, stopWordsOf } from '../decide/content.ts'
import { numberVariants, isE164 } from '../model/address-rules.ts'
import type { ReplyHint } from '../model/stop-phrases.ts'
import { readReply, type ReplyReading } from '../model/stop-words.ts'
import { DAY, type Instant } from '../model/time.ts'
import type { Channel } from '../model/vocabulary.ts'
import { effectOf, type Fact, type FactContext } from '../plan/effect-of.ts'
import { addContact } from '../record/contacts.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../record/idempotency.ts'
import { newId } from '../record/id.ts'
import { type Locked, lockNewAddresses } from '../record/locks.ts'
import {
  addReply,
  setTaskInstructions,
  hasTooManyUnresolvedReplies,
  replySenders,
  type ReplyRow,
  replyRung,
  type ReplySender,
} from '../record/replies.ts'
import type { Database } from '../record/schema.ts'
import { writeSuppressionLifted, ownOptOuts, recipientsWithAddress } from '../record/suppressions.ts'
import { type AddressHash, replyWords } from '../record/vault/vault.ts'
import { withAddressNames } from './accept/address-names.ts'
import { addressHash, type RecipientDraft } from './accept/merge-recipient.ts'
import { draftEffect, draftSuppressions } from './accept/draft-effect.ts'
import { type Drafts, noDrafts, writeDrafts } from './accept/write-drafts.ts'
import { inWriteTransaction, lockRecipientDrafts } from './accept/write-transaction.ts'
import { countReply, countUnresolvedReply } from './counters.ts'
import { FROM_PROVIDER, type Runtime } from './runtime.ts'

/** An inbound message, as its provider delivered it. */
interface InboundMessage {
  route: string
  channel: Exclude<Channel, 'email'>
  /** The creditors whose messages the route carries. */
  creditors: readonly string[]
  /** As the provider wrote it. */
  from: string
  /** The provider's id of the message, for deduplication; null: the provider gave none. */
  reference: string | null
  text: string
  /** The provider's own reading of an opt-out keyword; null: it recognised none. */
  understood: 'stop' | 'start' | 'help' | null
  /** How it was reported, for the record: `twilio-inbound`. */
  source: string
}

/** Why a message matches no recipient. */
type UnresolvedProblem = 'unreadable-sender' | 'unknown-number'

/** Characters of a reply that are stored; an SMS has at most 1,600. */
const MOST_CHARACTERS = 1_600
/** Replies of one recipient recorded per day; further ones are still read, and suppress, but are not recorded. */
const MOST_A_DAY = 50
/** Recipients with one number to whom a reply is applied. */
const MOST_SHARING = 100
/** Unresolved replies kept per route; further ones are only logged and counted. */
const MOST_UNRESOLVED = 10_000

/**
 * Applies a reply once, however often the provider delivers it.
 *
 * An opt-out suppresses the number at every creditor of the route, whether or not a recipient has it. START lifts only
 * suppressions that a message from the same number made. A text that is not understood is stored encrypted, opens a task, and
 * holds the channel until an agent has read it. A message that matches no recipient is logged, counted and listed.
 */
export async function applyReply(runtime: Runtime, message: InboundMessage): Promise<void> {
  const read = readReply(message.text, stopWordsOf(runtime.config.packs))
  const reading: ReplyReading =
    message.understood === null || read.meaning === 'stop-all' ? read : { ...read, meaning: message.understood }
  countReply(message.route, reading.meaning)
  const number = numberIn(message.from)
  const reference = referenceOf(runtime, message)
  if (number === null) return unresolved(runtime, { ...message, reference }, reading, 'unreadable-sender')
  let known = 0
  for (const creditor of [...message.creditors].sort()) {
    known += await inWriteTransaction(runtime, FROM_PROVIDER, (trx) =>
      applyAtCreditor(runtime, trx, creditor, { ...message, reference }, reading, numberVariants(number)),
    )
  }
  if (known === 0 && !isStop(reading)) await unresolved(runtime, { ...message, reference }, reading, 'unknown-number')
}

/**
 * The deduplication key. Text and sender are part of it: should a provider reuse an id for another message, an opt-out in
 * that message still counts.
 */
function referenceOf(runtime: Runtime, { reference, from, text, understood }: InboundMessage): string {
  return `${(reference ?? newId()).slice(0, 64)}.${runtime.vault.sign('inbound', JSON.stringify([from, text, understood])).toString('hex')}`
}

/** The sender's number in E.164; null for short codes and alphanumeric senders, which belong to no recipient. */
function numberIn(from: string): string | null {
  const bare = from
    .slice(0, 64)
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\s().-]/gu, '')
  return isE164(bare) ? bare : null
}

const isStop = ({ meaning }: ReplyReading): boolean => meaning === 'stop' || meaning === 'stop-all'

/** Must an agent read it? A text that is not understood, and any that hints at an attorney, a dispute or the like. */
const needsAgent = ({ meaning, hints }: ReplyReading): boolean =>
  meaning === 'other' || meaning === 'empty' || hints.length > 0

/** Applies the reply at one creditor; returns how many of its recipients have the number. */
async function applyAtCreditor(
  runtime: Runtime,
  opened: Transaction<Database>,
  creditor: string,
  message: InboundMessage & { reference: string },
  reading: ReplyReading,
  forms: readonly string[],
): Promise<number> {
  const vault = await withAddressNames(
    opened,
    runtime.vault,
    forms.map((value) => ({ channel: message.channel, value })),
  )
  const anchors = forms.map((form) => ({ creditor, ...addressHash(vault, message.channel, form, true) }))
  const recipients = (
    await recipientsWithAddress(
      opened,
      creditor,
      anchors.map(({ hash }) => hash),
    )
  ).slice(0, MOST_SHARING)
  if (recipients.length === 0 && !isStop(reading) && reading.meaning !== 'start') return 0
  const { trx, recipients: locked } = await lockRecipientDrafts(
    opened,
    runtime.vault,
    recipients.map((id) => ({ id })),
    new Date(runtime.clock.now()),
  )
  const now = runtime.clock.now()
  await lockNewAddresses(trx, anchors, new Date(now))
  if ((await findIdempotencyKey(trx, creditor, 'inbound', message.reference)) !== null) return recipients.length
  const senders = await replySenders(trx, recipients, replyRung(message.channel), new Date(now - DAY))
  const recorded = senders.filter((sender) => sender.kept < MOST_A_DAY)
  if (recorded.length === 0 && !isStop(reading) && reading.meaning !== 'start') return recipients.length
  await rememberIdempotencyKey(
    trx,
    { creditor, scope: 'inbound', key: message.reference, bodyHash: Buffer.alloc(0), resourceId: newId() },
    new Date(now),
  )
  const drafts: Drafts = { ...noDrafts(), recipients: [...locked.values()], replan: new Set(recipients) }
  if (isStop(reading)) suppressNumber(runtime, drafts, creditor, message, reading, anchors, recipients, now)
  if (reading.meaning === 'start') {
    const places = senders.map(({ jurisdiction }) => jurisdiction)
    // A recipient without a known jurisdiction may be under any law.
    const jurisdictions = places.length === 0 || places.includes(null) ? null : (places as string[])
    if (mayStartAgain({ jurisdictions, channels: [message.channel] }, now, runtime.config.packs))
      await liftOwnOptOuts(trx, creditor, message, anchors, now)
  }
  const replies = []
  for (const sender of recorded)
    replies.push(
      await recordReply(
        runtime,
        trx,
        creditor,
        message,
        reading,
        { sender, recipient: locked.get(sender.id) as RecipientDraft, drafts },
        anchors[0] as AddressHash,
        now,
      ),
    )
  await writeDrafts(runtime, trx, drafts, 'recipient', now)
  for (const reply of replies) await addReply(trx, reply)
  return recipients.length
}

const OPT_OUT: Fact = { type: 'stop', scope: 'address', channel: null, reason: 'opt-out' }
/** A written request to end all contact: a cease, which suppresses the whole recipient (12 CFR 1006.6(c)). */
const CEASE: Fact = { ...OPT_OUT, reason: 'cease' }

/** Suppresses the number for every recipient who has it, now or later. */
function suppressNumber(
  runtime: Runtime,
  drafts: Drafts,
  creditor: string,
  { route, source }: InboundMessage,
  { meaning }: ReplyReading,
  anchors: readonly AddressHash[],
  recipients: readonly string[],
  now: Instant,
): void {
  const known = knownAt(runtime, creditor, now)
  for (const { hash } of anchors) {
    for (const fact of meaning === 'stop-all' ? [OPT_OUT, CEASE] : [OPT_OUT]) {
      draftSuppressions(drafts, effectOf(fact, known), {
        creditor,
        recipientId: null,
        hash,
        source,
        by: `provider:${route}`,
        owners: recipients,
        notice: hash === anchors[0]?.hash ? {} : null,
      })
    }
  }
}

/** The context of the fact: a reply names no account and no hold. */
const knownAt = (runtime: Runtime, creditor: string, now: Instant): FactContext => ({
  now,
  effectiveAt: now,
  bookZone: runtime.config.creditors.get(creditor)?.bookZone ?? 'UTC',
  accounts: [],
  holds: [],
  heardBy: 'machine',
})

/** Lifts the opt-outs that messages from this number made, and no suppression from another source. */
async function liftOwnOptOuts(
  trx: Locked,
  creditor: string,
  { source }: InboundMessage,
  anchors: readonly AddressHash[],
  now: Instant,
): Promise<void> {
  for (const id of await ownOptOuts(
    trx,
    creditor,
    anchors.map(({ hash }) => hash),
    source,
  ))
    await writeSuppressionLifted(
      trx,
      id,
      new Date(now),
      'recipient',
      () => 'a message from this number asked to start again',
    )
}

/** A recipient who has the sender's number, locked. */
interface LockedSender {
  sender: ReplySender
  recipient: RecipientDraft
  drafts: Drafts
}

/** Records the contact and opens the task for one recipient; returns the reply row, to be inserted after its task. */
async function recordReply(
  runtime: Runtime,
  trx: Locked,
  creditor: string,
  message: InboundMessage,
  reading: ReplyReading,
  locked: LockedSender,
  anchor: AddressHash,
  now: Instant,
): Promise<ReplyRow> {
  const at = new Date(now)
  const { channel, route } = message
  const { sender } = locked
  if (!isStop(reading)) {
    await addContact(trx, {
      recipient_id: sender.id,
      at,
      id: newId(),
      creditor,
      channel,
      direction: 'inbound',
      mode: 'automated',
      outcome: 'delivered',
      party: null,
      made_by: 'recipient',
      address_hash: anchor.hash,
      account_ids: [],
      excess: null,
      recorded_at: at,
    })
  }
  const taskId = needsAgent(reading) ? await openTask(runtime, trx, creditor, channel, reading, locked, now) : null
  const id = newId()
  const words = reading.keyword ? '' : wellFormed(message.text.trim().slice(0, MOST_CHARACTERS))
  const sealed =
    words === '' || sender.dataKey === null
      ? null
      : runtime.vault.seal(runtime.vault.unwrap(sender.dataKey, sender.dataKeyId), replyWords(id), words)
  return {
    id,
    creditor,
    recipient_id: sender.id,
    channel,
    route,
    received_at: at,
    meaning: reading.meaning,
    problem: null,
    words: sealed,
    task_id: taskId,
  }
}

/** Opens the task to read the reply, with the hold that lasts until then; one for each recipient and channel. Returns its id. */
async function openTask(
  runtime: Runtime,
  trx: Locked,
  creditor: string,
  channel: Channel,
  reading: ReplyReading,
  { sender, recipient, drafts }: LockedSender,
  now: Instant,
): Promise<string | null> {
  if (sender.task !== null) {
    const { id, instructions } = sender.task
    const fresh = reading.hints.map((hint) => HINT_WORDS[hint]).filter((words) => !instructions.includes(words))
    if (fresh.length > 0)
      await setTaskInstructions(trx, id, `${instructions} A later one seems to speak of ${fresh.join(', ')}.`)
    return id
  }
  const effect = effectOf(
    { type: 'unread-reply', channel, instructions: instructionsFor(reading) },
    knownAt(runtime, creditor, now),
  )
  return draftEffect(drafts, recipient, effect, {
    by: 'recipient',
    now,
    step: { accountIds: sender.accountIds, ladder: 'direct', rung: replyRung(channel), tone: null },
  })
}

const HINT_WORDS: Readonly<Record<ReplyHint, string>> = {
  attorney: 'an attorney',
  bankruptcy: 'a bankruptcy',
  deceased: 'a death',
  'wrong-person': 'a wrong person or number',
  'identity-fraud': 'identity fraud',
  dispute: 'a dispute or a payment',
  distress: 'distress (see to the person first)',
}

function instructionsFor({ meaning, hints }: ReplyReading): string {
  const what =
    meaning === 'empty'
      ? 'A message without words came back (a picture, or nothing).'
      : meaning === 'other'
        ? 'A reply came that is not understood.'
        : 'A reply came that was acted on and says more.'
  const seems = hints.length === 0 ? '' : ` It seems to speak of ${hints.map((hint) => HINT_WORDS[hint]).join(', ')}.`
  return `${what}${seems} Read it, do what it asks, then complete this task: nothing goes out on this channel until then.`
}

/** Replaces lone surrogates, such as cutting the text leaves: they have no UTF-8 encoding. */
const wellFormed = (text: string): string =>
  text.replaceAll(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')

/** Records a message that matches no recipient, without its text, for which there is no data key. */
async function unresolved(
  runtime: Runtime,
  message: InboundMessage & { reference: string },
  { meaning }: ReplyReading,
  problem: UnresolvedProblem,
): Promise<void> {
  const { route, channel, creditors, reference } = message
  runtime.log.warn(
    { event: 'reply.unresolved', route, problem, meaning },
    'reply from a sender that matches no recipient',
  )
  countUnresolvedReply(route, problem)
  await inWriteTransaction(runtime, FROM_PROVIDER, async (trx) => {
    const at = new Date(runtime.clock.now())
    if (
      (await findIdempotencyKey(trx, '*', 'inbound', reference)) !== null ||
      (await hasTooManyUnresolvedReplies(trx, route, MOST_UNRESOLVED))
    )
      return
    await rememberIdempotencyKey(
      trx,
      { creditor: '*', scope: 'inbound', key: reference, bodyHash: Buffer.alloc(0), resourceId: newId() },
      at,
    )
    await addReply(trx, {
      id: newId(),
      creditor: creditors.length === 1 ? (creditors[0] as string) : null,
      recipient_id: null,
      channel,
      route,
      received_at: at,
      meaning,
      problem,
      words: null,
      task_id: null,
    })
  })
}
