import { Presets, SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { type DemoRun, demoText, runDemo } from '../../demo/run.ts'
import { DecorumError } from '../../model/errors.ts'
import { DAY, isLocalDate } from '../../model/time.ts'
import { printAnswer } from '../output.ts'

interface Options {
  at: string
  days: string
  seed: string
  keep?: string
  json?: true
}

const MOST_DAYS = 366

/** `decorum demo`: an invented portfolio through the real pipeline under a stepped clock. */
export function command(): Command {
  return new Command('demo')
    .description(
      'Plays an invented portfolio through the real pipeline under a stepped clock. Needs no service and no credential, reads none from the environment, and reaches nobody.',
    )
    .option('--at <day>', 'first day', '2026-11-23')
    .option('--days <n>', 'how many days', '45')
    .option('--seed <n>', 'which receipts are invented; the same seed, the same run', '1')
    .option('--keep <dir>', 'keep its ledger in this empty directory, to look into afterwards')
    .option('--json', 'answer as one JSON document')
    .action(async (options: Options) => {
      const run = readRun(options)
      const progress = showProgress(run)
      if (options.json !== true) process.stdout.write(header(run))
      try {
        const account = await runDemo({ ...run, onStep: progress.onStep })
        progress.stop()
        printAnswer(options.json, account, () => demoText(account))
        if (account.promises.some(({ kept }) => !kept)) process.exitCode = EXIT.failed
      } finally {
        progress.stop()
      }
    })
}

function readRun({ at, days, seed, keep }: Options): DemoRun {
  if (!isLocalDate(at))
    throw new DecorumError('DECORUM_BAD_INPUT', '--at is not a calendar day', { hint: 'Write it like 2026-11-23.' })
  if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > MOST_DAYS) {
    throw new DecorumError('DECORUM_BAD_INPUT', '--days is not a number of days', {
      hint: `Write a whole number from 1 to ${MOST_DAYS}.`,
    })
  }
  if (!/^\d{1,9}$/.test(seed))
    throw new DecorumError('DECORUM_BAD_INPUT', '--seed is not a whole number', {
      hint: 'Write one from 0 to 999999999.',
    })
  return { firstDay: at, days: Number(days), seed: Number(seed), keepIn: keep ?? null }
}

const header = ({ firstDay, days }: DemoRun): string =>
  [
    'Decorum reminds people of overdue payments: gently first, at decent hours, never too often, and with a reason for',
    'everything it sends or does not send.',
    '',
    `You see ${days === 1 ? 'one day' : `${days} days`} from ${firstDay} with invented borrowers. All of it is the real pipeline on an embedded ledger, with`,
    'a clock that is stepped; messages are captured, and nobody is reached.',
    '',
  ].join('\n')

/** A bar on a terminal; otherwise a line every five days, so that a log shows progress. */
function showProgress({ days }: DemoRun): { onStep: NonNullable<DemoRun['onStep']>; stop(): void } {
  const dayOf = (at: number, from: number): number => Math.floor((at - from) / DAY) + 1
  if (process.stderr.isTTY) {
    const bar = new SingleBar(
      { format: '  {bar} day {value} of {total}  {today}', stream: process.stderr, clearOnComplete: true },
      Presets.shades_classic,
    )
    bar.start(days, 0, { today: '' })
    return {
      onStep: (at, { from }) => bar.update(dayOf(at, from), { today: new Date(at).toISOString().slice(0, 10) }),
      stop: () => bar.stop(),
    }
  }
  let reported = 0
  return {
    onStep: (at, { from }) => {
      const day = dayOf(at, from)
      if (day < reported + 5 && reported !== 0) return
      reported = day
      process.stderr.write(`day ${day} of ${days}\n`)
    },
    stop: () => {},
  }
}
