import type { Actor } from '../../pipeline/shell.ts'
import type { SentAttempt } from '../../record/demo/sent-attempts.ts'
import type { DemoTimeline } from '../../report/demo/demo-account.ts'
import { localTime } from '../../report/local-time.ts'
import type { TimelineEntry } from '../../report/timeline-view.ts'
import type { Services } from '../services.ts'

const PAGE = 500

/**
 * What happened with this account, on the borrower's own clock? Null when there is no such account.
 *
 * @param sent  to say of a message which other accounts it spoke of
 */
export async function tellTimeline(
  services: Services, actor: Actor, account: string, title: string, sent: readonly SentAttempt[],
): Promise<DemoTimeline | null> {
  const ref = { creditor: null, id: account }
  const view = await services.getAccount(actor, ref)
  if (view === null) return null
  const person = await services.getRecipient(actor, { creditor: view.creditor, id: view.recipientId })
  const zone = person?.timeZone ?? 'UTC'
  const entries: TimelineEntry[] = []
  for (let cursor: string | undefined; ;) {
    const page = await services.accountTimeline(actor, ref, { limit: PAGE, cursor })
    entries.push(...(page?.items ?? []))
    if (page === null || page.next === null) break
    cursor = page.next
  }
  const about = new Map(sent.filter((s) => s.accounts.length > 1).map((s) => [s.reminderId, ` It spoke of ${s.accounts.join(', ')}.`]))
  const told = withoutEcho(entries.map((entry) => (entry.type === 'attempt' ? { ...entry, words: entry.words + (about.get(entry.id) ?? '') } : entry)))
  return { account, title, zone, entries: told.map(({ at, words }) => ({ at, local: localTime(Date.parse(at), zone), words: onClock(words, zone) })) }
}

/** Instants inside a sentence, on the same clock as those beside it. */
const onClock = (words: string, zone: string): string =>
  words.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|\+00:00)/g, (instant) => localTime(Date.parse(instant), zone))

/** A message that goes out at once is planned, decided and attempted in one instant: the attempt says it all. Skips of one instant are one entry. */
function withoutEcho(entries: readonly TimelineEntry[]): { at: string; words: string }[] {
  const told: { at: string; words: string; type: string }[] = []
  for (const { at, type, words, details } of entries) {
    if (type === 'reminder' || (type === 'decision' && details['verdict'] === 'send')) continue
    const last = told.at(-1)
    if (type === 'step-skipped' && last?.type === type && last.at === at) last.words = `${last.words} ${words}`
    else told.push({ at, words, type })
  }
  return told
}
