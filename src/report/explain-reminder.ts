import type { Facts } from '../model/facts.ts'
import { factLines } from './explain-facts.ts'
import { onEveryClock } from './local-time.ts'
import { OBJECTION_WORDS } from './objection-words.ts'
import { ATTEMPT_WORDS, CHANNEL_WORDS, DELIVERY_WORDS } from './outcome-words.ts'
import type { AttemptView, DecisionView, ReasonView, ReminderView } from './reminder-view.ts'

/**
 * Why was this reminder sent, deferred or not sent? In plain words, one line each.
 *
 * Every instant is shown on the clock of every place where the person may be, every reason with
 * its rule and citation. Names no person, address or message text.
 *
 * @param facts  what the last decision knew; null when nothing was decided yet
 */
export function explainReminder(reminder: ReminderView, facts: Facts | null): string[] {
  const last = reminder.decisions.at(-1)
  const zones = last?.candidateZones ?? []
  return [
    ...headLines(reminder, zones),
    ...(facts === null || last === undefined ? [] : ['', 'What the last decision knew', ...factLines(facts, zones, Date.parse(last.at)).map(item)]),
    '',
    'What was decided',
    ...(reminder.decisions.length === 0 ? [item('nothing yet')] : reminder.decisions.flatMap(decisionLines)),
    '',
    'What was tried',
    ...(reminder.attempts.length === 0 ? [item('nothing; no provider was called')] : reminder.attempts.flatMap((attempt) => attemptLines(attempt, zones))),
    '',
    `In short: ${conclusion(reminder, last)}`,
  ]
}

const item = (text: string): string => `  - ${text}`
const detail = (text: string): string => `      ${text}`

function headLines(reminder: ReminderView, zones: readonly string[]): string[] {
  const from = reminder.ladder === null ? 'asked for directly' : `step ${reminder.ladder.rung} of ladder ${reminder.ladder.id} (version ${reminder.ladder.version})`
  return [
    `Reminder ${reminder.id}: ${CHANNEL_WORDS[reminder.channel]}, ${reminder.tone}, ${reminder.kind}, ${from}`,
    `  creditor ${reminder.creditor}, recipient ${reminder.recipientId}, ${reminder.accountIds.length === 1 ? 'account' : 'accounts'} ${reminder.accountIds.join(', ')}`,
    `  due ${onEveryClock(reminder.dueAt, zones)}`,
    `  not after ${onEveryClock(reminder.expiresAt, zones)}`,
    ...(reminder.follows === null ? [] : [`  follows reminder ${reminder.follows}, whose channel failed`]),
    ...(reminder.live ? [] : ['  registered with a test key: never reaches a provider']),
  ]
}

function decisionLines(decision: DecisionView): string[] {
  const again = decision.repeats > 1 ? `; the same came out ${decision.repeats} times, last at ${decision.lastAt}` : ''
  return [
    item(`${onEveryClock(decision.at, decision.candidateZones)}: ${verdictWords(decision)}${again}`),
    ...decision.reasons.flatMap((reason) => reasonLines(reason, decision.candidateZones)),
    detail(`rules asked: ${decision.packs.map((pack) => `${pack.id} ${pack.version}`).join(', ') || 'none'}${decision.zoneData === null ? '' : `; time zone data ${decision.zoneData}`}`),
  ]
}

function verdictWords(decision: DecisionView): string {
  const { verdict, until, candidateZones } = decision
  if (verdict === 'send') return until === null ? 'send; no rule objects' : `send; no rule objects before ${onEveryClock(until, candidateZones)}`
  if (verdict === 'defer') return until === null ? 'wait' : `wait until ${onEveryClock(until, candidateZones)}`
  return 'do not send'
}

function reasonLines(reason: ReasonView, zones: readonly string[]): string[] {
  const source = reason.citation === '' ? '' : `, ${reason.citation}${reason.verified ? '' : ' (citation not verified)'}`
  return [
    detail(`because ${OBJECTION_WORDS[reason.code]}${reason.until === null ? '' : `, until ${onEveryClock(reason.until, zones)}`}`),
    ...(reason.reminderId === undefined ? [] : [detail(`  reminder ${reason.reminderId} stands in the way`)]),
    detail(`  rule ${reason.rule} (${reason.pack} ${reason.version})${source} [${reason.code}]`),
  ]
}

function attemptLines(attempt: AttemptView, zones: readonly string[]): string[] {
  const why = [attempt.rejection, attempt.code, attempt.detail].filter((part) => part !== null).join(', ')
  return [
    item(`attempt ${attempt.no} at ${onEveryClock(attempt.reservedAt, zones)}: through route ${attempt.route} (${attempt.provider}), ${ATTEMPT_WORDS[attempt.status]}${why === '' ? '' : ` (${why})`}`),
    detail(`template ${attempt.template}, version ${attempt.templateVersion}, in ${attempt.locale}; message hash ${attempt.messageHash}`),
    ...(attempt.providerRef === null ? [] : [detail(`the provider calls it ${attempt.providerRef}`)]),
    ...(attempt.resolvedBy === null ? [] : [detail(`was in doubt; settled by ${attempt.resolvedBy}`)]),
    ...attempt.receipts.map((receipt) =>
      detail(`the provider says that ${DELIVERY_WORDS[receipt.state]}${receipt.code === null ? '' : ` (${receipt.code})`}, heard at ${onEveryClock(receipt.receivedAt, zones)}${receipt.changed ? '' : '; it changed nothing'}`)),
  ]
}

function conclusion(reminder: ReminderView, last: DecisionView | undefined): string {
  const binding = last?.reasons[0]
  const because = binding === undefined ? '' : ` because ${OBJECTION_WORDS[binding.code]} (${binding.rule})`
  switch (reminder.status) {
    case 'scheduled': return last === undefined ? `it waits to be decided at ${reminder.nextAt}.` : `it waits${because}; it is decided again at ${reminder.nextAt}.`
    case 'queued': return 'it waits for a worker.'
    case 'sending': return 'it is being handed to the provider.'
    case 'sent': return 'it was sent; nothing yet shows that it arrived.'
    case 'delivered': return 'it was sent, and the provider says that it arrived.'
    case 'failed': return `it was not delivered${reasonWords(reminder.endReason)}.`
    case 'refused': return `it was not sent${because}.`
    case 'expired': return `it was not sent: its deadline came first${because === '' ? '' : `; until then it waited${because}`}.`
    case 'cancelled': return `it was called off${reasonWords(reminder.endReason)}.`
    case 'in_doubt': return 'it may or may not have gone out; it counts as sent and is never sent again by itself.'
  }
}

const reasonWords = (reason: string | null): string => (reason === null ? '' : `: ${reason.replaceAll('_', ' ')}`)
