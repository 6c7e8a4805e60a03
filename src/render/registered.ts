import type { RegisteredSmsMessage } from '../model/message.ts'
import { clickableLinks } from '../model/plain-text.ts'
import type { Registration, Template } from '../model/template.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import type { TemplateFacts } from '../model/template-facts.ts'
import { compileTemplate, templateVersion } from './compile-template.ts'
import type { RenderProblem } from './render-result.ts'
import { oneLine, smsSize } from './text.ts'
import { missingForTone, type View, viewOf } from './view.ts'
import type { WordsData } from './words-engine.ts'

interface RegisteredRequest {
  provider: string
  channel: Channel
  tone: Tone
  /** Exactly this one, without fallback: a vendor approves one text in one language. */
  locale: string
}

type Result =
  { ok: true; message: RegisteredSmsMessage; locale: string; version: string } | { ok: false; problem: RenderProblem }

/**
 * Renders a registered message: the vendor's template code and its variables.
 *
 * The provider assembles the text; the preview is rendered from the text that the vendor approved.
 *
 * @throws MissingFact when a variable needs a fact that is not known
 */
export function renderRegistered(
  template: Template,
  facts: TemplateFacts,
  data: WordsData,
  request: RegisteredRequest,
): Result {
  const { provider, channel, tone, locale } = request
  const name = `${template.id} (${locale}, ${tone}) with ${provider}`
  if (channel !== 'sms') return refused({ kind: 'not-registered', detail: `${name}: only SMS can be registered` })
  const registration = approvedRegistration(template, request)
  if (registration === null) {
    return refused({
      kind: 'not-registered',
      detail: `${name} is ${registrationsFor(template, request)[0]?.status ?? 'not registered'}`,
    })
  }
  const view = viewOf(facts, [locale])
  const missing = missingForTone(template.manifest, tone, facts, view)
  if (missing.length > 0) return refused({ kind: 'missing-facts', facts: missing })
  return fillRegistration(registration, view, data, locale)
}

type Registered = Pick<RegisteredRequest, 'provider' | 'locale' | 'tone'>

const registrationsFor = (template: Template, { provider, locale, tone }: Registered): Registration[] =>
  template.manifest.registrations.filter((r) => r.provider === provider && r.locale === locale && r.tone === tone)

/** The registration that the vendor approved for this template, locale and tone; null: none. */
export const approvedRegistration = (template: Template, request: Registered): Registration | null =>
  registrationsFor(template, request).find((r) => r.status === 'approved') ?? null

function fillRegistration(registration: Registration, view: View, data: WordsData, locale: string): Result {
  const params: { name: string; value: string }[] = []
  for (const param of registration.params) {
    const compiled = compileTemplate(param.source)
    const section = compiled.ok ? compiled.template.sections['body'] : undefined
    if (section === undefined)
      return refused({ kind: 'fault', detail: `${registration.code}: the source of "${param.name}" is not a template` })
    const value = oneLine(section.write(view, data))
    const problem = paramProblem(value, param)
    if (problem !== null)
      return refused({
        kind: problem.startsWith('longer') ? 'too-long' : 'fault',
        detail: `${registration.code}: the variable "${param.name}" is ${problem}`,
      })
    params.push({ name: param.name, value })
  }
  const values = new Map(params.map((p) => [p.name, p.value]))
  const unfilled = [...registration.text.matchAll(/\$\{(\w+)\}/g)].find((m) => !values.has(m[1] as string))
  if (unfilled !== undefined)
    return refused({
      kind: 'fault',
      detail: `${registration.code}: the approved text has a variable "${unfilled[1]}" that params does not fill`,
    })
  const preview = `【${registration.signature}】${registration.text.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) as string)}`
  return {
    ok: true,
    locale,
    version: templateVersion(JSON.stringify(registration)),
    message: {
      channel: 'sms',
      form: 'registered',
      signature: registration.signature,
      templateCode: registration.code,
      params,
      preview,
      segments: smsSize(preview).segments,
    },
  }
}

function paramProblem(value: string, { maxLen, forbids }: Registration['params'][number]): string | null {
  if ([...value].length > maxLen) return `longer than ${maxLen} characters`
  if (forbids.includes('empty') && value === '') return 'empty'
  if (forbids.includes('url') && clickableLinks(value).length > 0) return 'a link'
  return forbids.includes('brackets') && /[【】]/.test(value) ? 'bracketed like a signature' : null
}

const refused = (problem: RenderProblem): Result => ({ ok: false, problem })
