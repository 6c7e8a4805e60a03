import type { Message } from '../model/message.ts'

/**
 * Why a message could not be rendered, as a value.
 *
 * `missing-facts` names facts (never their values); `not-registered` means that the vendor has not
 * approved this template, locale and tone; `too-long` does not fit the channel; `no-template` has no
 * file for the locales, tone and channel; `link-in-fact` names facts (a name, a variable) that would
 * put a foreign link into the message; `fault` is a defect of the template.
 */
export type RenderProblem =
  | { kind: 'missing-facts'; facts: string[] }
  | { kind: 'link-in-fact'; facts: string[] }
  | { kind: 'not-registered'; detail: string }
  | { kind: 'too-long'; detail: string }
  | { kind: 'no-template'; detail: string }
  | { kind: 'fault'; detail: string }

export type RenderResult =
  { ok: true; message: Message; locale: string; version: string; hash: string } | { ok: false; problem: RenderProblem }

/** One defect of a template that its author should correct. */
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
