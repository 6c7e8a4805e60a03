import Table from 'cli-table3'
import { addDays } from '../../model/time.ts'
import { type Channel, TONES } from '../../model/vocabulary.ts'
import type { SimulationComparison, SimulationReport } from './report.ts'

/** Rules and reasons beyond this number are only counted; `--json` and `--html` have them all. */
const MOST_ROWS = 15

/** A simulation as tables for a terminal. */
export function simulationText(report: SimulationReport): string {
  const { of, totals } = report
  const opening = [
    `${wholeText(of.accounts)} accounts of ${wholeText(of.people)} people, ${of.days} days from ${of.from}; seed ${of.seed}, ${percentText(of.payRate)} of unpaid accounts paid a day.`,
    `Packs: ${of.packs.length > 8 ? `${of.packs.length} in force` : of.packs.map(({ id, version }) => `${id} ${version}`).join(', ')}. Ladders: ${of.ladders.map(({ id }) => id).join(', ')}.`,
    `Sent ${wholeText(totals.sent)}; put off ${wholeText(totals.deferred)} times; refused ${wholeText(totals.refused)}; expired ${wholeText(totals.expired)}; not delivered ${wholeText(totals.failed)}; cancelled ${wholeText(totals.cancelled)}.`,
    `Steps for people ${wholeText(totals.stepsForPeople)}; hand-off proposals ${wholeText(totals.handOffProposals)}; accounts paid ${wholeText(totals.accountsPaid)}${totals.cost === null ? '' : `; cost ${costText(totals.cost)}`}.`,
  ].join('\n')
  return [
    opening,
    titled(
      'Sent by day (the recipient’s)',
      ['day', 'phone', 'sms', 'email', 'all'],
      byDay(report).map((d) => [d.key, d.phone, d.sms, d.email, d.all]),
    ),
    titled(
      'Sent by hour (the recipient’s clock)',
      ['hour', 'phone', 'sms', 'email', 'all'],
      byHour(report).map((h) => [h.key, h.phone, h.sms, h.email, h.all]),
    ),
    titled(
      'Sent by tone',
      ['tone', 'phone', 'sms', 'email', 'all'],
      byTone(report).map((t) => [t.key, t.phone, t.sms, t.email, t.all]),
    ),
    titled(
      'Put off and refused, by rule',
      ['verdict', 'rule', 'version', 'times', 'binding', 'citation'],
      report.objections.map((o) => [o.verdict, o.rule, o.version, o.count, o.binding, o.citation]),
    ),
    titled(
      'How close people come to each cap',
      ['cap', 'limit', 'people', 'at limit', 'one left', 'mean use', 'citation'],
      report.caps.map((c) => [
        c.rule,
        c.limit,
        c.people,
        `${c.atLimit} (${percentText(c.atLimit / c.people)})`,
        c.oneLeft,
        c.meanUse,
        c.citation,
      ]),
    ),
    titled(
      'Routes',
      [
        'route',
        'messages',
        'units',
        'rate/s',
        'lasting/s',
        'busiest hour/s',
        'due in one second',
        'longest wait',
        'too late',
        'cost',
      ],
      report.routes.map((r) => [
        r.route,
        r.messages,
        r.units,
        r.perSecond,
        r.sustainedPerSecond,
        r.busiestHourPerSecond,
        r.peak === null ? 0 : `${r.peak.units} at ${r.peak.at}`,
        durationInWords(r.longestWaitSeconds),
        r.tooLate,
        r.cost === null ? '' : costText(r.cost),
      ]),
    ),
    titled(
      'Messages that ended undelivered',
      ['as', 'channel', 'reason', 'count'],
      report.ended.map((e) => [e.as, e.channel, e.reason ?? '', e.count]),
    ),
    titled(
      'Steps of the ladder left out',
      ['reason', 'count'],
      report.leftOut.map((l) => [l.reason, l.count]),
    ),
    titled('Steps for people, by day', ['day', 'steps'], [...sumsBy(report.stepsForPeople, ({ day }) => day)]),
    titled(
      'Hand-off proposals, by day',
      ['day', 'proposals'],
      report.handOffProposals.map((h) => [h.day, h.count]),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Two versions beside each other. */
export function comparisonText({ compared, differences }: SimulationComparison): string {
  return titled(
    `As it is, and with ${compared}`,
    ['figure', 'as it is', 'with it', 'change'],
    differences.map(({ figure, base, other, change }) => [
      figure,
      wholeText(base),
      wholeText(other),
      `${change > 0 ? '+' : ''}${wholeText(change)}`,
    ]),
    Infinity,
  )
}

function titled(title: string, head: string[], rows: (string | number)[][], most = 62): string {
  if (rows.length === 0) return ''
  const limit =
    head[0] === 'day' || head[0] === 'hour' ? most : Math.min(most, most === Infinity ? Infinity : MOST_ROWS)
  const table = new Table({ head, style: { head: [], border: [], compact: true } })
  table.push(...rows.slice(0, limit))
  const left = rows.length - Math.min(rows.length, limit)
  return `${title}\n${table.toString()}${left > 0 ? `\n… and ${left} more; --json and --html have them all.` : ''}`
}

function sumsBy<T extends { count: number }>(rows: readonly T[], keyOf: (row: T) => string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + row.count)
  return sums
}

/** Messages under one heading, by channel. */
export type ByChannel = Record<Channel, number> & { key: string; all: number }

/** Every day of the period on which anything could be sent, the quiet ones too. */
export function byDay({ sent }: SimulationReport): ByChannel[] {
  const days: string[] = []
  const last = sent.at(-1)?.day
  for (let day = sent[0]?.day; day !== undefined && last !== undefined && day <= last; day = addDays(day, 1))
    days.push(day)
  return under(days, sent, ({ day }) => day)
}

/** All 24 hours of the recipient's day. */
export const byHour = ({ sent }: SimulationReport): ByChannel[] =>
  under(
    Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
    sent,
    ({ hour }) => `${String(hour).padStart(2, '0')}:00`,
  )

export const byTone = ({ sent }: SimulationReport): ByChannel[] => under([...TONES], sent, ({ tone }) => tone)

function under(
  keys: readonly string[],
  sent: SimulationReport['sent'],
  keyOf: (row: SimulationReport['sent'][number]) => string,
): ByChannel[] {
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
export const percentText = (share: number): string =>
  `${(share * 100).toLocaleString('en', { maximumFractionDigits: 1 })} %`
export const costText = (cost: number): string =>
  cost.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** `4 s`, `12 min`, `3.5 h`. */
export function durationInWords(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${wholeText(Math.round(seconds / 360) / 10)} h`
}
