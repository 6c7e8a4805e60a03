import { takeLocks } from '../../record/locks.ts'
import type { MailToStop } from '../../record/reading/mail-to-stop.ts'
import type { Shell } from '../shell.ts'
import { suppress } from './suppress.ts'

/** Stops a mailbox, for whoever followed the link in one of our emails; no answer is given before it is written. */
export const unsubscribe = (shell: Shell, subject: MailToStop): Promise<void> =>
  shell.ledger.db.transaction().execute(async (opened) => {
    const trx = await takeLocks(opened, { recipients: [subject.recipientId], addresses: [subject] }, 'wait')
    const now = shell.clock.now()
    await suppress(shell, trx, { ...subject, scope: 'address', channel: null, reason: 'opt-out', source: 'unsubscribe-link', by: 'unsubscribe-link' }, { owners: [subject.recipientId], now, wake: false })
  })
