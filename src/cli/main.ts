import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { VERSION } from '../app/app.ts'
import { EXIT, reportError } from '../app/errors.ts'
import { rootDirectory } from '../config/root-directory.ts'

/** What each file in `commands/` exports: its commander command, with options and action. */
interface CommandFile {
  /** An action prints its answer on stdout and throws a DecorumError on failure; it sets `process.exitCode` for other results. */
  command(): Command
}

interface CommandEntry {
  /** `['decide']`, `['accounts', 'import']` */
  words: readonly [string] | readonly [string, string]
  summary: string
  group: Group
  /** Loaded when called, so that `--help` and `--version` are quick. */
  load: () => Promise<CommandFile>
}

const GROUPS = ['Try it', 'Run it', 'Feed it', 'Ask it', 'Look after it'] as const
type Group = (typeof GROUPS)[number]

export const COMMANDS: readonly CommandEntry[] = [
  {
    group: 'Try it',
    words: ['demo'],
    summary: 'an invented portfolio through the real pipeline under a stepped clock',
    load: () => import('./commands/demo.ts'),
  },
  { group: 'Run it', words: ['up'], summary: 'everything in one process', load: () => import('./commands/up.ts') },
  { group: 'Run it', words: ['serve'], summary: 'the HTTP interface', load: () => import('./commands/serve.ts') },
  {
    group: 'Run it',
    words: ['work'],
    summary: 'one daemon, or all: planner, email, sms, phone, sweeper, notifier',
    load: () => import('./commands/work.ts'),
  },
  {
    group: 'Run it',
    words: ['migrate'],
    summary: 'bring the ledger to this build’s schema',
    load: () => import('./commands/migrate.ts'),
  },
  {
    group: 'Run it',
    words: ['roles'],
    summary: 'database roles for the daemons and for readers',
    load: () => import('./commands/roles.ts'),
  },
  {
    group: 'Feed it',
    words: ['accounts', 'import'],
    summary: 'register accounts from CSV or NDJSON',
    load: () => import('./commands/accounts-import.ts'),
  },
  {
    group: 'Feed it',
    words: ['suppress'],
    summary: 'stop contact with an address or a person at once',
    load: () => import('./commands/suppress.ts'),
  },
  {
    group: 'Run it',
    words: ['switch'],
    summary: 'stop, pause, drain or slow what goes out, by scope',
    load: () => import('./commands/switch.ts'),
  },
  {
    group: 'Run it',
    words: ['doubts'],
    summary: 'attempts that may or may not have gone out: list them, resolve one',
    load: () => import('./commands/doubts.ts'),
  },
  {
    group: 'Ask it',
    words: ['decide'],
    summary: 'may this be sent now? a decide case in, the decision out',
    load: () => import('./commands/decide.ts'),
  },
  {
    group: 'Ask it',
    words: ['simulate'],
    summary: 'what a ladder and packs would do to a portfolio',
    load: () => import('./commands/simulate.ts'),
  },
  {
    group: 'Ask it',
    words: ['forecast'],
    summary: 'when each queue will be empty, and who will not make it today',
    load: () => import('./commands/forecast.ts'),
  },
  {
    group: 'Ask it',
    words: ['explain'],
    summary: 'why a reminder was sent, deferred or not sent',
    load: () => import('./commands/explain.ts'),
  },
  {
    group: 'Ask it',
    words: ['timeline'],
    summary: 'everything that happened with an account',
    load: () => import('./commands/timeline.ts'),
  },
  {
    group: 'Look after it',
    words: ['check'],
    summary: 'every mistake in configuration, packs, ladders and templates',
    load: () => import('./commands/check.ts'),
  },
  {
    group: 'Look after it',
    words: ['doctor'],
    summary: 'can the ledger, the queue and the providers be reached?',
    load: () => import('./commands/doctor.ts'),
  },
  {
    group: 'Look after it',
    words: ['templates', 'lint'],
    summary: 'judge every text',
    load: () => import('./commands/templates-lint.ts'),
  },
  {
    group: 'Look after it',
    words: ['templates', 'preview'],
    summary: 'see a text with invented facts',
    load: () => import('./commands/templates-preview.ts'),
  },
  {
    group: 'Look after it',
    words: ['policies', 'list'],
    summary: 'policy packs and when each is in force',
    load: () => import('./commands/policies-list.ts'),
  },
  {
    group: 'Look after it',
    words: ['policies', 'show'],
    summary: 'the rules of one pack with their citations',
    load: () => import('./commands/policies-show.ts'),
  },
  {
    group: 'Look after it',
    words: ['policies', 'diff'],
    summary: 'what changed between two versions of a pack, rule by rule',
    load: () => import('./commands/policies-diff.ts'),
  },
  {
    group: 'Look after it',
    words: ['policies', 'vectors'],
    summary: 'do packs decide their own examples as they say?',
    load: () => import('./commands/policies-vectors.ts'),
  },
  {
    group: 'Look after it',
    words: ['audit', 'decisions'],
    summary: 'do recorded decisions come out the same again?',
    load: () => import('./commands/audit-decisions.ts'),
  },
  {
    group: 'Look after it',
    words: ['audit', 'contacts'],
    summary: 'every contact of a period against the rules of its day',
    load: () => import('./commands/audit-contacts.ts'),
  },
  {
    group: 'Look after it',
    words: ['audit', 'chain'],
    summary: 'is the evidence as Decorum wrote it? the first row changed, added or removed',
    load: () => import('./commands/audit-chain.ts'),
  },
  {
    group: 'Look after it',
    words: ['retention'],
    summary: 'drop partitions past their retention period',
    load: () => import('./commands/retention.ts'),
  },
  {
    group: 'Look after it',
    words: ['keys'],
    summary: 'API keys: create, list, revoke; the keys that seal personal data: rotate',
    load: () => import('./commands/keys.ts'),
  },
  {
    group: 'Look after it',
    words: ['recipients'],
    summary: 'what a person may ask: export what is kept of them, erase them',
    load: () => import('./commands/recipients.ts'),
  },
  {
    group: 'Look after it',
    words: ['audit', 'access'],
    summary: 'who read personal data or changed something',
    load: () => import('./commands/audit-access.ts'),
  },
]

/** Reads `.env` beside `config/`; variables that are set already win. */
function loadDotEnv(): void {
  const path = join(rootDirectory(), '.env')
  if (existsSync(path)) process.loadEnvFile(path)
}

async function program(words: readonly string[]): Promise<Command> {
  const root = new Command('decorum')
    .description(
      'Delivers overdue-payment reminders by phone, SMS and email: from gentle to firm, at decent hours, never too often, every decision explained.',
    )
    .version(VERSION)
    .usage('<command> [options]')
    .helpCommand('help [command]', 'what a command does and takes')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 bad input; daemons: 57 newer schema, 69 unavailable, 78 bad configuration.\nFrom a checkout: npm run -s decorum -- <command>',
    )
  for (const group of GROUPS) {
    for (const entry of COMMANDS.filter((c) => c.group === group)) {
      const parent = entry.words.length === 1 ? root : folderCommand(root, entry)
      const called = entry.words.every((word, i) => words[i] === word)
      const command = called
        ? (await entry.load()).command()
        : new Command(entry.words.at(-1)).allowUnknownOption().description(entry.summary)
      parent.addCommand(
        (command.description() === '' ? command.description(entry.summary) : command).helpGroup(`${group}:`),
      )
    }
  }
  return root
}

/** A command group such as `accounts` in `accounts import`; has no action. */
function folderCommand(root: Command, { words, group }: CommandEntry): Command {
  const existing = root.commands.find((c) => c.name() === words[0])
  if (existing !== undefined) return existing
  const inside = COMMANDS.filter((c) => c.words[0] === words[0])
    .map((c) => `${c.words[1]}: ${c.summary}`)
    .join('; ')
  const folder = new Command(words[0]).description(inside).helpCommand(false).helpGroup(`${group}:`)
  root.addCommand(folder)
  return folder
}

/** Runs one command line and sets `process.exitCode`; never throws. */
async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  try {
    loadDotEnv()
    // `help accounts import` is `accounts import --help`: commander's own help handles one word only.
    const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
    const root = await program(words)
    throwInsteadOfExit(root)
    await root.parseAsync(words, { from: 'user' })
  } catch (error) {
    // commander has printed what is wrong with the command line itself.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badInput
    else process.exitCode = reportError(error, json)
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help to see what it takes)')
  for (const inner of command.commands) throwInsteadOfExit(inner)
}

// A closed pipe (`decorum … | head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
})

await main(process.argv.slice(2))
