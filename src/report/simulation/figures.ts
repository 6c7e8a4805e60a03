import type { Channel } from '../../model/channel.ts'
import { addDays } from '../../model/local-date.ts'
import { TONES } from '../../model/tone.ts'
import type { SimulationReport } from './simulation-report.ts'

/** Messages under one heading, by channel. */
export type ByChannel = Record<Channel, number> & { key: string; all: number }

/** Every day of the period on which anything could be sent, the quiet ones too. */
export function byDay({ sent }: SimulationReport): ByChannel[] {
  const days: string[] = []
  const last = sent.at(-1)?.day
  for (let day = sent[0]?.day; day !== undefined && last !== undefined && day <= last; day = addDays(day, 1)) days.push(day)
  return under(days, sent, ({ day }) => day)
}

/** All 24 hours of the recipient's day. */
export const byHour = ({ sent }: SimulationReport): ByChannel[] =>
  under(Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`), sent, ({ hour }) => `${String(hour).padStart(2, '0')}:00`)

export const byTone = ({ sent }: SimulationReport): ByChannel[] => under([...TONES], sent, ({ tone }) => tone)

function under(keys: readonly string[], sent: SimulationReport['sent'], keyOf: (row: SimulationReport['sent'][number]) => string): ByChannel[] {
  const rows = new Map(keys.map((key): [string, ByChannel] => [key, { key, phone: 0, sms: 0, email: 0, all: 0 }]))
  for (const row of sent) {
    const found = rows.get(keyOf(row))
    if (found === undefined) continue
    found[row.channel] += row.count
    found.all += row.count
  }
  return [...rows.values()]
}

export const wholeText = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 })
export const percentText = (share: number): string => `${(share * 100).toLocaleString('en', { maximumFractionDigits: 1 })} %`
export const costText = (cost: number): string => cost.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** `4 s`, `12 min`, `3.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${wholeText(Math.round(seconds / 360) / 10)} h`
}
