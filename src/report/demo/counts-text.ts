import { CHANNELS } from '../../model/channel.ts'
import { TONES } from '../../model/tone.ts'
import type { DemoAccount, DemoDay } from './demo-account.ts'
import { plainTable } from './table.ts'

/** What went out and what did not, day by day: channels by tone, `·` for nothing. */
export function daysText({ days, sent }: DemoAccount): string {
  const row = (label: string, of: DemoDay['sent'], rest: (string | number)[]): (string | number)[] => [
    label, ...CHANNELS.map((channel) => byTone(of.filter((s) => s.channel === channel))), sumOf(of) || '·', ...rest,
  ]
  const number = (n: number): string => (n === 0 ? '·' : String(n))
  const rows = days.map((d) => row(d.day, d.sent, [number(d.deferred), number(d.refused), number(d.tasks), number(d.handOffs)]))
  const total = (key: 'deferred' | 'refused' | 'tasks' | 'handOffs'): string => number(days.reduce((sum, d) => sum + d[key], 0))
  const all = row('all days', sent, [total('deferred'), total('refused'), total('tasks'), total('handOffs')])
  return plainTable(
    ['day', ...CHANNELS, 'sent', 'deferred', 'not sent', 'for people', 'hand-offs'], [...rows, all], { right: [4, 5, 6, 7, 8] },
  )
}

/** `3 gentle, 1 firm` in short: the numbers of gentle, neutral, firm and final. */
function byTone(sent: DemoDay['sent']): string {
  if (sent.length === 0) return '·'
  return TONES.flatMap((tone) => {
    const count = sumOf(sent.filter((s) => s.tone === tone))
    return count === 0 ? [] : [`${count} ${tone}`]
  }).join(', ')
}

const sumOf = (rows: readonly { count: number }[]): number => rows.reduce((sum, row) => sum + row.count, 0)

/** Which rules kept what back, and what they cite. */
export function objectionsText({ objections }: DemoAccount): string {
  if (objections.length === 0) return '  Nothing was kept back.'
  return objections.map((o) => [
    `  ${String(o.reminders).padStart(4)} ${o.verdict === 'defer' ? 'deferred' : 'not sent'}  ${o.rule}`,
    `       because ${o.meaning}`,
    `       ${o.citation}${o.verified ? '' : ' (citation not verified against the text)'}`,
  ].join('\n')).join('\n')
}

/** The steps for people, pauses, stops and passed-over steps, a line each. */
export function besidesText({ tasks, holds, stops, skipped, reminders }: DemoAccount): string {
  const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))
  const words = (text: string): string => text.replaceAll('_', ' ')
  return plainTable(['', ''], [
    ['Steps for people', `${tasks.count - tasks.handOffs} (${list(tasks.byStatus.map((s) => `${s.count} ${s.status}`))}), and ${tasks.handOffs} hand-offs proposed; none is done by itself`],
    ['Pauses', list(holds.map((h) => `${h.count} ${h.kind}${h.standing === 0 ? '' : ` (${h.standing} standing)`}`))],
    ['Stops', list(stops.map((s) => `${s.count} ${s.reason}, ${s.scope === 'all' ? 'everything' : `one ${s.scope}`}`))],
    ['Steps passed over', list(skipped.map((s) => `${s.count} ${words(s.reason)}`))],
    ['Reminders at the end', list(reminders.map((r) => `${r.count} ${words(r.status)}`))],
  ], { widths: [24, 96] })
}
