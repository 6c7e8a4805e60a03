import type { LintReport } from '../app/lint-templates.ts'

/** `templates/default/en/3-firm.sms.hbs:4 error never-say: …` */
export const findingLine = ({ file, line, severity, rule, text }: LintReport['findings'][number]): string => `templates/${file}:${line} ${severity} ${rule}: ${text}`
