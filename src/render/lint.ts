import {
  frameKey,
  parseTemplate,
  type Registration,
  sourceKey,
  type Template,
  type TemplateFile,
  type TemplateSource,
} from '../model/template.ts'
import { type Channel, CHANNELS, type Tone, TONES } from '../model/vocabulary.ts'
import { compileTemplate } from './compile-template.ts'
import { neverSaid, revealingWord, wordFindings } from './house-rules.ts'
import { sampleFindings } from './lint-samples.ts'
import type { Finding } from './render-result.ts'

/** Words for which general Chinese SMS channels refuse a template; an approved finance channel may take them. */
const REFUSED_BY_GENERAL_CHANNELS = /催|还款|贷款|借款|逾期|欠款|征信|金融/u

/** Which findings do the registrations of a template have? */
function registrationFindings(template: Template): Finding[] {
  const seen = new Set<string>()
  return template.manifest.registrations.flatMap((registration) => {
    const at = (severity: Finding['severity'], text: string): Finding => ({
      file: `${template.id}/template.yaml`,
      line: 1,
      rule: 'registration',
      severity,
      text: `${registration.code}: ${text}`,
    })
    const key = `${registration.provider} ${registration.locale} ${registration.tone} ${registration.status}`
    const twice = seen.has(key) && registration.status === 'approved'
    seen.add(key)
    return [
      ...(twice ? [at('error', 'a second approved registration for the same vendor, locale and tone')] : []),
      ...paramProblems(registration).map((problem) => at('error', problem)),
      ...neverSaid(registration.text).map((found) => at('error', found.text)),
      ...(REFUSED_BY_GENERAL_CHANNELS.test(registration.text)
        ? [at('warning', 'has words that only an approved finance channel takes')]
        : []),
    ]
  })
}

function paramProblems({ text, params }: Registration): string[] {
  const names = params.map((p) => p.name)
  const used = [...text.matchAll(/\$\{(\w+)\}/g)].map((m) => m[1] as string)
  return [
    ...used
      .filter((name) => !names.includes(name))
      .map((name) => `the text has a variable "${name}" that params does not fill`),
    ...names
      .filter((name) => !used.includes(name))
      .map((name) => `params fills "${name}", which the text does not have`),
    ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `params has "${name}" twice`),
    ...params.flatMap((p) => {
      const compiled = compileTemplate(p.source)
      return compiled.ok ? [] : [`the source of "${p.name}" ${compiled.faults[0]?.problem ?? 'is not a template'}`]
    }),
  ]
}

/** Parts that strangers may see or hear. */
const EXPOSED_PARTS: ReadonlySet<string> = new Set(['subject', 'opening', 'voicemail', 'wrong-number'])

/**
 * Do these files make a template whose words may go out?
 *
 * Checks the written text, and renders every locale, tone and channel with sample facts: one account
 * and two, with consequences stated and not.
 *
 * @param folder  the template's folder name
 * @param files   its files, as for `parseTemplate`
 */
export function lint(folder: string, files: readonly TemplateFile[]): Finding[] {
  const parsed = parseTemplate(folder, files)
  if (!parsed.ok) {
    return parsed.faults.map(({ path, problem, cure }) => {
      const [file, line] = path.split(/:(?=\d+$)/) as [string, string | undefined]
      return {
        file,
        line: Number(line ?? 1),
        rule: 'structure',
        severity: 'error',
        text: cure === undefined ? problem : `${problem}. ${cure}`,
      }
    })
  }
  const { template } = parsed
  const written = writtenFindings(template)
  // Rendering a file with syntax faults would only repeat them.
  const broken = written.some((f) => f.rule === 'syntax')
  return [
    ...written,
    ...requirementFindings(template),
    ...registrationFindings(template),
    ...(broken ? [] : sampleFindings(template)),
  ]
}

function writtenFindings(template: Template): Finding[] {
  const findings: Finding[] = []
  for (const locale of template.manifest.locales) {
    for (const channel of CHANNELS) {
      const keys = [frameKey(locale, channel), ...TONES.map((tone) => sourceKey(locale, tone, channel))]
      for (const key of keys) {
        const source = template.frames[key] ?? template.sources[key]
        if (source !== undefined) findings.push(...fileFindings(source, locale, channel))
      }
    }
  }
  return findings
}

function fileFindings(source: TemplateSource, locale: string, channel: Channel): Finding[] {
  const at = (line: number, rule: string, text: string): Finding => ({
    file: source.path,
    line,
    rule,
    severity: 'error',
    text,
  })
  const compiled = compileTemplate(source.text)
  if (!compiled.ok) return compiled.faults.map((fault) => at(fault.line, 'syntax', fault.problem))
  const findings: Finding[] = []
  for (const [part, { texts }] of Object.entries(compiled.template.sections)) {
    for (const { line, text } of texts) {
      text.split('\n').forEach((words, offset) => {
        for (const found of wordFindings(words, { locale, channel }))
          findings.push(at(line + offset, found.rule, found.text))
        const word = EXPOSED_PARTS.has(part) ? revealingWord(words) : null
        if (word !== null)
          findings.push(at(line + offset, 'reveals', `"${word}" in the ${part} would tell a stranger of a debt`))
      })
    }
  }
  return findings
}

const NEEDED: Readonly<Record<Tone, readonly string[]>> = {
  gentle: ['dueDate', 'overdue'],
  neutral: ['daysPastDue', 'asOf', 'overdue'],
  firm: ['daysPastDue', 'asOf', 'overdue', 'lateInterest', 'reportsToBureau'],
  final: ['daysPastDue', 'asOf', 'overdue', 'nextStep'],
}

function requirementFindings({ id, manifest }: Template): Finding[] {
  return manifest.tones.flatMap((tone) => {
    const required: readonly string[] = manifest.requires[tone] ?? []
    return NEEDED[tone]
      .filter((fact) => !required.includes(fact))
      .map((fact): Finding => ({
        file: `${id}/template.yaml`,
        line: 1,
        rule: 'requires',
        severity: 'error',
        text: `requires.${tone} lacks "${fact}": without it ${tone} words may be untrue`,
      }))
  })
}
