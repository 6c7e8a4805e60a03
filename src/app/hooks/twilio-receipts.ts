import { field, readCallReceipt, readMessageReceipt } from '../../deliver/twilio/receipts.ts'
import type { Receipt } from '../../model/outcome.ts'
import { applyReceipt } from '../../pipeline/apply-receipt.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { attemptInHook } from '../../record/reading/attempt-in-hook.ts'
import type { HookAnswer, Hooks, SignedCall } from '../services/hooks.ts'
import { signedBy } from './twilio-account.ts'

/** Status callbacks. They come in any order, late and twice; `applyReceipt` makes that safe. */
export function twilioReceipts(shell: Shell): Pick<Hooks, 'twilioMessage' | 'twilioCall'> {
  async function take(call: SignedCall, reminderId: string, attemptNo: number, read: (form: SignedCall['form']) => Receipt | null): Promise<HookAnswer> {
    const attempt = await attemptInHook(shell.ledger.db, reminderId, attemptNo)
    if (signedBy(shell.config, call, attempt?.route ?? null) === null) return { kind: 'refused' }
    if (attempt === null) return { kind: 'unknown' }
    const receipt = read(call.form)
    if (receipt === null) {
      shell.log.warn({ event: 'callback.not_understood', reminder: reminderId, attempt: attemptNo }, 'signed callback not understood')
      return { kind: 'done' }
    }
    if (attempt.provider_ref !== null && attempt.provider_ref !== receipt.reference) {
      shell.log.error({ event: 'receipt.mismatched', reminder: reminderId, attempt: attemptNo }, 'receipt has another provider reference than the acceptance')
    }
    await applyReceipt(shell, {
      reminderId, attemptNo, word: receipt.word, saidAt: saidAt(call.form), providerRef: receipt.reference,
      dedupe: [receipt.reference, receipt.providerStatus, receipt.sequence ?? '', receipt.word.code ?? ''].join(':'),
    })
    return { kind: 'done' }
  }

  return {
    twilioMessage: (call, reminderId, attemptNo) => take(call, reminderId, attemptNo, readMessageReceipt),
    twilioCall: (call, reminderId, attemptNo) => take(call, reminderId, attemptNo, readCallReceipt),
  }
}

/** Calls say when (RFC 2822); messages do not. */
function saidAt(form: SignedCall['form']): number | null {
  const at = Date.parse(field(form, 'Timestamp') ?? '')
  return Number.isNaN(at) ? null : at
}
