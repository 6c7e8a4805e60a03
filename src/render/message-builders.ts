import { MAX_SPOKEN_ENCODED, VOICE_REPLIES, type EmailMessage, type Message, type SmsMessage, type VoiceMessage, type VoiceReply } from '../model/message.ts'
import type { TemplateManifest } from '../model/template.ts'
import type { WordFacts } from '../model/word-facts.ts'
import { cleanLine } from './clean.ts'
import type { CompiledTemplate } from './compile-template.ts'
import { emailPage } from './email-layout.ts'
import { oneLine, paragraphs } from './flow.ts'
import { explicitLinks, hostOf, leadsTo } from './links.ts'
import type { RenderProblem } from './render-result.ts'
import { revealingWord } from './revealing.ts'
import { foldedToGsm, smsSize } from './sms-segments.ts'
import type { View } from './view.ts'
import { MissingFact, type WordsData } from './words-engine.ts'

/** Everything a message of one channel is built from. */
export interface Filled {
  manifest: TemplateManifest
  locale: string
  facts: WordFacts
  view: View
  data: WordsData
  source: CompiledTemplate
  frame: CompiledTemplate | null
}

export type Built<M extends Message> = { ok: true; message: M } | { ok: false; problem: RenderProblem }

/** Ten segments are the most that carriers join; Twilio refuses more than 1,600 characters (21617). */
const MAX_SMS_SEGMENTS = 10

/** RFC 5322's advice for a header line, less room for its name. */
const MAX_SUBJECT = 120

/** @throws MissingFact as every builder here does, when the words need a fact that the view lacks */
export function smsMessage(filled: Filled): Built<SmsMessage> {
  const text = foldedToGsm(`${signatureFor(filled)}${oneLine(framedBody(filled))}`)
  const linkProblem = strayLink(text, filled, /^zh\b/i.test(filled.locale))
  if (linkProblem !== null) return { ok: false, problem: linkProblem }
  const { segments } = smsSize(text)
  if (segments > MAX_SMS_SEGMENTS) return { ok: false, problem: { kind: 'too-long', detail: `the SMS takes ${segments} segments, ${MAX_SMS_SEGMENTS} are the most` } }
  return { ok: true, message: { channel: 'sms', form: 'text', text, segments } }
}

/** @throws MissingFact */
export function emailMessage(filled: Filled): Built<EmailMessage> {
  const subject = cleanLine(oneLine(part(filled, 'subject')))
  const text = paragraphs(framedBody(filled))
  const problem = revealed('subject', subject, filled) ?? strayLink(text, filled, false)
  if (problem !== null) return { ok: false, problem }
  if (subject.length > MAX_SUBJECT) return { ok: false, problem: { kind: 'too-long', detail: `the subject has ${subject.length} characters, ${MAX_SUBJECT} are the most` } }
  const html = emailPage(subject, text, filled.locale, ownLinks(filled.facts))
  return { ok: true, message: { channel: 'email', form: 'text', subject, text, html } }
}

/** @throws MissingFact */
export function voiceMessage(filled: Filled): Built<VoiceMessage> {
  const spoken = (name: string): string => oneLine(part(filled, name))
  const replies = Object.fromEntries(VOICE_REPLIES.map((name) => [name, spoken(name)])) as Record<VoiceReply, string>
  const message: VoiceMessage = {
    channel: 'phone', form: 'text', locale: filled.locale,
    opening: spoken('opening'), body: oneLine(framedBody(filled)), voicemail: spoken('voicemail'), replies,
  }
  // What strangers may hear: the wrong person, too, hears its reply.
  const problem = revealed('opening', message.opening, filled) ?? revealed('voicemail', message.voicemail, filled) ?? revealed('wrong-number', replies['wrong-number'], filled)
  if (problem !== null) return { ok: false, problem }
  for (const [name, text] of Object.entries({ opening: message.opening, body: message.body, voicemail: message.voicemail, ...replies })) {
    const encoded = encodeURIComponent(text).length
    if (encoded > MAX_SPOKEN_ENCODED) return { ok: false, problem: { kind: 'too-long', detail: `the ${name} of the call takes ${encoded} encoded characters, ${MAX_SPOKEN_ENCODED} are the most` } }
  }
  return { ok: true, message }
}

/** Mainland carriers take only the registered signature; elsewhere the sender's name does as well. */
function signatureFor({ manifest, locale, facts, view }: Filled): string {
  const always = manifest.signed === 'always'
  if (!always && !/^zh\b/i.test(locale)) return ''
  const signature = facts.creditor.signature ?? (always ? undefined : view['sender'])
  if (typeof signature !== 'string' || cleanLine(signature) === '') throw new MissingFact('creditor.signature')
  return `【${cleanLine(signature)}】`
}

/** The tone's words inside what every message of the channel carries. */
function framedBody(filled: Filled): string {
  const body = part(filled, 'body')
  const frame = filled.frame?.sections['body']
  if (frame === undefined) return body
  const view = { ...filled.view, body: body.trim() }
  return frame.write(view, filled.data)
}

/** A part of the tone's own file, or else of the frame. */
function part({ source, frame, view, data }: Filled, name: string): string {
  const own = Object.hasOwn(source.sections, name) ? source.sections[name] : undefined
  const section = own ?? (name === 'body' ? undefined : frame?.sections[name])
  const text = section?.write(view, data) ?? ''
  if (text.trim() === '') throw new MissingFact(`the part "${name}" of the template`)
  return text
}

/** People's own names are left out: there are those called Loan, Late or Due. */
function revealed(place: string, text: string, { view }: Filled): RenderProblem | null {
  const names = [view['addressee'], view['fullName'], view['firstName'], view['contactPerson']].filter((name) => typeof name === 'string')
  const word = revealingWord(names.reduce<string>((rest, name) => rest.replaceAll(name, '…'), text))
  return word === null ? null : { kind: 'fault', detail: `the ${place} would reveal a debt to a stranger ("${word}")` }
}

const ownLinks = ({ creditor, optOutUrl }: WordFacts): string[] => [creditor.payUrl, optOutUrl].filter((link) => link !== null)

function strayLink(text: string, { facts }: Filled, noneAllowed: boolean): RenderProblem | null {
  const links = explicitLinks(text)
  if (links.length > 0 && noneAllowed) return { kind: 'fault', detail: 'a Chinese SMS may not carry a link' }
  // Our own opt-out page is ours wherever it stands, also on a deployment without https.
  const foreign = facts.optOutUrl === null ? links : explicitLinks(text.replaceAll(facts.optOutUrl, ' '))
  const hosts = [...facts.creditor.allowedLinks, ...ownLinks(facts).map(hostOf).filter((host) => host !== null)]
  return foreign.every((link) => leadsTo(link, hosts)) ? null : { kind: 'fault', detail: 'a link leads to a host that the creditor does not list in allowedLinks' }
}
