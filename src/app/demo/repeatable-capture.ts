import { captureProvider } from '../../deliver/capture/capture.ts'
import { planReceipts } from '../../deliver/capture/receipt-plan.ts'
import type { Provider } from '../../deliver/provider.ts'
import type { Channel } from '../../model/channel.ts'
import { keepCaptured } from '../../pipeline/keep-captured.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { reminderName } from '../../record/demo/reminder-name.ts'

/**
 * A capture provider whose invented receipts are the same in every run of one seed.
 *
 * Capture by itself draws them from the reminder's id, which is new each time: who answered the
 * phone would differ from run to run, and with it everything that follows.
 *
 * @param shell  asked for at the first message; it does not exist yet when routes are opened
 */
export const repeatableCapture = (channel: Channel, seed: number, shell: () => Shell): Provider =>
  captureProvider(channel, { seed }, async (captured) => {
    const { attempt } = captured.request
    const name = (await reminderName(shell().ledger.db, attempt.reminderId)) ?? attempt.reminderId
    const receipts = planReceipts(channel, { reminderId: name, attemptNo: attempt.attemptNo }, seed)
    await keepCaptured(shell(), { ...captured, receipts })
  })
