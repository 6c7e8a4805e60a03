import type { Channel } from '../model/channel.ts'
import type { DeliveryState } from '../model/outcome.ts'
import { ATTEMPT_WORDS, CHANNEL_WORDS, DELIVERY_WORDS } from './outcome-words.ts'
import type { AttemptView } from './reminder-view.ts'
import type { TimelineType } from './timeline-view.ts'

type Details = Readonly<Record<string, unknown>>

const word = (value: unknown): string => String(value ?? '').replaceAll('_', ' ')
const when = (label: string, value: unknown): string => (typeof value === 'string' ? `, ${label} ${value}` : '')
const because = (value: unknown): string => (value === null || value === undefined || value === '' ? '' : ` (${word(value)})`)
const by = (value: unknown): string => (typeof value === 'string' ? `, by ${value}` : '')

/** One sentence for each kind of entry, from what the record keeps in clear. */
const WORDS: Readonly<Record<TimelineType, (d: Details) => string>> = {
  spell: (d) => `Overdue episode ${word(d['no'])} began on ladder ${word(d['ladder'])}, ${word(d['daysPastDue'])} days past due.`,
  event: (d) => `Reported: ${word(d['type'])}${because(d['kind'])}${when('effective', d['effectiveAt'])}.${typeof d['effect'] === 'string' ? ` ${sentence(d['effect'])}` : ''}`,
  hold: (d) => `Put on hold: ${word(d['kind'])}, ${typeof d['channel'] === 'string' ? `everything by ${d['channel']}` : d['scope'] === 'recipient' ? 'the whole person' : 'this account'}${when('until', d['endsAt'])}${by(d['by'])}.`,
  'hold-ended': (d) => `Hold ended: ${word(d['kind'])}${because(d['reason'])}${by(d['by'])}.`,
  suppression: (d) => `Stopped: ${word(d['reason'])}, ${stopScope(d)}${when('until', d['endsAt'])}, heard through ${word(d['source'])}.`,
  'suppression-lifted': (d) => `Stop lifted: ${word(d['reason'])}${because(d['why'])}${by(d['by'])}.`,
  reminder: (d) => `Planned ${channelWords(d)}, ${word(d['tone'])}${typeof d['rung'] === 'string' ? `, step ${d['rung']}` : ', asked for directly'}${when('due', d['dueAt'])}; now ${word(d['status'])}${because(d['endReason'])}.`,
  decision: (d) => decisionWords(d),
  attempt: (d) => `Attempt ${word(d['no'])}: ${channelWords(d)}, ${word(d['tone'])}, ${ATTEMPT_WORDS[d['status'] as AttemptView['status']]}${because(d['code'])}.`,
  receipt: (d) => `The provider says of attempt ${word(d['no'])} that ${DELIVERY_WORDS[d['state'] as DeliveryState]}${because(d['code'])}${d['changed'] === false ? '; nothing changed' : ''}.`,
  contact: (d) => `Contact made elsewhere: ${channelWords(d)}, ${word(d['direction'])}, ${word(d['outcome'])}${by(d['by'])}${excessWords(d['excess'])}.`,
  task: (d) => `${d['kind'] === 'hand-off' ? 'Proposed to a person: hand-off to an agency' : d['kind'] === 'reply' ? 'A reply for a person to read' : `Step for a person: ${word(d['rung'])}`}${when('due', d['dueAt'])}.`,
  'task-done': (d) => `Step for a person done: ${word(d['outcome'])}${by(d['by'])}.`,
  'task-withdrawn': (d) => `${d['kind'] === 'hand-off' ? 'Proposed hand-off' : `Step for a person: ${word(d['rung'])}`} withdrawn: ${word(d['reason'])}.`,
  'step-skipped': (d) => `Step ${word(d['rung'])} passed over: ${word(d['reason'])}${because(d['detail'])}.`,
}

/** One plain sentence for an entry of a timeline. Holds no name, address or message text. */
export const timelineWords = (type: TimelineType, details: Details): string => WORDS[type](details)

function decisionWords(d: Details): string {
  const repeats = typeof d['repeats'] === 'number' && d['repeats'] > 1 ? ` Came out ${d['repeats']} times.` : ''
  if (d['verdict'] === 'send') return `Decided to send${when('good until', d['until'])}.${repeats}`
  const rule = `${word(d['code'])}, rule ${String(d['rule'] ?? 'unstated')}${typeof d['citation'] === 'string' && d['citation'] !== '' ? `, ${d['citation']}` : ''}`
  return d['verdict'] === 'defer'
    ? `Decided to wait${when('until', d['until'])}: ${rule}.${repeats}`
    : `Decided not to send: ${rule}${typeof d['reminderId'] === 'string' ? `, the same as reminder ${d['reminderId']}` : ''}.${repeats}`
}

const channelWords = (d: Details): string => CHANNEL_WORDS[d['channel'] as Channel]
const stopScope = (d: Details): string =>
  d['scope'] === 'address' ? 'one address' : d['scope'] === 'channel' ? `everything by ${word(d['channel'])}` : 'everything to this person'
const excessWords = (excess: unknown): string =>
  Array.isArray(excess) && excess.length > 0 ? `; would not have been allowed by ${excess.join(', ')}` : ''
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
