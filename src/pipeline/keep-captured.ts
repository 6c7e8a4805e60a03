import type { Captured } from '../deliver/capture/capture.ts'
import { attemptOwner, keepCapturedRow } from '../record/captured.ts'
import { newId } from '../record/id.ts'
import { capturedContent } from '../record/places.ts'
import { keepInventedReceipts } from '../record/sweep/invented-receipts.ts'
import { PersonalData } from './personal-data.ts'
import type { Shell } from './shell.ts'

/** Keeps what capture would have sent where people can read it, and the receipts it invented for it. */
export async function keepCaptured(shell: Shell, captured: Captured): Promise<void> {
  const { reminderId, attemptNo } = captured.request.attempt
  const owner = await attemptOwner(shell.ledger.db, reminderId, attemptNo)
  if (owner === null) throw new RangeError(`attempt not found: ${reminderId}.${attemptNo}`)
  const id = newId()
  const now = shell.clock.now()
  const data = new PersonalData(shell.vault, { id: owner.recipientId, dataKey: owner.dataKey, dataKeyId: owner.dataKeyId })
  const { to, from, message } = captured.request
  await keepCapturedRow(shell.ledger.db, {
    id, reminderId, attemptNo, recipientId: owner.recipientId, channel: captured.channel, route: owner.route, at: new Date(now),
    content: data.seal(capturedContent(id), JSON.stringify({ to, from, message })),
  })
  await keepInventedReceipts(shell.ledger.db, captured.receipts.map((receipt) => ({ reminderId, attemptNo, at: now + receipt.afterMs, word: receipt.word })))
}
