import { writeFileSync } from 'node:fs'
import { Presets, SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { configuration } from '../../config/load.ts'
import { DecorumError } from '../../model/errors.ts'
import { type Instant, parseInstant } from '../../model/time.ts'
import { simulationPage } from '../../report/simulation/page.ts'
import { comparisonText, simulationText } from '../../report/simulation/text.ts'
import { runSimulation, type SimulationProgress } from '../../services/simulations.ts'
import { type FileFlags, fileOptions, withFileOptions } from '../arguments.ts'
import { withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

interface Options extends FileFlags {
  portfolio?: string
  ledger?: true
  creditor?: string
  ladder?: string
  packs?: string
  from: Instant
  days: number
  payRate: number
  seed: number
  compare?: Compare
  cost: Map<string, number>
  rate: Map<string, number>
  json?: true
  html?: string
}

interface Compare {
  text: string
  what: 'ladder' | 'packs'
  value: string
}

/** Refused lines that are listed; the rest are counted. */
const LISTED = 10

/** `decorum simulate`: what a ladder and packs would do to a portfolio. Writes nothing, sends nothing. */
export function command(): Command {
  return withFileOptions(
    new Command('simulate')
      .description(
        'What would a ladder and policy packs do to a portfolio over the coming days? The same decisions as in production; nothing is written, nobody is contacted. Balances count as renewed every night.',
      )
      .option(
        '--portfolio <file>',
        'accounts as `accounts import` takes them: CSV, NDJSON or .xlsx, with the same options',
      )
      .option('--ledger', 'the accounts in the ledger, with their history')
      .option('--creditor <id>', 'only this creditor’s accounts; whose they are, where the file does not say')
      .option('--ladder <id|file>', 'everybody climbs this ladder: one that is configured, or a .yaml file')
      .option(
        '--packs <list>',
        'exactly these packs decide (a,b), or these too (+a,+b); names, or .yaml files. Otherwise the ones in force here',
      )
      .option(
        '--from <instant>',
        'when it begins, e.g. 2026-12-01T00:00:00Z or 2026-12-01',
        instantOf,
        Math.floor(Date.now() / 1000) * 1000,
      )
      .option('--days <n>', 'for how many days', wholeOf(1, 730), 30)
      .option('--pay-rate <share>', 'share of unpaid accounts that are paid each day, 0 to below 1', shareOf, 0)
      .option('--seed <n>', 'draws who answers and who pays; the same seed, the same luck', wholeOf(0, 2 ** 31), 1)
      .option('--compare <what>', 'a second version beside the first: ladder=<id|file> or packs=<list>', compareOf)
      .option(
        '--cost <route=price>',
        'what one unit of a route costs (an SMS segment, a call); may be repeated',
        priceOf,
        new Map<string, number>(),
      )
      .option(
        '--rate <route=units>',
        'units a second instead of the configured ones; a route that captures for want of credentials has no limit of its own',
        priceOf,
        new Map<string, number>(),
      )
      .option('--json', 'answer as one JSON document')
      .option('--html <file>', 'also write one page with charts'),
  ).action(simulate)
}

async function simulate(options: Options): Promise<void> {
  const { config } = configuration()
  if ((options.portfolio === undefined) === (options.ledger === undefined))
    throw bad('whose accounts?', 'Name either --portfolio FILE or --ledger.')
  const { done, comparison } = await runSimulation(
    config,
    {
      ...options,
      file:
        options.portfolio === undefined
          ? undefined
          : { path: options.portfolio, options: fileOptions(options, config) },
      creditor: options.creditor ?? null,
      costs: options.cost,
      rates: options.rate,
    },
    (work) => withApp(({ runtime }) => work(runtime)),
    progressBar(),
  )
  printRefused(done)
  if (options.html !== undefined) writePage(options.html, simulationPage(done.report, comparison))
  const refusedLines = done.refused.map(({ line, faults }) => ({ line, faults }))
  const answer = comparison === null ? { ...done.report, refusedLines } : { ...comparison, refusedLines }
  printAnswer(options.json, answer, () =>
    [simulationText(done.report), ...(comparison === null ? [] : [comparisonText(comparison)])].join('\n\n'),
  )
}

function progressBar(): SimulationProgress {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: '{what} [{bar}] {percentage}% | {value} of {total} recipients | {eta_formatted} left',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    },
    Presets.legacy,
  )
  return {
    begins: (run, recipients) =>
      bar.start(recipients, 0, { what: run === 'first' ? 'simulating' : 'the other version' }),
    done: (recipients) => bar.update(recipients),
    ends: () => bar.stop(),
  }
}

function printRefused({ refused }: Awaited<ReturnType<typeof runSimulation>>['done']): void {
  for (const { line, faults } of refused.slice(0, LISTED)) {
    process.stderr.write(
      `! line ${line} is left out: ${faults.map(({ path, problem }) => `${path} ${problem}`.trim()).join('; ')}\n`,
    )
  }
  if (refused.length > LISTED)
    process.stderr.write(`! and ${refused.length - LISTED} more lines are left out; --json has them all\n`)
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page)
  } catch (cause) {
    throw new DecorumError('DECORUM_BAD_INPUT', `${path} cannot be written`, {
      cause,
      hint: 'Does its directory exist, and may this user write there?',
    })
  }
}

const bad = (message: string, hint: string): DecorumError => new DecorumError('DECORUM_BAD_INPUT', message, { hint })

function instantOf(text: string): Instant {
  const instant = parseInstant(text) ?? parseInstant(`${text}T00:00:00Z`)
  if (instant === null) throw new InvalidArgumentError('Write it like 2026-12-01T00:00:00Z or 2026-12-01.')
  return instant
}

const wholeOf =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`It is not a whole number from ${least} to ${most}.`)
    return value
  }

function shareOf(text: string): number {
  const value = /^0?\.?\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('It is not a share from 0 to below 1, such as 0.02.')
  return value
}

function compareOf(text: string): Compare {
  const [, what, value] = /^(ladder|packs)=(.+)$/.exec(text) ?? []
  if (what === undefined || value === undefined)
    throw new InvalidArgumentError('Write ladder=<id|file> or packs=<list>.')
  return { text, what: what as Compare['what'], value }
}

function priceOf(text: string, known: Map<string, number>): Map<string, number> {
  const [, route, price] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (route === undefined || price === undefined)
    throw new InvalidArgumentError('Write the route and a number, like sms-main=0.05.')
  return new Map([...known, [route, Number(price)]])
}
