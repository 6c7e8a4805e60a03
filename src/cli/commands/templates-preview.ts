import { Command, Option } from 'commander'
import { type Preview, previewTemplate } from '../../authoring/templates.ts'
import { configuration } from '../../config/load.ts'
import type { Message } from '../../model/message.ts'
import { type Channel, CHANNELS, type Tone, TONES } from '../../model/vocabulary.ts'
import { printAnswer } from '../output.ts'

interface Options {
  locale: string
  tone?: Tone
  channel?: Channel
  creditor?: string
  json?: true
}

/** `decorum templates preview`: the words as an invented borrower would get them. */
export function command(): Command {
  return new Command('preview')
    .description('Shows the words of a template, filled with invented facts; nothing is sent.')
    .argument('<template>', 'its folder under templates/')
    .option('--locale <tag>', 'language', 'zh-CN')
    .addOption(new Option('--tone <tone>', 'only this tone').choices(TONES))
    .addOption(new Option('--channel <channel>', 'only this channel').choices(CHANNELS))
    .option('--creditor <id>', 'in the words of this creditor')
    .option('--json', 'answer as one JSON document')
    .action((template: string, options: Options) => {
      const previews = previewTemplate(configuration().config, {
        template,
        locale: options.locale,
        tones: options.tone === undefined ? TONES : [options.tone],
        channels: options.channel === undefined ? CHANNELS : [options.channel],
        creditor: options.creditor ?? null,
      })
      printAnswer(options.json, previews, () => previews.map(inWords).join('\n\n'))
    })
}

function inWords({ tone, channel, result }: Preview): string {
  if (!result.ok) return `── ${channel}, ${tone}: not rendered: ${reasonOf(result.problem)}`
  return [`── ${channel}, ${tone}, ${result.locale}${lengthOf(result.message)}`, ...linesOf(result.message)].join('\n')
}

const reasonOf = (problem: Extract<Preview['result'], { ok: false }>['problem']): string =>
  problem.kind === 'missing-facts'
    ? `it needs ${problem.facts.join(', ')}`
    : problem.kind === 'link-in-fact'
      ? `these facts hold a link, which no message may carry: ${problem.facts.join(', ')}`
      : problem.detail

const lengthOf = (message: Message): string =>
  message.channel === 'sms' ? `, ${message.segments} ${message.segments === 1 ? 'segment' : 'segments'}` : ''

function linesOf(message: Message): string[] {
  if (message.channel === 'email') return [`Subject: ${message.subject}`, '', message.text]
  if (message.channel === 'phone')
    return [`Opening: ${message.opening}`, `Body: ${message.body}`, `Voicemail: ${message.voicemail}`]
  return [message.form === 'text' ? message.text : message.preview]
}
