import type { LookUp, Provider } from '../../deliver/provider.ts'
import { DecorumError } from '../../model/errors.ts'
import { HOUR } from '../../model/instant.ts'
import { takeToLookUp, type Doubt } from '../../record/sweep/doubts.ts'
import { rivalsOf } from '../../record/sweep/rivals.ts'
import { applyReceipt } from '../apply-receipt.ts'
import { settle } from '../dispatch/settle-stream.ts'
import { settlementOf } from '../dispatch/settlement.ts'
import { PersonalData } from '../personal-data.ts'
import { sentMessage } from '../sent-message.ts'
import type { Shell } from '../shell.ts'
import { ownRow } from './own-row.ts'

/** Where to ask about a route's attempts; null when this process does not know the route. */
export type BooksOf = (route: string, live: boolean) => { provider: Provider; from: string } | null

const EVERY_MS = 60_000
/** Beyond lease end, call deadline and validity, before "not found" is believed: lists lag behind. */
const BELIEVE_AFTER_MS = HOUR / 4

/**
 * Asks providers about attempts in doubt.
 *
 * Found: accepted. Not found counts only where the provider declares its look-up conclusive, and only
 * once the call, however late it began, can no longer turn up; then it was surely not sent and the
 * reminder is decided again. Everything else waits for an operator.
 */
export async function lookUpDoubts(shell: Shell, booksOf: BooksOf, everyMs = EVERY_MS): Promise<number> {
  let resolved = 0
  for (const doubt of await takeToLookUp(shell.ledger.db, 'doubt', everyMs, 100)) {
    const books = booksOf(doubt.route, doubt.live)
    if (books === null) continue
    const answer = await askBooks(shell, doubt, books)
    if (await resolve(shell, doubt, books.provider, answer)) resolved++
  }
  return resolved
}

type Answer = Exclude<LookUp, { kind: 'alike' }>

/** What do the provider's books say of this attempt? Never throws: one that cannot even be opened must not keep the others from being looked up. */
export async function askBooks(shell: Shell, doubt: Doubt, books: { provider: Provider; from: string }): Promise<Answer> {
  try {
    const data = new PersonalData(shell.vault, { id: doubt.recipientId, dataKey: doubt.dataKey, dataKeyId: doubt.dataKeyId })
    const to = data.address({ id: doubt.addressId, value: doubt.addressValue?.toString('hex') ?? null })
    const sent = await sentMessage(shell, doubt)
    if (to === null) return { kind: 'unavailable', detail: 'the person was erased' }
    if (sent.state !== 'kept') return { kind: 'unavailable', detail: 'the words of that version cannot be rendered any more' }
    const answer = await books.provider.lookUp({
      attempt: { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo }, to, from: books.from, message: sent.message,
      notBefore: doubt.reservedAt.getTime(), notAfter: doubt.goodUntil.getTime(),
      ...(doubt.providerRef === null ? {} : { reference: doubt.providerRef }),
    })
    return answer.kind === 'alike' ? ownRow(answer, doubt, await rivalsOf(shell.ledger.db, doubt, [...shell.config.creditors.keys()])) : answer
  } catch (error) {
    return { kind: 'unavailable', detail: error instanceof DecorumError ? error.code : (error as Error).name }
  }
}

async function resolve(shell: Shell, doubt: Doubt, provider: Provider, answer: Answer): Promise<boolean> {
  const attempt = { reminderId: doubt.reminderId, attemptNo: doubt.attemptNo }
  switch (answer.kind) {
    case 'found': {
      const word = answer.word ?? { state: 'sent', final: false, code: null, class: null }
      await applyReceipt(shell, { ...attempt, word, dedupe: `look-up ${word.state}`, saidAt: null, providerRef: answer.reference, by: 'look-up' })
      return true
    }
    case 'not-found': {
      if (!provider.lookUpIsConclusive || doubt.sinceLeaseMs < doubt.validSeconds * 1000 + BELIEVE_AFTER_MS) return false
      const end = { kind: 'rejected', class: 'retriable', code: 'not_in_books', detail: 'the provider has no record of it' } as const
      await settle(shell, [settlementOf(attempt, doubt.channel, end, doubt.attempts, shell.clock.now(), 0)])
      return true
    }
    case 'unavailable':
      shell.log.warn({ event: 'doubt.lookup_failed', reminder: doubt.reminderId, attempt: doubt.attemptNo, detail: answer.detail }, 'in-doubt attempt not looked up: the provider did not answer')
      return false
  }
}
