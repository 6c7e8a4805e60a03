import { besidesText, daysText, objectionsText } from './counts-text.ts'
import type { DemoAccount, DemoSample, DemoTimeline } from './demo-account.ts'

const TONE_LABELS = { gentle: 'gentle 温馨提醒', neutral: 'neutral 逾期通知', firm: 'firm 正式催告', final: 'final 处置前告知' } as const

/** The whole account of a run, for a terminal 120 columns wide. */
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
    ...account.timelines.flatMap((timeline) => [title(`What happened with ${timeline.account}: ${timeline.title}`), timelineText(timeline)]),
    title('In which words'),
    account.samples.map(sampleText).join('\n\n'),
    title('What was promised, counted again from the ledger'),
    account.promises.map((p) => `  ${p.kept ? '✓' : '✗ NOT KEPT:'} ${p.promise}. ${p.checked} looked at: ${p.found}.`).join('\n'),
    title('Where to look next'),
    nextText(account),
    '',
    `${account.effort.steps} steps of the clock in ${account.effort.seconds} s.`,
  ].join('\n')
}

const title = (text: string): string => `\n${text}\n`

/** Times are the borrower's own. */
function timelineText({ zone, entries }: DemoTimeline): string {
  const lines = entries.map((entry) => `  ${entry.local}  ${entry.words}`)
  return [`  Local time in ${zone}.`, ...lines].join('\n')
}

function sampleText({ tone, channel, locale, account, local, parts }: DemoSample): string {
  const lines = parts.flatMap(({ part, text }) => {
    const label = part === 'text' || part === 'preview' ? '' : `${part}: `
    return `${label}${text.trim()}`.split('\n')
  })
  return [`  ${TONE_LABELS[tone]}, ${channel}, ${locale}, about ${account}, ${local}`, ...lines.map((line) => `    │ ${line}`.trimEnd())].join('\n')
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
