import type { Locales } from '../../config/config.ts'
import type { Creditor } from '../../model/creditor.ts'
import type { Decision } from '../../model/decision.ts'
import { weightOf } from '../../model/message.ts'
import type { Template } from '../../model/template.ts'
import type { AccountForDecision } from '../../record/dispatch/decision-inputs.ts'
import { render } from '../../render/render.ts'
import { composeWords, wordsObjection, type WrittenBefore } from '../dispatch/words.ts'
import { localeChain } from '../../model/locale.ts'
import type { SimulatedRecipient, SimulatedReminder } from './simulated-recipient.ts'

/** A message to render, and the facts to render it from. */
interface SimulatedRenderRequest {
  recipient: SimulatedRecipient
  reminder: SimulatedReminder
  creditor: Creditor
  accounts: readonly AccountForDecision[]
  daysPastDue: readonly (number | null)[]
  earlier: WrittenBefore
}

/** What a simulation knows of a rendered message. */
export interface SimulatedMessage {
  weight: number
  /**
   * Of the text with its own amounts and days and a placeholder for the name: equal for two messages to one recipient
   * exactly where the real texts are. Rendered only on demand.
   */
  hash: () => string
}

/** What would this message weigh, or why can it not be rendered? */
export type RenderSimulated = (request: SimulatedRenderRequest) => SimulatedMessage | { objection: Decision }

/** Placeholders for a recipient's name and variables; no real ones enter a simulation. */
const PLACEHOLDER = { name: '陈晓明', value: 'Example' }

/**
 * A renderer that renders each class of messages once.
 *
 * Whether a text can be rendered depends on which facts are known and not on their values, and the number of
 * SMS segments nearly so. Messages with the same known facts therefore share one result.
 */
export function simulatedRenderer(templates: ReadonlyMap<string, Template>, locales: Locales): RenderSimulated {
  const known = new Map<string, { weight: number } | { objection: Decision }>()
  return (request) => {
    const key = classOf(request)
    let rendered = known.get(key)
    if (rendered === undefined) {
      rendered = renderOnce(templates, locales, request)
      known.set(key, rendered)
    }
    return 'objection' in rendered
      ? rendered
      : { weight: rendered.weight, hash: () => hashOf(renderOnce(templates, locales, request), request.reminder.id) }
  }
}

/** A message that cannot be rendered though its class can is equal to no other. */
const hashOf = (rendered: ReturnType<typeof renderOnce>, reminderId: string): string =>
  'objection' in rendered ? reminderId : rendered.hash

function classOf({ recipient, reminder, accounts, daysPastDue, earlier }: SimulatedRenderRequest): string {
  let key = `${reminder.template}|${reminder.channel}|${reminder.tone}|${recipient.row.creditor}|${recipient.row.locale}|${recipient.named}|${earlier.emails.length > 0}|${earlier.notices.length > 0}`
  accounts.forEach((account, i) => {
    const { factsForWords: facts } = account
    key +=
      `#${account.currency}|${account.referenceMasked !== null}|${account.dueDate !== null}|${Math.sign(daysPastDue[i] ?? NaN)}|${account.minimumDueMinor !== null}|` +
      `${facts['lateInterest']}|${facts['reportsToBureau']}|${typeof facts['originalCreditor']}|${kindOf(facts['nextStep'])}|${(recipient.accounts[account.id]?.variableNames ?? []).join()}`
  })
  return key
}

const kindOf = (nextStep: unknown): string =>
  typeof nextStep === 'object' && nextStep !== null && 'kind' in nextStep ? String(nextStep.kind) : ''

function renderOnce(
  templates: ReadonlyMap<string, Template>,
  locales: Locales,
  request: SimulatedRenderRequest,
): { weight: number; hash: string } | { objection: Decision } {
  const { recipient, reminder, creditor, accounts } = request
  const template = templates.get(reminder.template)
  if (template === undefined)
    return { objection: wordsObjection({ kind: 'no-template', detail: `no template ${reminder.template}` }) }
  const names = accounts.flatMap((account) => recipient.accounts[account.id]?.variableNames ?? [])
  const words = composeWords({
    name: recipient.named ? PLACEHOLDER.name : null,
    creditor,
    accounts,
    daysPastDue: request.daysPastDue,
    variables: Object.fromEntries(names.map((name) => [name, PLACEHOLDER.value])),
    optOutUrl: null,
    earlier: request.earlier,
  })
  const result = render(template, words, {
    channel: reminder.channel,
    tone: reminder.tone,
    locales: localeChain([recipient.row.locale, creditor.defaults.locale], locales),
    registeredWith: null,
  })
  return result.ok
    ? { weight: weightOf(result.message), hash: result.hash }
    : { objection: wordsObjection(result.problem) }
}
