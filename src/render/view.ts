import { LRUCache } from 'lru-cache'
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
/** The facts as templates see them; an unknown fact is undefined, so that its use is detected. */
export type View = { [name: string]: ViewValue | undefined }

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
  const several = accounts.length > 1
  const { fullName, firstName, addressee } = namesOf(facts, locales[0] ?? '')
  const words = creditorWords(creditor, locales)
  const views = accounts.map((a) => accountView(a, creditor.originalCreditor))
  // Always the same properties in the same order: such objects are made and read fastest, and spreading them cost a fifth of the rendering time.
  return {
    fullName: said(fullName),
    firstName: said(firstName),
    addressee: said(addressee),
    creditor: words.creditor,
    collector: words.collector,
    sender: words.sender,
    voiceName: words.voiceName,
    contactPerson: words.contactPerson,
    helpLine: words.helpLine,
    helpHours: words.helpHours,
    payUrl: words.payUrl,
    payLink: words.payLink,
    postalAddress: words.postalAddress,
    licenceLines: words.licenceLines,
    originalCreditor: said(shared(accounts, (a) => a.originalCreditor ?? creditor.originalCreditor)),
    accounts: views,
    several,
    count: accounts.length,
    account: several ? undefined : views[0],
    total: totalOf(accounts) ?? undefined,
    lateInterest: everyKnown(accounts, (a) => a.lateInterest),
    reportsToBureau: everyKnown(accounts, (a) => a.reportsToBureau),
    nextStep: nextStepView(accounts),
    earlierEmail: said(facts.earlierEmail),
    writtenNotice: said(facts.writtenNotice),
    optOutUrl: said(facts.optOutUrl),
    variables: variablesView(facts.variables),
  }
}

/** The text as templates see it; undefined: not known, or nothing is left of it. */
function said(text: string | null): string | undefined {
  if (text === null) return undefined
  const cleaned = cleanLine(text)
  return cleaned === '' ? undefined : cleaned
}

type CreditorWords = TemplateFacts['creditor']

/** Views of creditors by their words and the locales: the same for each of their messages. */
const creditorViews = new WeakMap<CreditorWords, LRUCache<string, View>>()

function creditorWords(creditor: CreditorWords, locales: readonly string[]): View {
  let views = creditorViews.get(creditor)
  if (views === undefined) creditorViews.set(creditor, (views = new LRUCache({ max: 100 })))
  const key = locales.join()
  let view = views.get(key)
  if (view === undefined) views.set(key, (view = creditorView(creditor, locales)))
  return view
}

function creditorView(creditor: CreditorWords, locales: readonly string[]): View {
  const text = (value: LocalText | null): string | undefined => said(localText(value, locales))
  return {
    creditor: text(creditor.name),
    collector: text(creditor.collector),
    sender: said(localText(creditor.collector, locales) ?? localText(creditor.name, locales)),
    voiceName: text(creditor.voiceName),
    contactPerson: text(creditor.contactPerson),
    helpLine: said(creditor.helpLine),
    helpHours: text(creditor.helpHours),
    payUrl: said(creditor.payUrl),
    payLink: said(creditor.payUrl?.replace(/^https:\/\//, '') ?? null),
    postalAddress: text(creditor.postalAddress),
    licenceLines: creditor.licenceLines.length === 0 ? undefined : creditor.licenceLines.map(cleanLine),
  }
}

const NO_VARIABLES: View = Object.freeze({})

function variablesView(variables: TemplateFacts['variables']): View {
  let view = NO_VARIABLES
  for (const [name, value] of Object.entries(variables)) {
    const text = typeof value === 'string' ? said(value) : value
    if (text === undefined || text === null) continue
    if (view === NO_VARIABLES) view = {}
    view[name] = text
  }
  return view
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
  return {
    masked: said(account.masked),
    dueDate: said(account.dueDate),
    daysPastDue: account.daysPastDue ?? undefined,
    asOf: said(account.asOf),
    due: amountDue(account) ?? undefined,
    overdue: account.overdue ?? undefined,
    minimumDue: account.minimumDue ?? undefined,
    originalCreditor: said(account.originalCreditor ?? fallbackCreditor),
    notYetDue: account.daysPastDue === null ? undefined : account.daysPastDue <= 0,
  }
}

/** The amount owed now; before the due date the amount that falls due then, if it is stated. */
function amountDue(account: AccountTemplateFacts): Money | null {
  const notYetDue = account.daysPastDue !== null && account.daysPastDue <= 0
  return notYetDue ? (account.minimumDue ?? account.overdue) : account.overdue
}

function totalOf(accounts: readonly AccountTemplateFacts[]): Money | null {
  const amounts = accounts.map(amountDue).filter((m) => m !== null)
  const oneDay = shared(accounts, (a) => a.asOf) !== null
  return amounts.length === accounts.length && oneDay ? sumMoney(amounts) : null
}

function nextStepView(accounts: readonly AccountTemplateFacts[]): View | undefined {
  const first: NextStep | null = accounts[0]?.nextStep ?? null
  if (first === null) return undefined
  const same = accounts.every(
    ({ nextStep: s }) => s !== null && s.kind === first.kind && s.date === first.date && s.party === first.party,
  )
  return same ? { kind: said(first.kind), date: said(first.date), party: said(first.party) } : undefined
}

/** What is the same of every account; null where it is not. */
function shared<T>(accounts: readonly AccountTemplateFacts[], read: (account: AccountTemplateFacts) => T): T | null {
  const [first] = accounts
  if (first === undefined) return null
  const value = read(first)
  return accounts.every((account) => read(account) === value) ? value : null
}

function everyKnown(
  accounts: readonly AccountTemplateFacts[],
  read: (account: AccountTemplateFacts) => boolean | null,
): boolean | undefined {
  if (accounts.length === 0 || accounts.some((account) => read(account) === null)) return undefined
  return accounts.every((account) => read(account) === true)
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
  const missing = new Set<string>()
  for (const fact of manifest.requires[tone] ?? []) addMissing(missing, fact, view)
  if (facts.accounts.length === 0) missing.add('accounts')
  for (let i = 0; i < facts.accounts.length; i++)
    addUntrue(missing, facts.accounts[i] as AccountTemplateFacts, `accounts[${i}].`, tone)
  return [...missing]
}

function addMissing(missing: Set<string>, fact: RequirableFact, view: View): void {
  if (!PER_ACCOUNT.has(fact)) {
    if (view[fact] === undefined) missing.add(fact)
    return
  }
  const accounts = view['accounts'] as View[]
  for (let i = 0; i < accounts.length; i++) if (accounts[i]?.[fact] === undefined) missing.add(`accounts[${i}].${fact}`)
}

function addUntrue(missing: Set<string>, account: AccountTemplateFacts, path: string, tone: Tone): void {
  const due = amountDue(account)
  if (due !== null && !isOwed(due)) missing.add(`${path}overdue above zero`)
  if (tone !== 'gentle' && account.daysPastDue !== null && account.daysPastDue < 1)
    missing.add(`${path}daysPastDue above zero`)
  if (tone === 'final' && account.nextStep !== null && account.asOf !== null && account.nextStep.date <= account.asOf)
    missing.add(`${path}nextStep.date after asOf`)
}

function isOwed(money: Money): boolean {
  try {
    return toMinor(money) > 0n
  } catch {
    return false
  }
}
