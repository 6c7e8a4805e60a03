import type { Message } from '../model/message.ts'
import { clickableLinks } from '../model/plain-text.ts'
import type { TemplateFacts } from '../model/template-facts.ts'
import { cleanLine, hostOf, leadsTo } from './text.ts'

/**
 * Which facts would put a link into this message that is not the creditor's own?
 *
 * Any text from upstream or the recipient (names, variables, references) can hold one, with `https://` or
 * without, and phones make it clickable in a message that comes from the lender.
 *
 * @param message  null: it could not be rendered, and every fact is checked
 * @returns        the facts by name, never their values; empty when there are none
 */
export function factsWithLinks(facts: TemplateFacts, message: Message | null): string[] {
  const { creditor } = facts
  const hosts = [
    ...creditor.allowedLinks,
    ...[creditor.payUrl, facts.optOutUrl]
      .map((link) => (link === null ? null : hostOf(link)))
      .filter((host) => host !== null),
  ]
  const rendered = message === null ? null : textOf(message)
  return statedFacts(facts)
    .filter(([, value]) => {
      const text = cleanLine(value)
      const foreign = clickableLinks(text).filter((link) => !leadsTo(link, hosts))
      return (
        foreign.length > 0 &&
        (rendered === null || rendered.includes(text) || foreign.some((link) => rendered.includes(link)))
      )
    })
    .map(([name]) => name)
}

/** Every fact available to templates that does not come from the operator. */
function statedFacts({ recipient, accounts, variables }: TemplateFacts): (readonly [string, string])[] {
  const { name, givenName, familyName, honorific } = recipient
  const facts: (readonly [string, string | null])[] = [
    ['recipient.name', name],
    ['variables.givenName', givenName],
    ['variables.familyName', familyName],
    ['variables.honorific', honorific],
    // Chinese joins them without a space.
    ['variables.honorific', familyName === null || honorific === null ? null : `${familyName}${honorific}`],
    ...Object.entries(variables).map(([key, value]) => [`variables.${key}`, value] as const),
    ...accounts.flatMap(
      (account) =>
        [
          ['reference.masked', account.masked],
          ['factsForWords.originalCreditor', account.originalCreditor],
          ['factsForWords.nextStep.party', account.nextStep?.party ?? null],
        ] as const,
    ),
  ]
  const unique = new Map(
    facts
      .filter((fact): fact is readonly [string, string] => fact[1] !== null)
      .map((fact) => [fact.join('\u0000'), fact]),
  )
  return [...unique.values()]
}

function textOf(message: Message): string {
  switch (message.channel) {
    case 'sms':
      return message.form === 'text'
        ? message.text
        : [message.preview, ...message.params.map((param) => param.value)].join('\n')
    case 'email':
      return `${message.subject}\n${message.text}`
    case 'phone':
      return [message.opening, message.body, message.voicemail, ...Object.values(message.replies)].join('\n')
  }
}
