import {
  type EmailMessage,
  MAX_SPOKEN_ENCODED,
  type Message,
  type SmsMessage,
  VOICE_REPLIES,
  type VoiceMessage,
  type VoiceReply,
} from '../model/message.ts'
import type { TemplateManifest } from '../model/template.ts'
import type { TemplateFacts } from '../model/template-facts.ts'
import type { CompiledTemplate } from './compile-template.ts'
import { revealingWord } from './house-rules.ts'
import type { RenderProblem } from './render-result.ts'
import { cleanLine, explicitLinks, foldedToGsm, hostOf, leadsTo, oneLine, paragraphs, smsSize } from './text.ts'
import type { View } from './view.ts'
import { MissingFact, type WordsData } from './words-engine.ts'

/** The input from which the message of one channel is built. */
export interface Filled {
  manifest: TemplateManifest
  locale: string
  facts: TemplateFacts
  view: View
  data: WordsData
  source: CompiledTemplate
  frame: CompiledTemplate | null
}

type Built<M extends Message> = { ok: true; message: M } | { ok: false; problem: RenderProblem }

/** Carriers join at most ten segments; Twilio refuses more than 1,600 characters (21617). */
const MAX_SMS_SEGMENTS = 10

/** RFC 5322's advice for a header line, less room for its name. */
const MAX_SUBJECT = 120

/** @throws MissingFact (as do all builders here) when the words need a fact that the view lacks */
export function smsMessage(filled: Filled): Built<SmsMessage> {
  const text = foldedToGsm(`${signatureFor(filled)}${oneLine(framedBody(filled))}`)
  const linkProblem = foreignLink(text, filled, /^zh\b/i.test(filled.locale))
  if (linkProblem !== null) return { ok: false, problem: linkProblem }
  const { segments } = smsSize(text)
  if (segments > MAX_SMS_SEGMENTS)
    return {
      ok: false,
      problem: { kind: 'too-long', detail: `the SMS takes ${segments} segments, ${MAX_SMS_SEGMENTS} are the most` },
    }
  return { ok: true, message: { channel: 'sms', form: 'text', text, segments } }
}

/** @throws MissingFact */
export function emailMessage(filled: Filled): Built<EmailMessage> {
  const subject = cleanLine(oneLine(part(filled, 'subject')))
  const text = paragraphs(framedBody(filled))
  const problem = revealed('subject', subject, filled) ?? foreignLink(text, filled, false)
  if (problem !== null) return { ok: false, problem }
  if (subject.length > MAX_SUBJECT)
    return {
      ok: false,
      problem: {
        kind: 'too-long',
        detail: `the subject has ${subject.length} characters, ${MAX_SUBJECT} are the most`,
      },
    }
  const html = emailPage(subject, text, filled.locale, ownLinks(filled.facts))
  return { ok: true, message: { channel: 'email', form: 'text', subject, text, html } }
}

/** @throws MissingFact */
export function voiceMessage(filled: Filled): Built<VoiceMessage> {
  const spoken = (name: string): string => oneLine(part(filled, name))
  const replies = Object.fromEntries(VOICE_REPLIES.map((name) => [name, spoken(name)])) as Record<VoiceReply, string>
  const message: VoiceMessage = {
    channel: 'phone',
    form: 'text',
    locale: filled.locale,
    opening: spoken('opening'),
    body: oneLine(framedBody(filled)),
    voicemail: spoken('voicemail'),
    replies,
  }
  // The parts that a stranger may hear, the reply to a wrong number included.
  const problem =
    revealed('opening', message.opening, filled) ??
    revealed('voicemail', message.voicemail, filled) ??
    revealed('wrong-number', replies['wrong-number'], filled)
  if (problem !== null) return { ok: false, problem }
  for (const [name, text] of Object.entries({
    opening: message.opening,
    body: message.body,
    voicemail: message.voicemail,
    ...replies,
  })) {
    const encoded = encodeURIComponent(text).length
    if (encoded > MAX_SPOKEN_ENCODED)
      return {
        ok: false,
        problem: {
          kind: 'too-long',
          detail: `the ${name} of the call takes ${encoded} encoded characters, ${MAX_SPOKEN_ENCODED} are the most`,
        },
      }
  }
  return { ok: true, message }
}

/** Mainland carriers accept only the registered signature; elsewhere the sender's name may replace it. */
function signatureFor({ manifest, locale, facts, view }: Filled): string {
  const always = manifest.signed === 'always'
  if (!always && !/^zh\b/i.test(locale)) return ''
  const signature = facts.creditor.signature ?? (always ? undefined : view['sender'])
  if (typeof signature !== 'string' || cleanLine(signature) === '') throw new MissingFact('creditor.signature')
  return `【${cleanLine(signature)}】`
}

/** The tone's body inside the channel's frame. */
function framedBody(filled: Filled): string {
  const body = part(filled, 'body')
  const frame = filled.frame?.sections['body']
  if (frame === undefined) return body
  return frame.write(filled.view, filled.data, body.trim())
}

/** A part of the tone's own file, or else of the frame. The body is the tone's own. */
function part({ source, frame, view, data }: Filled, name: string): string {
  const own = Object.hasOwn(source.sections, name) ? source.sections[name] : undefined
  const section = own ?? (name === 'body' ? undefined : frame?.sections[name])
  const text = section?.write(view, data) ?? ''
  if (text.trim() === '') throw new MissingFact(`the part "${name}" of the template`)
  return text
}

/** Does this text reveal a debt? Names are ignored: some people are called Loan, Late or Due. */
function revealed(place: string, text: string, { view }: Filled): RenderProblem | null {
  const names = [view['addressee'], view['fullName'], view['firstName'], view['contactPerson']].filter(
    (name) => typeof name === 'string',
  )
  const word = revealingWord(names.reduce<string>((rest, name) => rest.replaceAll(name, '…'), text))
  return word === null ? null : { kind: 'fault', detail: `the ${place} would reveal a debt to a stranger ("${word}")` }
}

const ownLinks = ({ creditor, optOutUrl }: TemplateFacts): string[] =>
  [creditor.payUrl, optOutUrl].filter((link) => link !== null)

function foreignLink(text: string, { facts }: Filled, noneAllowed: boolean): RenderProblem | null {
  const links = explicitLinks(text)
  if (links.length > 0 && noneAllowed) return { kind: 'fault', detail: 'a Chinese SMS may not carry a link' }
  // The opt-out page is allowed on any host, also on a deployment without https.
  const foreign = facts.optOutUrl === null ? links : explicitLinks(text.replaceAll(facts.optOutUrl, ' '))
  const hosts = [
    ...facts.creditor.allowedLinks,
    ...ownLinks(facts)
      .map(hostOf)
      .filter((host) => host !== null),
  ]
  return foreign.every((link) => leadsTo(link, hosts))
    ? null
    : { kind: 'fault', detail: 'a link leads to a host that the creditor does not list in allowedLinks' }
}

/** Raised with every change of the layout below, so that the version of every email rendered with it changes. */
export const EMAIL_LAYOUT = 'layout-1'

const STYLE = {
  page: 'margin:0;padding:0;background:#ffffff;color:#1a1a1a;',
  column:
    "max-width:36em;margin:0 auto;padding:24px 16px;font:16px/1.6 -apple-system,BlinkMacSystemFont,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;",
  paragraph: 'margin:0 0 1em;',
  list: 'margin:0 0 1em;padding-left:1.4em;',
  link: 'color:#0b57d0;',
}

/**
 * An email's text as an accessible page: one column, real text, no image, no colour that carries meaning.
 *
 * A block whose lines all begin with `- ` becomes a list. Everything is escaped; only `links` become
 * links, and each shows where it leads.
 *
 * @param text   paragraphs separated by an empty line
 * @param links  the web addresses that the facts supply
 */
function emailPage(subject: string, text: string, locale: string, links: readonly string[]): string {
  const blocks = text
    .split(/\n{2,}/)
    .map((block) => blockHtml(block, links))
    .join('\n')
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(locale)}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(subject)}</title></head>`,
    `<body style="${STYLE.page}"><div style="${STYLE.column}">`,
    blocks,
    '</div></body></html>',
  ].join('\n')
}

function blockHtml(block: string, links: readonly string[]): string {
  const lines = block.split('\n')
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul style="${STYLE.list}">${lines.map((line) => `<li>${inlineHtml(line.slice(2), links)}</li>`).join('')}</ul>`
  }
  return `<p style="${STYLE.paragraph}">${lines.map((line) => inlineHtml(line, links)).join('<br>')}</p>`
}

function inlineHtml(line: string, links: readonly string[]): string {
  const [link] = [...links]
    .filter((l) => line.includes(l))
    .sort((a, b) => line.indexOf(a) - line.indexOf(b) || b.length - a.length)
  if (link === undefined) return escapeHtml(line)
  const at = line.indexOf(link)
  const url = escapeHtml(link)
  return `${escapeHtml(line.slice(0, at))}<a href="${url}" style="${STYLE.link}">${url}</a>${inlineHtml(line.slice(at + link.length), links)}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] as string)
