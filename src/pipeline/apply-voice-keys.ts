import type { Transaction } from 'kysely'
import type { VoiceMeaning } from '../deliver/twilio-voice/voice-script.ts'
import type { HoldKind } from '../model/hold.ts'
import { DAY, type Instant } from '../model/instant.ts'
import { addHolds } from '../record/accepting/holds.ts'
import { wakeRemindersOf } from '../record/accepting/waiting-reminders.ts'
import { attemptAddress } from '../record/dispatch/attempt-address.ts'
import { newId } from '../record/id.ts'
import { lockAddresses, lockRecipients, takeSequence } from '../record/locks.ts'
import { addTasks } from '../record/planning/plan-written.ts'
import { calledAbout, type CalledAbout } from '../record/receipts/called-about.ts'
import type { Database } from '../record/schema.ts'
import { suppress } from './accept/suppress.ts'
import { applyReceipt } from './apply-receipt.ts'
import type { Shell } from './shell.ts'

/** What the listener of a call told us by a key. */
export interface VoiceKey {
  reminderId: string
  attemptNo: number
  meaning: Exclude<VoiceMeaning, 'repeat'>
}

/** How long a claim by key keeps us silent while a person checks it. */
const CLAIM_HOLDS_MS = 3 * DAY
const TASK_WAITS_MS = 3 * DAY

const HOLD_FOR: Partial<Record<VoiceKey['meaning'], { kind: HoldKind; open: boolean }>> = {
  paid: { kind: 'payment-pending', open: false },
  promise: { kind: 'manual', open: false },
  dispute: { kind: 'dispute', open: true },
}

const TASK_FOR: Partial<Record<VoiceKey['meaning'], string>> = {
  promise: 'The borrower pressed the key for a promise to pay. Call back and agree the date.',
  person: 'The borrower asked for a person. Call back.',
  dispute: 'The borrower questions the amount. Find out what they dispute and answer it.',
}

/**
 * Acts on a key pressed during a call, at once.
 *
 * Any key but "wrong number" proves that the right person listened, so it counts as a
 * conversation. The call goes on, and holds its line until the provider reports its end. A claim to have paid or a wish to promise keeps the machine silent while a
 * person checks; "wrong number" stops the number for everybody who shares it.
 */
export async function applyVoiceKey(shell: Shell, key: VoiceKey): Promise<void> {
  const { reminderId, attemptNo, meaning } = key
  if (meaning !== 'wrong-number') {
    await applyReceipt(shell, {
      reminderId, attemptNo, dedupe: `key ${meaning}`, saidAt: null, word: { state: 'conversation', final: false, code: null, class: null },
    })
  }
  if (meaning === 'confirmed') return
  await shell.ledger.db.transaction().execute(async (trx) => {
    const about = await calledAbout(trx, reminderId, attemptNo)
    const address = await attemptAddress(trx, reminderId, attemptNo)
    if (about === null || address === null) return
    await lockRecipients(trx, [about.recipientId], 'wait')
    await lockAddresses(trx, [address], 'wait')
    const now = shell.clock.now()
    const told = { reminderId, attemptNo, by: 'call-key' }
    const heard = { creditor: about.creditor, recipientId: about.recipientId, source: 'call key', by: 'call key' }
    const setting = { owners: [about.recipientId], now, tell: told, wake: false }
    if (meaning === 'wrong-number') await suppress(shell, trx, { ...heard, scope: 'address', hash: address.hash, channel: null, reason: 'wrong-number' }, setting)
    if (meaning === 'stop') await suppress(shell, trx, { ...heard, scope: 'channel', hash: null, channel: 'phone', reason: 'opt-out' }, setting)
    await hold(trx, about, meaning, now)
    await task(trx, about, meaning, now)
    await wakeRemindersOf(trx, about.recipientId, new Date(now))
  })
}

async function hold(trx: Transaction<Database>, about: CalledAbout, meaning: VoiceKey['meaning'], now: Instant): Promise<void> {
  const wish = HOLD_FOR[meaning]
  if (wish === undefined) return
  const first = await takeSequence(trx, about.recipientId, about.accountIds.length)
  await addHolds(trx, about.accountIds.map((accountId, i) => ({
    id: newId(), creditor: about.creditor, recipient_id: about.recipientId, account_id: accountId, kind: wish.kind,
    starts_at: new Date(now), ends_at: wish.open ? null : new Date(now + CLAIM_HOLDS_MS), ended_at: null, ended_by: null, end_reason: null,
    details: { key: meaning }, event_id: null, created_by: 'call key', created_at: new Date(now), seq: first + i,
  })))
}

async function task(trx: Transaction<Database>, about: CalledAbout, meaning: VoiceKey['meaning'], now: Instant): Promise<void> {
  const instructions = TASK_FOR[meaning]
  if (instructions === undefined) return
  await addTasks(trx, [{
    id: newId(), creditor: about.creditor, recipientId: about.recipientId, accountIds: about.accountIds, kind: 'step',
    ladder: about.ladder ?? 'direct', rung: about.rung ?? `key-${meaning}`, tone: about.tone, instructions,
    // The borrower waits for it: a pause that their own key began does not keep it back.
    channels: ['phone'], stepKind: 'confirmation', dueAt: now, expiresAt: now + TASK_WAITS_MS, seq: await takeSequence(trx, about.recipientId),
  }], now)
}
