import { Command, Option } from 'commander'
import type { App } from '../../app/app.ts'
import { DecorumError } from '../../model/errors.ts'
import { SWITCH_DIMENSIONS, SWITCH_STATES, type SwitchScope, type SwitchState } from '../../model/vocabulary.ts'
import { readSwitch, readSwitchLift } from '../arguments.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { everyPage, printAnswer } from '../output.ts'

type SwitchView = Awaited<ReturnType<App['services']['setSwitch']>>

/** Subcommand → the state that it sets. */
const VERBS = { stop: 'stopped', pause: 'paused', drain: 'draining', slow: 'slowed' } as const satisfies Record<
  string,
  SwitchState
>
const MEANING: Record<SwitchState, string> = {
  stopped: 'is refused until it is lifted',
  paused: 'waits',
  draining: 'goes out if it is queued, and waits otherwise',
  slowed: 'goes out at --share percent of its route’s rate at most',
}

/** `decorum switch stop|pause|drain|slow|set|list|lift`: stops, pauses, slows or drains what goes out, by scope. */
export function command(): Command {
  const switches = new Command('switch').description(
    'Stops, pauses, drains or slows what goes out, by scope, while everything runs; every worker obeys within two seconds.',
  )
  for (const [verb, state] of Object.entries(VERBS)) switches.addCommand(throwCommand(verb, state))
  return switches.addCommand(throwCommand('set', null)).addCommand(listCommand()).addCommand(liftCommand())
}

/** Sets a switch to this state; null: to that of --state. */
function throwCommand(verb: string, fixed: SwitchState | null): Command {
  const command = new Command(verb)
    .description(
      `Throws a switch: what matches every dimension named ${fixed === null ? 'does as --state says' : MEANING[fixed]}.`,
    )
    .requiredOption('--reason <text>', 'why; it stays on the record')
    .option('--everything', 'no dimension: hold everything of every creditor')
    .option('--json', 'answer as one JSON document')
  if (fixed === null) {
    command.addOption(
      new Option('--state <state>', SWITCH_STATES.map((state) => `${state}: ${MEANING[state]}`).join('; '))
        .choices(SWITCH_STATES)
        .default('stopped'),
    )
  }
  if (fixed === null || fixed === 'slowed')
    command.option('--share <percent>', 'slowed: 1 to 99 percent of the route’s rate')
  for (const dimension of SWITCH_DIMENSIONS) command.option(`--${dimension} <${dimension}>`, `only this ${dimension}`)
  return command.action(
    async (
      options: SwitchScope & { state?: string; share?: string; reason: string; everything?: true; json?: true },
    ) => {
      const scope = Object.fromEntries(
        SWITCH_DIMENSIONS.filter((d) => options[d] !== undefined).map((d) => [d, options[d]]),
      )
      if ((Object.keys(scope).length === 0) !== (options.everything === true)) {
        throw new DecorumError('DECORUM_BAD_INPUT', 'name what the switch covers, or say --everything', {
          hint: `Dimensions: ${SWITCH_DIMENSIONS.map((d) => `--${d}`).join(', ')}.`,
        })
      }
      const body = readSwitch({
        scope,
        state: fixed ?? options.state,
        share: options.share === undefined ? undefined : Number(options.share),
        reason: options.reason,
      })
      const view = await withApp((app) => app.services.setSwitch(CLI_ACTOR, body))
      printAnswer(options.json, view, () => inOneLine(view))
    },
  )
}

function listCommand(): Command {
  return new Command('list')
    .description('Lists the switches that stand; with --all, lifted ones too.')
    .option('--all', 'lifted ones too')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { all?: true; json?: true }) => {
      const items = await withApp(({ services }) =>
        everyPage((cursor) =>
          services.listSwitches(CLI_ACTOR, { limit: 500, cursor, active: options.all === true ? undefined : true }),
        ),
      )
      printAnswer(options.json, { items }, () =>
        items.length === 0 ? 'No switch stands.' : items.map(inOneLine).join('\n'),
      )
    })
}

function liftCommand(): Command {
  return new Command('lift')
    .description('Lifts a switch; what waited for it is decided again within seconds.')
    .argument('<id>', 'as `decorum switch list` shows it')
    .requiredOption('--reason <text>', 'why; it stays on the record')
    .option('--json', 'answer as one JSON document')
    .action(async (id: string, options: { reason: string; json?: true }) => {
      const answer = await withApp(({ services }) =>
        services.liftSwitch(CLI_ACTOR, id, readSwitchLift({ reason: options.reason })),
      )
      printAnswer(options.json, answer, () => (answer.changed ? 'Lifted.' : 'It had been lifted before.'))
    })
}

function inOneLine({ id, scope, state, share, reason, setBy, setAt, liftedAt, liftReason }: SwitchView): string {
  const covers =
    Object.entries(scope)
      .map(([dimension, value]) => `${dimension} ${value}`)
      .join(', ') || 'everything'
  const lifted = liftedAt === null ? '' : `; lifted ${liftedAt}${liftReason === null ? '' : `: ${liftReason}`}`
  return `${id}  ${share === null ? state : `${state} to ${share} %`}  ${covers}  since ${setAt} by ${setBy}: ${reason}${lifted}`
}
