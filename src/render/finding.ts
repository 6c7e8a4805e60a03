/** One thing about a template that an author should change. */
export interface Finding {
  /** Path under `templates/`. */
  file: string
  line: number
  /** Stable name of the rule, e.g. `never-say`, `figure`, `sms-length`. */
  rule: string
  /** `error` keeps a template from being released; `warning` does not. */
  severity: 'error' | 'warning'
  text: string
}
