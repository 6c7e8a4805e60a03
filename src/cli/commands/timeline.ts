import { Command } from 'commander'
import type { App } from '../../app/app.ts'
import { DecorumError } from '../../model/errors.ts'
import { timelineInWords } from '../../report/timeline-words.ts'
import { readLanguage } from '../../report/words/terms.ts'
import { CLI_ACTOR, withApp } from '../with-app.ts'
import { printAnswer } from '../output.ts'

/** Entries per page. */
const PAGE = 500

/** `decorum timeline`: everything that happened with one account, oldest first. */
export function command(): Command {
  return new Command('timeline')
    .description(
      'Everything that happened with an account: events, holds, steps taken and passed over, decisions, attempts, receipts.',
    )
    .argument('<account>', 'the creditor’s own id of it')
    .option('--creditor <id>', 'whose account, when several creditors use that id')
    .option('--json', 'answer as one JSON document')
    .option('--lang <language>', 'language of the words: en or zh-CN', 'en')
    .action(async (id: string, options: { creditor?: string; json?: true; lang: string }) => {
      const language = readLanguage(options.lang)
      const { entries, zone } = await withApp(async (app) => {
        const ref = { creditor: options.creditor ?? null, id }
        const account = await app.services.getAccount(CLI_ACTOR, ref)
        return {
          entries: await wholeTimeline(app, ref),
          zone: app.config.creditors.get(account?.creditor ?? '')?.bookZone ?? 'UTC',
        }
      })
      if (entries === null)
        throw new DecorumError('DECORUM_NOT_FOUND', 'there is no such account', {
          hint: 'Write the id as the creditor does.',
        })
      printAnswer(options.json, { account: id, entries }, () => timelineInWords(entries, zone, language))
    })
}

async function wholeTimeline({ services }: App, account: { creditor: string | null; id: string }) {
  const entries = []
  let cursor: string | undefined
  do {
    const page = await services.accountTimeline(CLI_ACTOR, account, { limit: PAGE, cursor })
    if (page === null) return null
    entries.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return entries
}
