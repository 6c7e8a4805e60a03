import type { VoiceMeaning } from '../deliver/twilio/voice-script.ts'
import { effectOf, type Fact } from '../plan/effect-of.ts'
import { knownAccounts } from '../record/accounts.ts'
import { openHolds } from '../record/holds.ts'
import { findIdempotencyKey, rememberIdempotencyKey } from '../record/idempotency.ts'
import { newId } from '../record/id.ts'
import { lockAddresses } from '../record/locks.ts'
import { attemptAddress, calledAbout } from '../record/receipts.ts'
import { openHoldsOf, draftEffect, draftSuppressions } from './accept/draft-effect.ts'
import { type Drafts, noDrafts, writeDrafts } from './accept/write-drafts.ts'
import { inWriteTransaction, lockRecipientDraft } from './accept/write-transaction.ts'
import { applyReceipt } from './receipts.ts'
import { FROM_PROVIDER, type Runtime } from './runtime.ts'

/** A key that the listener of a call pressed. */
export interface VoiceKey {
  reminderId: string
  attemptNo: number
  meaning: Exclude<VoiceMeaning, 'repeat'>
}

/** The fact that a key reports; other keys only prove that the call was heard. */
const FACTS: Readonly<Partial<Record<VoiceKey['meaning'], Fact>>> = {
  paid: { type: 'payment-pending', until: null },
  promise: { type: 'promise-wish' },
  dispute: { type: 'dispute', reference: null },
  person: { type: 'call-back' },
  stop: { type: 'stop', scope: 'channel', channel: 'phone', reason: 'opt-out' },
  'wrong-number': { type: 'stop', scope: 'address', channel: null, reason: 'wrong-number' },
}

/**
 * Acts on a key pressed during a call, at once, and once a call however often it is pressed or its callback is repeated.
 *
 * Any key but "wrong number" proves that the recipient listened, so the call counts as a conversation. The call goes on, and
 * occupies its line until the provider reports its end. A claim to have paid or a wish to promise opens a hold until an agent
 * has checked it; "wrong number" suppresses the number for every recipient who has it.
 */
export async function applyVoiceKey(runtime: Runtime, key: VoiceKey): Promise<void> {
  const { reminderId, attemptNo, meaning } = key
  if (meaning !== 'wrong-number') {
    await applyReceipt(runtime, {
      reminderId,
      attemptNo,
      dedupe: `key ${meaning}`,
      saidAt: null,
      word: { state: 'conversation', final: false, code: null, class: null },
    })
  }
  if (meaning === 'confirmed') return
  await inWriteTransaction(runtime, FROM_PROVIDER, async (opened) => {
    const about = await calledAbout(opened, reminderId, attemptNo)
    const address = await attemptAddress(opened, reminderId, attemptNo)
    const fact = FACTS[meaning]
    if (about === null || address === null || fact === undefined) return
    const { trx, recipient } = await lockRecipientDraft(runtime, opened, about.recipientId, { erasedToo: true })
    const use = { creditor: about.creditor, scope: 'voice-key', key: `${reminderId}.${attemptNo}.${meaning}` }
    if ((await findIdempotencyKey(trx, use.creditor, use.scope, use.key)) !== null) return
    await lockAddresses(trx, [address], 'wait')
    const now = runtime.clock.now()
    await rememberIdempotencyKey(trx, { ...use, bodyHash: Buffer.alloc(0), resourceId: newId() }, new Date(now))
    const known = new Map((await knownAccounts(trx, about.accountIds)).map(({ row }) => [row.id, row]))
    const effect = effectOf(fact, {
      now,
      effectiveAt: now,
      bookZone: runtime.config.creditors.get(about.creditor)?.bookZone ?? 'UTC',
      holds: openHoldsOf(await openHolds(trx, [about.recipientId])),
      heardBy: 'machine',
      accounts: about.accountIds.map((id) => ({ id, overdueMinor: known.get(id)?.overdue_minor ?? 0 })),
    })
    const drafts: Drafts = { ...noDrafts(), recipients: [recipient], replan: new Set([about.recipientId]) }
    draftEffect(drafts, recipient, effect, {
      by: 'call key',
      now,
      marks: { key: meaning },
      step: {
        accountIds: about.accountIds,
        ladder: about.ladder ?? 'direct',
        rung: about.rung ?? `key-${meaning}`,
        tone: about.tone,
      },
    })
    draftSuppressions(drafts, effect, {
      creditor: about.creditor,
      recipientId: about.recipientId,
      hash: address.hash,
      source: 'call key',
      by: 'call key',
      owners: [about.recipientId],
      notice: { reminderId, attemptNo, by: 'call-key' },
    })
    await writeDrafts(runtime, trx, drafts, 'call key', now)
  })
}
