import type { Finding } from '../render/lint.ts'

/** `templates/default/en/3-firm.sms.hbs:4 error never-say: …` */
export const findingLine = ({ file, line, severity, rule, text }: Finding): string => `templates/${file}:${line} ${severity} ${rule}: ${text}`
