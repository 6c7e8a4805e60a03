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
  const found = new Set<string>()
  const rendered = message === null ? null : textOf(message)
  let hosts: string[] | null = null
  eachStatedFact(facts, (name, value) => {
    const text = cleanLine(value)
    const links = clickableLinks(text)
    if (links.length === 0) return
    hosts ??= ownHosts(facts)
    const own = hosts
    const foreign = links.filter((link) => !leadsTo(link, own))
    if (
      foreign.length > 0 &&
      (rendered === null || rendered.includes(text) || foreign.some((link) => rendered.includes(link)))
    )
      found.add(`${name}\u0000${value}`)
  })
  return [...found].map((fact) => fact.slice(0, fact.indexOf('\u0000')))
}

const ownHosts = ({ creditor, optOutUrl }: TemplateFacts): string[] => [
  ...creditor.allowedLinks,
  ...[creditor.payUrl, optOutUrl].map((link) => (link === null ? null : hostOf(link))).filter((host) => host !== null),
]

/** Every fact available to templates that does not come from the operator. */
function eachStatedFact(
  { recipient, accounts, variables }: TemplateFacts,
  take: (name: string, value: string) => void,
): void {
  const { name, givenName, familyName, honorific } = recipient
  const known = (fact: string, value: string | null): void => {
    if (value !== null) take(fact, value)
  }
  known('recipient.name', name)
  known('variables.givenName', givenName)
  known('variables.familyName', familyName)
  known('variables.honorific', honorific)
  // Chinese joins them without a space.
  if (familyName !== null && honorific !== null) take('variables.honorific', `${familyName}${honorific}`)
  for (const key of Object.keys(variables)) take(`variables.${key}`, variables[key] as string)
  for (const account of accounts) {
    known('reference.masked', account.masked)
    known('factsForWords.originalCreditor', account.originalCreditor)
    known('factsForWords.nextStep.party', account.nextStep?.party ?? null)
  }
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
