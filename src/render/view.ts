import { type Money, sumMoney, toMinor } from '../model/money.ts'
import { personName } from '../model/plain-text.ts'
import type { RequirableFact, TemplateManifest } from '../model/template.ts'
import type { Tone } from '../model/vocabulary.ts'
import type { AccountTemplateFacts, LocalText, NextStep, TemplateFacts } from '../model/template-facts.ts'
import { cleanLine } from './text.ts'

/** The kind of a fact, which decides how a template may use it: directly, through a helper, or not as text. */
export type FactKind = 'text' | 'number' | 'money' | 'day' | 'truth' | 'list' | 'parts'

/** The facts that templates may use at the top level; anything else is a fault when the template is compiled. */
export const VIEW_FACTS: Readonly<Record<string, FactKind>> = {
  fullName: 'text',
  firstName: 'text',
  addressee: 'text',
  sender: 'text',
  creditor: 'text',
  collector: 'text',
  originalCreditor: 'text',
  voiceName: 'text',
  contactPerson: 'text',
  helpLine: 'text',
  helpHours: 'text',
  payUrl: 'text',
  payLink: 'text',
  postalAddress: 'text',
  licenceLines: 'list',
  accounts: 'list',
  account: 'parts',
  several: 'truth',
  count: 'number',
  total: 'money',
  lateInterest: 'truth',
  reportsToBureau: 'truth',
  nextStep: 'parts',
  earlierEmail: 'day',
  writtenNotice: 'day',
  optOutUrl: 'text',
  variables: 'parts',
  body: 'text',
}

/** The facts under `account` and inside `{{#each accounts}}`. */
export const ACCOUNT_FACTS: Readonly<Record<string, FactKind>> = {
  masked: 'text',
  dueDate: 'day',
  daysPastDue: 'number',
  asOf: 'day',
  due: 'money',
  overdue: 'money',
  minimumDue: 'money',
  originalCreditor: 'text',
  notYetDue: 'truth',
}
export const NEXT_STEP_FACTS: Readonly<Record<string, FactKind>> = { kind: 'text', date: 'day', party: 'text' }

type ViewValue = string | number | boolean | Money | View | ViewValue[]
/** The facts as templates see them; an unknown fact is absent, so that its use is detected. */
export type View = { [name: string]: ViewValue }

/**
 * Builds the facts that a template may use.
 *
 * A fact about all accounts (`total`, `lateInterest`, `nextStep` …) is present only when it holds for all
 * of them: a total needs one currency and one day, late interest and credit reporting are `true`
 * only if every account's is, a next step only if it is the same for each.
 *
 * @param locales  in which localised texts are looked up, the rendered one first
 */
export function viewOf(facts: TemplateFacts, locales: readonly string[]): View {
  const { creditor, accounts } = facts
  const text = (value: LocalText | null): string | null => localText(value, locales)
  const several = accounts.length > 1
  const lone = accounts[0]
  const { fullName, firstName, addressee } = namesOf(facts, locales[0] ?? '')
  // Listed one by one: spreading them cost a fifth of the rendering time.
  return present({
    fullName,
    firstName,
    addressee,
    creditor: text(creditor.name),
    collector: text(creditor.collector),
    sender: text(creditor.collector) ?? text(creditor.name),
    voiceName: text(creditor.voiceName),
    contactPerson: text(creditor.contactPerson),
    helpLine: creditor.helpLine,
    helpHours: text(creditor.helpHours),
    payUrl: creditor.payUrl,
    payLink: creditor.payUrl?.replace(/^https:\/\//, '') ?? null,
    postalAddress: text(creditor.postalAddress),
    licenceLines: creditor.licenceLines.length === 0 ? null : creditor.licenceLines.map(cleanLine),
    originalCreditor: shared(accounts.map((a) => a.originalCreditor ?? creditor.originalCreditor)),
    accounts: accounts.map((a) => accountView(a, creditor.originalCreditor)),
    several,
    count: accounts.length,
    account: several || lone === undefined ? null : accountView(lone, creditor.originalCreditor),
    total: totalOf(accounts),
    lateInterest: everyKnown(accounts.map((a) => a.lateInterest)),
    reportsToBureau: everyKnown(accounts.map((a) => a.reportsToBureau)),
    nextStep: nextStepView(accounts),
    earlierEmail: facts.earlierEmail,
    writtenNotice: facts.writtenNotice,
    optOutUrl: facts.optOutUrl,
    variables: present(facts.variables),
  })
}

/** The text in the first of these locales that has it. */
function localText(value: LocalText | null, locales: readonly string[]): string | null {
  if (value === null || typeof value === 'string') return value
  for (const locale of locales) {
    if (Object.hasOwn(value, locale)) return value[locale] as string
  }
  return null
}

type NameParts = [name: string | null, givenName: string | null, familyName: string | null, honorific: string | null]

/** A placeholder (`NULL`, `-`) counts as an unknown name, so that no greeting uses it. */
function namesOf(
  { recipient }: TemplateFacts,
  locale: string,
): Record<'fullName' | 'firstName' | 'addressee', string | null> {
  const [name, givenName, familyName, honorific] = [
    recipient.name,
    recipient.givenName,
    recipient.familyName,
    recipient.honorific,
  ].map((part) => (part === null ? null : personName(part))) as NameParts
  const chinese = /^zh\b/i.test(locale)
  const polite =
    honorific === null
      ? null
      : chinese
        ? `${familyName ?? name ?? ''}${honorific}`
        : `${honorific} ${familyName ?? name ?? ''}`
  return { fullName: name, firstName: givenName ?? name, addressee: name === null ? null : (polite ?? name) }
}

function accountView(account: AccountTemplateFacts, fallbackCreditor: string | null): View {
  return present({
    masked: account.masked,
    dueDate: account.dueDate,
    daysPastDue: account.daysPastDue,
    asOf: account.asOf,
    due: amountDue(account),
    overdue: account.overdue,
    minimumDue: account.minimumDue,
    originalCreditor: account.originalCreditor ?? fallbackCreditor,
    notYetDue: account.daysPastDue === null ? null : account.daysPastDue <= 0,
  })
}

/** The amount owed now; before the due date the amount that falls due then, if it is stated. */
function amountDue(account: AccountTemplateFacts): Money | null {
  const notYetDue = account.daysPastDue !== null && account.daysPastDue <= 0
  return notYetDue ? (account.minimumDue ?? account.overdue) : account.overdue
}

function totalOf(accounts: readonly AccountTemplateFacts[]): Money | null {
  const amounts = accounts.map(amountDue).filter((m) => m !== null)
  const oneDay = shared(accounts.map((a) => a.asOf)) !== null
  return amounts.length === accounts.length && oneDay ? sumMoney(amounts) : null
}

function nextStepView(accounts: readonly AccountTemplateFacts[]): View | null {
  const steps = accounts.map((a) => a.nextStep)
  const first: NextStep | null = steps[0] ?? null
  const same = steps.every(
    (s) => s !== null && s.kind === first?.kind && s.date === first.date && s.party === first.party,
  )
  return first === null || !same ? null : present({ kind: first.kind, date: first.date, party: first.party })
}

const shared = <T>(values: readonly T[]): T | null =>
  values.length > 0 && values.every((v) => v === values[0]) ? (values[0] as T) : null

const everyKnown = (values: readonly (boolean | null)[]): boolean | null =>
  values.length === 0 || values.some((v) => v === null) ? null : values.every((v) => v === true)

function present(values: Record<string, ViewValue | null | undefined>): View {
  const view: View = {}
  for (const [name, value] of Object.entries(values)) {
    const cleaned = typeof value === 'string' ? cleanLine(value) : value
    if (cleaned === null || cleaned === undefined || cleaned === '') continue
    view[name] = cleaned
  }
  return view
}

const PER_ACCOUNT: ReadonlySet<RequirableFact> = new Set<RequirableFact>([
  'masked',
  'dueDate',
  'daysPastDue',
  'asOf',
  'overdue',
  'minimumDue',
  'originalCreditor',
])

/**
 * Which facts are missing for this tone's words to be true?
 *
 * Those that the manifest requires, and for every template: an amount is owed, only gentle words go to a
 * recipient who is not overdue, and a final text's next step lies ahead.
 *
 * @returns  names of facts, never their values; empty when the words are true
 */
export function missingForTone(manifest: TemplateManifest, tone: Tone, facts: TemplateFacts, view: View): string[] {
  const missing = (manifest.requires[tone] ?? []).flatMap((fact) => missingFact(fact, facts, view))
  if (facts.accounts.length === 0) missing.push('accounts')
  for (const [index, account] of facts.accounts.entries())
    missing.push(...untrue(account, tone).map((name) => `accounts[${index}].${name}`))
  return [...new Set(missing)]
}

function missingFact(fact: RequirableFact, facts: TemplateFacts, view: View): string[] {
  if (!PER_ACCOUNT.has(fact)) return Object.hasOwn(view, fact) ? [] : [fact]
  const accounts = view['accounts'] as View[]
  return facts.accounts.flatMap((_, index) =>
    Object.hasOwn(accounts[index] as View, fact) ? [] : [`accounts[${index}].${fact}`],
  )
}

function untrue(account: AccountTemplateFacts, tone: Tone): string[] {
  const names: string[] = []
  const due = amountDue(account)
  if (due !== null && !isOwed(due)) names.push('overdue above zero')
  if (tone !== 'gentle' && account.daysPastDue !== null && account.daysPastDue < 1) names.push('daysPastDue above zero')
  if (tone === 'final' && account.nextStep !== null && account.asOf !== null && account.nextStep.date <= account.asOf)
    names.push('nextStep.date after asOf')
  return names
}

function isOwed(money: Money): boolean {
  try {
    return toMinor(money) > 0n
  } catch {
    return false
  }
}
