import type { Message } from '../model/message.ts'
import { sourceKey, type Template } from '../model/template.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import type { AccountTemplateFacts, TemplateFacts } from '../model/template-facts.ts'
import { COLLECTOR_WORDS, OPT_OUT_WORDS } from './carried-blocks.ts'
import { isChinese, neverSaid } from './house-rules.ts'
import type { Finding } from './render-result.ts'
import { render } from './render.ts'
import { linksIn, smsSize } from './text.ts'

const BUREAU = /征信|credit bureau/i
const LATE_INTEREST = /罚息|滞纳金|late (?:charge|interest|fee)/i

/** Which findings do the messages have that a template renders from sample facts? */
export function sampleFindings(template: Template): Finding[] {
  const { locales, tones, channels } = template.manifest
  return locales.flatMap((locale) =>
    tones.flatMap((tone) => channels.flatMap((channel) => oneSample(template, locale, tone, channel))),
  )
}

function oneSample(template: Template, locale: string, tone: Tone, channel: Channel): Finding[] {
  const findings: Finding[] = []
  const file = `${template.id}/${sourceKey(locale, tone, channel)}`
  const add = (rule: string, text: string): void => {
    findings.push({ file, line: 1, rule, severity: 'error', text })
  }
  const rendered = (facts: TemplateFacts): Message | null => {
    const result = render(template, facts, { channel, tone, locales: [locale] })
    if (result.ok) return result.message
    const { problem } = result
    add(
      'sample',
      'facts' in problem ? `does not render with the sample facts: ${problem.facts.join(', ')}` : problem.detail,
    )
    return null
  }
  const facts = sampleFacts(locale, tone, template.manifest.mustCarry.collectorDisclosure ? 'collector' : 'lender')
  const message = rendered(facts)
  if (message === null) return findings
  const words = allWords(message)
  for (const found of neverSaid(words)) add(found.rule, found.text)
  if (message.channel === 'sms' && message.form === 'text') smsFindings(template, locale, message.text, add)
  mustCarryFindings(template, facts, message, add)
  consequenceFindings(tone, words, rendered(withStated(facts, false)), add)
  gatheredFindings(rendered(withSecondAccount(facts)), add)
  return findings
}

type Add = (rule: string, text: string) => void

function smsFindings(template: Template, locale: string, text: string, add: Add): void {
  const { segments } = smsSize(text)
  const budget = segmentBudget(template, locale)
  if (segments > budget) add('sms-length', `takes ${segments} segments with the sample facts, ${budget} at most`)
  if (isChinese(locale) && linksIn(text).length > 0) add('link', 'a Chinese SMS carries no link')
  if (isChinese(locale) && /[¥￥]/.test(text)) add('currency-sign', 'a Chinese SMS carries no ¥')
}

/** Two segments for Chinese, one for others; more for a registered signature or a collector's disclosures. */
function segmentBudget({ manifest }: Template, locale: string): number {
  if (manifest.mustCarry.collectorDisclosure) return 4
  if (isChinese(locale)) return 2
  return manifest.signed === 'always' ? 3 : 1
}

function mustCarryFindings({ manifest }: Template, facts: TemplateFacts, message: Message, add: Add): void {
  const words = message.channel === 'phone' ? message.body : allWords(message)
  const { optOut, collectorDisclosure } = manifest.mustCarry
  if (message.channel === 'sms' && optOut.includes('sms') && !OPT_OUT_WORDS.test(words))
    add('opt-out', 'the SMS does not say how to opt out')
  if (message.channel === 'email' && optOut.includes('email') && !words.includes(String(facts.optOutUrl)))
    add('opt-out', 'the email does not carry the opt-out link')
  if (!collectorDisclosure) return
  if (!COLLECTOR_WORDS.test(words)) add('disclosure', 'does not say that it comes from a debt collector')
  const { creditor } = facts
  const named = {
    creditor: creditor.name,
    collector: creditor.collector,
    originalCreditor: creditor.originalCreditor,
    licenceLines: creditor.licenceLines[0],
  }
  for (const [name, value] of Object.entries(named))
    if (!words.includes(String(value))) add('disclosure', `does not name the ${name}`)
}

/** Consequences are stated only when they are true, and only at firm and final. */
function consequenceFindings(tone: Tone, words: string, unstated: Message | null, add: Add): void {
  const mild = tone === 'gentle' || tone === 'neutral'
  const silent = unstated === null ? '' : allWords(unstated)
  if (BUREAU.test(silent) || (mild && BUREAU.test(words)))
    add('unstated', 'speaks of credit reporting where it is not stated or not due at this tone')
  if (LATE_INTEREST.test(silent) || (mild && LATE_INTEREST.test(words)))
    add('unstated', 'speaks of late interest where it is not stated or not due at this tone')
}

function gatheredFindings(message: Message | null, add: Add): void {
  if (message === null || message.channel === 'phone') return
  const words = allWords(message)
  const silentOnBoth = !words.includes('4821') && !words.includes('7730')
  if (!silentOnBoth && !(words.includes('4821') && words.includes('7730')))
    add('gathered', 'names only one of two accounts')
}

const withStated = (facts: TemplateFacts, stated: boolean): TemplateFacts => ({
  ...facts,
  accounts: facts.accounts.map((account) => ({ ...account, lateInterest: stated, reportsToBureau: stated })),
})

const withSecondAccount = (facts: TemplateFacts): TemplateFacts => ({
  ...facts,
  accounts: facts.accounts.flatMap((account) => [account, { ...account, masked: '7730' }]),
})

function allWords(message: Message): string {
  switch (message.channel) {
    case 'sms':
      return message.form === 'text' ? message.text : message.preview
    case 'email':
      return `${message.subject}\n${message.text}`
    case 'phone':
      return [message.opening, message.body, message.voicemail, ...Object.values(message.replies)].join('\n')
  }
}

/** The sample debt at one stage: instalments of 1,250.00 (125.00) due on the 20th, late interest 0.06 % a day. */
interface Moment {
  daysPastDue: number
  asOf: string
  cny: string
  usd: string
  nextStepDate: string | null
}

const MOMENTS: Readonly<Record<Tone, Moment>> = {
  gentle: { daysPastDue: 1, asOf: '2026-11-21', cny: '1250.00', usd: '125.00', nextStepDate: null },
  neutral: { daysPastDue: 12, asOf: '2026-12-02', cny: '1259.00', usd: '125.00', nextStepDate: null },
  firm: { daysPastDue: 35, asOf: '2026-12-25', cny: '2530.00', usd: '250.00', nextStepDate: null },
  final: { daysPastDue: 75, asOf: '2027-02-03', cny: '3850.50', usd: '375.00', nextStepDate: '2027-02-17' },
}

/**
 * Invented facts for previews, lint and tests; names and numbers are fictitious.
 *
 * @param locale  Chinese locales get the Chinese borrower and lender, others the American ones
 * @param tone    the stage of the debt at which this tone is used, so that dates and sums agree
 * @param speaker who sends the message: the lender, or a collector for it
 */
export function sampleFacts(locale: string, tone: Tone, speaker: 'lender' | 'collector' = 'lender'): TemplateFacts {
  const chinese = /^zh\b/i.test(locale)
  const lender = chinese ? CHINESE_LENDER : AMERICAN_LENDER
  return {
    recipient: chinese
      ? { name: '张美玲', givenName: '美玲', familyName: '张', honorific: '女士' }
      : { name: 'Ana Ortiz', givenName: 'Ana', familyName: 'Ortiz', honorific: 'Ms' },
    creditor: speaker === 'lender' ? lender : { ...lender, ...(chinese ? CHINESE_COLLECTOR : AMERICAN_COLLECTOR) },
    accounts: [sampleAccount(chinese, MOMENTS[tone])],
    earlierEmail: tone === 'final' ? '2027-02-01' : null,
    writtenNotice: tone === 'final' ? '2027-02-01' : null,
    optOutUrl: 'https://reminders.example/u/sample',
    variables: {},
  }
}

function sampleAccount(chinese: boolean, moment: Moment): AccountTemplateFacts {
  return {
    masked: '4821',
    dueDate: '2026-11-20',
    daysPastDue: moment.daysPastDue,
    asOf: moment.asOf,
    overdue: chinese ? { amount: moment.cny, currency: 'CNY' } : { amount: moment.usd, currency: 'USD' },
    minimumDue: null,
    originalCreditor: null,
    lateInterest: true,
    reportsToBureau: true,
    nextStep:
      moment.nextStepDate === null
        ? null
        : {
            kind: 'placement',
            date: moment.nextStepDate,
            party: chinese ? '某某公司' : 'Lakeside Services',
            authorisedBy: 'sample',
          },
  }
}

const CHINESE_LENDER: TemplateFacts['creditor'] = {
  name: '示例消费金融',
  signature: '示例消金',
  voiceName: '示例公司',
  contactPerson: '李明',
  helpLine: '400-000-0000',
  helpHours: '9:00-20:00',
  payUrl: null,
  postalAddress: '上海市示例路1号',
  licenceLines: [],
  collector: null,
  originalCreditor: null,
  allowedLinks: [],
}

const AMERICAN_LENDER: TemplateFacts['creditor'] = {
  name: 'Northwind Credit',
  signature: '示例消金',
  voiceName: 'Northwind',
  contactPerson: 'Alex Reed',
  helpLine: '800-555-0100',
  helpHours: 'Mon–Fri 9–6 ET',
  payUrl: 'https://northwind.example/p',
  postalAddress: '1 Example Street, Albany, NY 12207',
  licenceLines: [],
  collector: null,
  originalCreditor: null,
  allowedLinks: ['northwind.example'],
}

const CHINESE_COLLECTOR = {
  voiceName: '示例服务',
  licenceLines: ['示例备案第1号'],
  collector: '示例服务公司',
  originalCreditor: '示例银行',
}

const AMERICAN_COLLECTOR = {
  voiceName: 'Lakeside Services',
  licenceLines: ['NYC DCWP licence 0000000'],
  collector: 'Lakeside Services',
  originalCreditor: 'Example Bank',
}
