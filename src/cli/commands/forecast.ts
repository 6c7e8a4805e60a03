import { Command } from 'commander'
import { forecastInWords } from '../../report/forecast.ts'
import { readZone } from '../arguments.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** `decorum forecast`: when each route's queue will be empty, and how many reminders will not go out today. */
export function command(): Command {
  return new Command('forecast')
    .description(
      'When each route’s queue will be empty at the rate in force, how many will miss today’s contact window, and how many will expire before they can go.',
    )
    .option('--zone <zone>', 'whose day is today; the creditors’ book zone if they share one, otherwise UTC')
    .option('--json', 'answer as one JSON document')
    .action(async (options: { zone?: string; json?: true }) => {
      const zone = options.zone === undefined ? undefined : readZone(options.zone)
      const forecast = await withApp((app) => app.services.forecast(CLI_ACTOR, { zone }))
      printAnswer(options.json, forecast, () => forecastInWords(forecast))
    })
}
