import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { COMMANDS, GROUPS, type CommandEntry } from './command-table.ts'
import { EXIT } from '../app/exit-codes.ts'
import { reportError } from '../app/report-error.ts'
import { rootDirectory } from '../app/root-directory.ts'
import { VERSION } from '../app/version.ts'

/** `.env` beside the checkout's config is for people at a terminal; what is already set wins. */
function loadDotEnv(): void {
  const path = join(rootDirectory(), '.env')
  if (existsSync(path)) process.loadEnvFile(path)
}

async function program(words: readonly string[]): Promise<Command> {
  const root = new Command('decorum')
    .description('Delivers overdue-payment reminders by phone, SMS and email: from gentle to firm, at decent hours, never too often, every decision explained.')
    .version(VERSION)
    .usage('<command> [options]')
    .helpCommand('help [command]', 'what a command does and takes')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 bad input; daemons: 57 newer schema, 69 unavailable, 78 bad configuration.\nFrom a checkout: npm run -s decorum -- <command>')
  for (const group of GROUPS) {
    for (const entry of COMMANDS.filter((c) => c.group === group)) {
      const parent = entry.words.length === 1 ? root : folderCommand(root, entry)
      const called = entry.words.every((word, i) => words[i] === word)
      const command = called ? (await entry.load()).command() : new Command(entry.words.at(-1)).allowUnknownOption().description(entry.summary)
      parent.addCommand((command.description() === '' ? command.description(entry.summary) : command).helpGroup(`${group}:`))
    }
  }
  return root
}

/** `accounts` in `accounts import`: holds its commands and does nothing by itself. */
function folderCommand(root: Command, { words, group }: CommandEntry): Command {
  const existing = root.commands.find((c) => c.name() === words[0])
  if (existing !== undefined) return existing
  const inside = COMMANDS.filter((c) => c.words[0] === words[0]).map((c) => `${c.words[1]}: ${c.summary}`).join('; ')
  const folder = new Command(words[0]).description(inside).helpCommand(false).helpGroup(`${group}:`)
  root.addCommand(folder)
  return folder
}

/** Runs one command line; never throws. The exit code is left in `process.exitCode`. */
async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  try {
    loadDotEnv()
    // `help accounts import` is `accounts import --help`: commander's own goes one word deep.
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

// A reader that has seen enough (`decorum … | head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done)
})

await main(process.argv.slice(2))
