import type { Registration, Template } from '../model/template.ts'
import { compileTemplate } from './compile-template.ts'
import type { Finding } from './finding.ts'
import { neverSaid } from './lint-rules.ts'

/** Words for which general Chinese SMS channels refuse a template; an approved finance channel may take them. */
const REFUSED_BY_GENERAL_CHANNELS = /催|还款|贷款|借款|逾期|欠款|征信|金融/u

/** What is wrong with the registered forms of a template? */
export function registrationFindings(template: Template): Finding[] {
  const seen = new Set<string>()
  return template.manifest.registrations.flatMap((registration) => {
    const at = (severity: Finding['severity'], text: string): Finding => ({ file: `${template.id}/template.yaml`, line: 1, rule: 'registration', severity, text: `${registration.code}: ${text}` })
    const key = `${registration.provider} ${registration.locale} ${registration.tone} ${registration.status}`
    const twice = seen.has(key) && registration.status === 'approved'
    seen.add(key)
    return [
      ...(twice ? [at('error', 'a second approved registration for the same vendor, locale and tone')] : []),
      ...paramProblems(registration).map((problem) => at('error', problem)),
      ...neverSaid(registration.text).map((found) => at('error', found.text)),
      ...(REFUSED_BY_GENERAL_CHANNELS.test(registration.text) ? [at('warning', 'has words that only an approved finance channel takes')] : []),
    ]
  })
}

function paramProblems({ text, params }: Registration): string[] {
  const names = params.map((p) => p.name)
  const used = [...text.matchAll(/\$\{(\w+)\}/g)].map((m) => m[1] as string)
  return [
    ...used.filter((name) => !names.includes(name)).map((name) => `the text has a variable "${name}" that params does not fill`),
    ...names.filter((name) => !used.includes(name)).map((name) => `params fills "${name}", which the text does not have`),
    ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `params has "${name}" twice`),
    ...params.flatMap((p) => {
      const compiled = compileTemplate(p.source)
      return compiled.ok ? [] : [`the source of "${p.name}" ${compiled.faults[0]?.problem ?? 'is not a template'}`]
    }),
  ]
}
