import type { Tone } from '../model/tone.ts'
import type { AccountWords, WordFacts } from '../model/word-facts.ts'

/** What varies between the stages of the invented debt: instalments of 1,250.00 (125.00) due on the 20th, late interest 0.06 % a day. */
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
 * Invented facts for previews, lint and tests: nobody's name, numbers that belong to nobody.
 *
 * @param locale  Chinese locales get the Chinese borrower and lender, others the American ones
 * @param tone    the stage of the debt at which this tone is used, so that dates and sums agree
 * @param speaker whose words they are: the lender's own, or a collector's for it
 */
export function sampleFacts(locale: string, tone: Tone, speaker: 'lender' | 'collector' = 'lender'): WordFacts {
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

function sampleAccount(chinese: boolean, moment: Moment): AccountWords {
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
    nextStep: moment.nextStepDate === null
      ? null
      : { kind: 'placement', date: moment.nextStepDate, party: chinese ? '某某公司' : 'Lakeside Services', authorisedBy: 'sample' },
  }
}

const CHINESE_LENDER: WordFacts['creditor'] = {
  name: '示例消费金融', signature: '示例消金', voiceName: '示例公司', contactPerson: '李明', helpLine: '400-000-0000', helpHours: '9:00-20:00',
  payUrl: null, postalAddress: '上海市示例路1号', licenceLines: [], collector: null, originalCreditor: null, allowedLinks: [],
}

const AMERICAN_LENDER: WordFacts['creditor'] = {
  name: 'Northwind Credit', signature: '示例消金', voiceName: 'Northwind', contactPerson: 'Alex Reed', helpLine: '800-555-0100',
  helpHours: 'Mon–Fri 9–6 ET', payUrl: 'https://northwind.example/p', postalAddress: '1 Example Street, Albany, NY 12207',
  licenceLines: [], collector: null, originalCreditor: null, allowedLinks: ['northwind.example'],
}

const CHINESE_COLLECTOR = { voiceName: '示例服务', licenceLines: ['示例备案第1号'], collector: '示例服务公司', originalCreditor: '示例银行' }

const AMERICAN_COLLECTOR = { voiceName: 'Lakeside Services', licenceLines: ['NYC DCWP licence 0000000'], collector: 'Lakeside Services', originalCreditor: 'Example Bank' }
