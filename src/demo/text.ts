import Table from 'cli-table3'
import type { ObjectionCode } from '../model/decision.ts'
import { type Channel, CHANNELS, type ReminderStatus, type Tone, TONES } from '../model/vocabulary.ts'

const TONE_LABELS = {
  gentle: 'gentle 温馨提醒',
  neutral: 'neutral 逾期通知',
  firm: 'firm 正式催告',
  final: 'final 处置前告知',
} as const

/** The report of a run, for a terminal 120 columns wide. */
export function demoText(account: DemoAccount): string {
  const { portfolio } = account
  return [
    title('The portfolio'),
    `  ${portfolio.accounts} accounts of ${portfolio.borrowers} invented borrowers: ${portfolio.places.map((p) => `${p.jurisdiction} ${p.borrowers}`).join(', ')}.`,
    `  ${portfolio.zones.length} time zones, from ${account.from} to ${account.to}.`,
    title(`What was sent, day by day (days of ${account.zone})`),
    daysText(account),
    title('What was not sent, and why (different reminders, by the rule that decided)'),
    objectionsText(account),
    title('Besides'),
    besidesText(account),
    ...account.timelines.flatMap((timeline) => [
      title(`What happened with ${timeline.account}: ${timeline.title}`),
      timelineText(timeline),
    ]),
    title('In which words'),
    account.samples.map(sampleText).join('\n\n'),
    title('What was promised, counted again from the ledger'),
    account.promises
      .map((p) => `  ${p.kept ? '✓' : '✗ NOT KEPT:'} ${p.promise}. ${p.checked} looked at: ${p.found}.`)
      .join('\n'),
    title('Where to look next'),
    nextText(account),
    '',
    `${account.effort.steps} steps of the clock in ${account.effort.seconds} s.`,
  ].join('\n')
}

const title = (text: string): string => `\n${text}\n`

/** Times are the recipient's local time. */
function timelineText({ zone, entries }: DemoTimeline): string {
  const lines = entries.map((entry) => `  ${entry.local}  ${entry.words}`)
  return [`  Local time in ${zone}.`, ...lines].join('\n')
}

function sampleText({ tone, channel, locale, account, local, parts }: DemoSample): string {
  const lines = parts.flatMap(({ part, text }) => {
    const label = part === 'text' || part === 'preview' ? '' : `${part}: `
    return `${label}${text.trim()}`.split('\n')
  })
  return [
    `  ${TONE_LABELS[tone]}, ${channel}, ${locale}, about ${account}, ${local}`,
    ...lines.map((line) => `    │ ${line}`.trimEnd()),
  ].join('\n')
}

function nextText({ samples, keptIn, timelines }: DemoAccount): string {
  const reminder = samples[0]?.reminderId ?? '<reminder>'
  const account = timelines[0]?.account ?? '<account>'
  if (keptIn === null) {
    return [
      '  npm run -s decorum -- demo --keep ./demo-data     the same, keeping its ledger to look into',
      '  npm run -s decorum -- demo --json                 the same, as one JSON document',
      '  npm run -s decorum -- policies list               the rules that decided, with their sources',
      '  npm run -s decorum -- templates preview --help    every text, with facts of your own',
      '  npm run -s decorum -- up                          the real thing: HTTP interface and daemons',
    ].join('\n')
  }
  return [
    `  The ledger is kept in ${keptIn}. To ask it:`,
    `  DECORUM_DATA_DIR=${keptIn} npm run -s decorum -- explain ${reminder}`,
    `  DECORUM_DATA_DIR=${keptIn} npm run -s decorum -- timeline ${account}`,
    '  Do not run `up` on it with credentials set: its reminders are invented, and would be sent.',
  ].join('\n')
}

/**
 * The result of a run: the document that `decorum demo --json` prints.
 *
 * The same build, seed and first day give the same document but for `effort`, `keptIn` and Decorum's ids: the
 * samples' `reminderId` and the links in their texts. Instants are RFC 3339 in UTC; days are those of `zone`, the home market's.
 */
export interface DemoAccount {
  from: string
  to: string
  zone: string
  seed: number
  portfolio: {
    accounts: number
    borrowers: number
    places: { jurisdiction: string; borrowers: number }[]
    zones: string[]
  }
  /** One entry a day, empty days too; a reminder deferred on several days counts on each. */
  days: DemoDay[]
  sent: { channel: Channel; tone: Tone; count: number }[]
  /** The binding rule of each decision not to send, and how many different reminders it concerned. */
  objections: {
    verdict: 'defer' | 'refuse'
    code: ObjectionCode
    meaning: string
    rule: string
    citation: string
    verified: boolean
    reminders: number
  }[]
  /** Skipped ladder steps. */
  skipped: { reason: string; count: number }[]
  /** Tasks for agents: `handOffs` are proposals that wait for a decision, the rest are ladder steps, by status. */
  tasks: { count: number; handOffs: number; byStatus: { status: string; count: number }[] }
  holds: { kind: string; count: number; standing: number }[]
  stops: { reason: string; scope: string; count: number }[]
  reminders: { status: ReminderStatus; count: number }[]
  timelines: DemoTimeline[]
  samples: DemoSample[]
  /** Promises, checked against the ledger after the run. */
  promises: DemoPromise[]
  /** `seconds` of machine time, `steps` of the clock. */
  effort: { steps: number; seconds: number }
  /** Where the ledger was kept; null: removed with the run. */
  keptIn: string | null
}

export interface DemoDay {
  day: string
  sent: { channel: Channel; tone: Tone; count: number }[]
  deferred: number
  refused: number
  tasks: number
  handOffs: number
}

/** One account's history, with the recipient's local time of each entry. */
export interface DemoTimeline {
  account: string
  title: string
  zone: string
  entries: { at: string; local: string; words: string }[]
}

/** The text of one message. */
export interface DemoSample {
  tone: Tone
  channel: Channel
  locale: string
  account: string
  reminderId: string
  at: string
  local: string
  parts: { part: string; text: string }[]
}

export interface DemoPromise {
  promise: string
  kept: boolean
  /** How many contacts or reminders were checked. */
  checked: number
  found: string
}

/** Messages sent and not sent, day by day: channels by tone, `·` for none. */
function daysText({ days, sent }: DemoAccount): string {
  const row = (label: string, of: DemoDay['sent'], rest: (string | number)[]): (string | number)[] => [
    label,
    ...CHANNELS.map((channel) => byTone(of.filter((s) => s.channel === channel))),
    sumOf(of) || '·',
    ...rest,
  ]
  const number = (n: number): string => (n === 0 ? '·' : String(n))
  const rows = days.map((d) =>
    row(d.day, d.sent, [number(d.deferred), number(d.refused), number(d.tasks), number(d.handOffs)]),
  )
  const total = (key: 'deferred' | 'refused' | 'tasks' | 'handOffs'): string =>
    number(days.reduce((sum, d) => sum + d[key], 0))
  const all = row('all days', sent, [total('deferred'), total('refused'), total('tasks'), total('handOffs')])
  return plainTable(['day', ...CHANNELS, 'sent', 'deferred', 'not sent', 'for people', 'hand-offs'], [...rows, all], {
    right: [4, 5, 6, 7, 8],
  })
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

/** Rules that objected, with their citations. */
function objectionsText({ objections }: DemoAccount): string {
  if (objections.length === 0) return '  Nothing was kept back.'
  return objections
    .map((o) =>
      [
        `  ${String(o.reminders).padStart(4)} ${o.verdict === 'defer' ? 'deferred' : 'not sent'}  ${o.rule}`,
        `       because ${o.meaning}`,
        `       ${o.citation}${o.verified ? '' : ' (citation not verified against the text)'}`,
      ].join('\n'),
    )
    .join('\n')
}

/** Tasks, holds, suppressions and skipped steps, a line each. */
function besidesText({ tasks, holds, stops, skipped, reminders }: DemoAccount): string {
  const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '))
  const words = (text: string): string => text.replaceAll('_', ' ')
  return plainTable(
    ['', ''],
    [
      [
        'Steps for people',
        `${tasks.count - tasks.handOffs} (${list(tasks.byStatus.map((s) => `${s.count} ${s.status}`))}), and ${tasks.handOffs} hand-offs proposed; none is done by itself`,
      ],
      ['Pauses', list(holds.map((h) => `${h.count} ${h.kind}${h.standing === 0 ? '' : ` (${h.standing} standing)`}`))],
      [
        'Stops',
        list(stops.map((s) => `${s.count} ${s.reason}, ${s.scope === 'all' ? 'everything' : `one ${s.scope}`}`)),
      ],
      ['Steps passed over', list(skipped.map((s) => `${s.count} ${words(s.reason)}`))],
      ['Reminders at the end', list(reminders.map((r) => `${r.count} ${words(r.status)}`))],
    ],
    { widths: [24, 96] },
  )
}

/** A plain table without a frame, its columns right where a width is a character and where it is two. */
function plainTable(
  head: readonly string[],
  rows: readonly (string | number)[][],
  options: { right?: readonly number[]; widths?: (number | null)[] } = {},
): string {
  const table = new Table({
    ...(head.every((title) => title === '') ? {} : { head: [...head] }),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: Object.fromEntries(FRAME.map((part) => [part, ''])),
    colAligns: head.map((_, i) => (options.right?.includes(i) === true ? 'right' : 'left')),
    ...(options.widths === undefined ? {} : { colWidths: options.widths, wordWrap: true }),
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n')
}

const FRAME = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
] as const
