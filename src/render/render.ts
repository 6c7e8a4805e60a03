import { hash } from 'node:crypto'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Message } from '../model/message.ts'
import { clickableLinks } from '../model/plain-text.ts'
import type { TemplateFacts } from '../model/template-facts.ts'
import { frameKey, sourceKey, type Template, type TemplateManifest, type TemplateSource } from '../model/template.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import { type CompiledTemplate, compileTemplate, templateVersion } from './compile-template.ts'
import { EMAIL_LAYOUT, emailMessage, type Filled, smsMessage, voiceMessage } from './message-builders.ts'
import { renderRegistered } from './registered.ts'
import type { RenderProblem, RenderResult } from './render-result.ts'
import { cleanLine, hostOf, leadsTo } from './text.ts'
import { missingForTone, viewOf } from './view.ts'
import { MissingFact, WrongFactKind, type WordsData } from './words-engine.ts'

/** The hash by which messages are compared: SHA-256, in hex, of the canonical JSON. */
export function messageHash(message: Message): string {
  return hash('sha256', canonicalJson(message))
}

/** Which message to render. */
export interface RenderRequest {
  channel: Channel
  tone: Tone
  /** BCP 47 tags in order of preference, as config's fallback gives them: `['zh-HK', 'zh-CN', 'en']`. */
  locales: readonly string[]
  /** Set for a provider that takes only templates it has approved; no fallback beyond the first locale then. */
  registeredWith?: string | null
}

/**
 * Renders the message of a template and facts.
 *
 * Total and pure: the same template version, facts and request give the same message and hash, and
 * every problem is returned as a value.
 *
 * @returns  the message, its locale, the version of its words and its hash; or the problem
 */
export function render(template: Template, facts: TemplateFacts, request: RenderRequest): RenderResult {
  try {
    return renderWords(template, facts, request)
  } catch (error) {
    if (error instanceof MissingFact) return failed({ kind: 'missing-facts', facts: [error.fact] })
    if (error instanceof WrongFactKind) return failed({ kind: 'fault', detail: `${template.id}: ${error.message}` })
    // Only the error's class: its message could quote a fact.
    return failed({
      kind: 'fault',
      detail: `${template.id}: ${error instanceof Error ? error.name : 'unknown failure'} while rendering`,
    })
  }
}

/** The template text for a request, with its version. */
interface ChosenWords {
  locale: string
  source: TemplateSource
  frame: TemplateSource | null
  version: string
}

/** Which text does `render` use for this request? Null: no locale has one. */
export function chooseWords(
  template: Template,
  { channel, tone, locales }: Pick<RenderRequest, 'channel' | 'tone' | 'locales'>,
): ChosenWords | null {
  for (const locale of locales) {
    const source = own(template.sources, sourceKey(locale, tone, channel))
    if (source === null) continue
    const frame = own(template.frames, frameKey(locale, channel))
    return { locale, source, frame, version: versionOf(source, frame, channel, template.manifest.signed) }
  }
  return null
}

/** Hashing a text for every message would cost more than rendering it. */
const versions = new WeakMap<TemplateSource, { frame: TemplateSource | null; version: string }>()

function versionOf(
  source: TemplateSource,
  frame: TemplateSource | null,
  channel: Channel,
  signed: TemplateManifest['signed'],
): string {
  const known = versions.get(source)
  if (known !== undefined && known.frame === frame) return known.version
  const parts = [source.text, frame?.text ?? '', channel === 'email' ? EMAIL_LAYOUT : channel === 'sms' ? signed : '']
  const version = templateVersion(parts.join('\u0000'))
  versions.set(source, { frame, version })
  return version
}

function renderWords(template: Template, facts: TemplateFacts, request: RenderRequest): RenderResult {
  const { channel, tone, locales } = request
  if (request.registeredWith != null) {
    const locale = locales[0] ?? ''
    return finished(
      renderRegistered(template, facts, wordsData(facts, locale), {
        provider: request.registeredWith,
        channel,
        tone,
        locale,
      }),
      facts,
    )
  }
  const words = chooseWords(template, request)
  if (words === null)
    return failed({
      kind: 'no-template',
      detail: `${template.id} has no ${tone} ${channel} text for ${locales.join(', ')}`,
    })
  const view = viewOf(facts, [words.locale, ...locales])
  const missing = missingForTone(template.manifest, tone, facts, view)
  if (missing.length > 0) return failed({ kind: 'missing-facts', facts: missing })
  const source = compiled(words.source)
  const frame = words.frame === null ? null : compiled(words.frame)
  for (const file of [source, frame]) if (file !== null && !file.ok) return failed(file.problem)
  const filled: Filled = {
    manifest: template.manifest,
    locale: words.locale,
    facts,
    view,
    data: wordsData(facts, words.locale),
    source: (source as CompiledFile).template,
    frame: (frame as CompiledFile | null)?.template ?? null,
  }
  const built =
    channel === 'sms' ? smsMessage(filled) : channel === 'email' ? emailMessage(filled) : voiceMessage(filled)
  return finished(built.ok ? { ...built, locale: words.locale, version: words.version } : built, facts)
}

type CompiledFile = { ok: true; template: CompiledTemplate }

function compiled(source: TemplateSource): CompiledFile | { ok: false; problem: RenderProblem } {
  const result = compileTemplate(source.text)
  if (result.ok) return result
  const [first] = result.faults
  return {
    ok: false,
    problem: { kind: 'fault', detail: `${source.path}:${first?.line ?? 1}: ${first?.problem ?? 'is not a template'}` },
  }
}

/** Dates name their year unless it is that of the latest balance. */
function wordsData(facts: TemplateFacts, locale: string): WordsData {
  let latest: string | null = null
  for (const { asOf } of facts.accounts) if (asOf !== null && (latest === null || asOf > latest)) latest = asOf
  return { locale, currentYear: latest?.slice(0, 4) ?? null }
}

type Unhashed = Omit<Extract<RenderResult, { ok: true }>, 'hash'>

/** Checks the facts for foreign links last: only the finished message shows which of them it contains. */
function finished(result: Unhashed | Extract<RenderResult, { ok: false }>, facts: TemplateFacts): RenderResult {
  const linked = result.ok
    ? factsWithLinks(facts, result.message)
    : result.problem.kind === 'fault'
      ? factsWithLinks(facts, null)
      : []
  if (linked.length > 0) return failed({ kind: 'link-in-fact', facts: linked })
  return result.ok ? { ...result, hash: messageHash(result.message) } : result
}

const failed = (problem: RenderProblem): RenderResult => ({ ok: false, problem })

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(record, key) ? (record[key] as T) : null

/**
 * Which facts would put a link into this message that is not the creditor's own?
 *
 * Any text from upstream or the recipient (names, variables, references) can hold one, with `https://` or
 * without, and phones make it clickable in a message that comes from the lender.
 *
 * @param message  null: it could not be rendered, and every fact is checked
 * @returns        the facts by name, never their values; empty when there are none
 */
function factsWithLinks(facts: TemplateFacts, message: Message | null): string[] {
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
