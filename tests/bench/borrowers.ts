import type { Config } from '../../src/config/config.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'

export const CREDITOR = 'shili-xiaojin'
export const TEMPLATE = 'cn-consumer-loan'

const NAMES = ['张三', '李四', '王小明', '赵敏', '陈建国', '刘洋', '杨丽华', '黄海', '周静', '吴磊']
const nameOf = (no: number): string => NAMES[no % NAMES.length] as string
const amountOf = (no: number): string => `${100 + (no % 9_900)}.${String(no % 100).padStart(2, '0')}`

/** A number of its own for each borrower, in a form that libphonenumber takes for a Chinese mobile. */
export const phoneOf = (no: number): string => `+86138${String(no % 100_000_000).padStart(8, '0')}`

/** Account `no` as a line of an import: one day past due on the benchmarks' day, so that the ladder's first SMS is due. */
export const accountLineOf = (no: number): string =>
  JSON.stringify({
    id: `a-${no}`,
    creditor: CREDITOR,
    asOf: '2026-11-24T00:00:00Z',
    product: 'consumer-loan',
    ladder: 'cn-consumer-loan',
    dueDate: '2026-11-23',
    autoDebit: false,
    overdue: { amount: amountOf(no), currency: 'CNY' },
    reference: { masked: String(1_000 + (no % 9_000)) },
    factsForWords: { reportsToBureau: true, lateInterest: true },
    recipient: {
      id: `r-${no}`,
      name: nameOf(no),
      locale: 'zh-CN',
      jurisdiction: 'CN',
      timeZone: 'Asia/Shanghai',
      addresses: [{ channel: 'sms', value: phoneOf(no), kind: 'mobile', relation: 'self' }],
    },
  })

/** The same accounts as a CSV file for a process whose clock is the machine's: overdue since the day before yesterday. */
export function accountCsv(from: number, count: number): string {
  const [asOf, due] = [0, 2].map((days) => new Date(Date.now() - days * 86_400_000 - 3_600_000).toISOString())
  const header =
    'id,creditor,asOf,product,ladder,dueDate,autoDebit,overdue.amount,overdue.currency,reference.masked,factsForWords.reportsToBureau,factsForWords.lateInterest,' +
    'recipient.id,recipient.name,recipient.locale,recipient.jurisdiction,recipient.timeZone,recipient.addresses.0.channel,recipient.addresses.0.value,recipient.addresses.0.kind,recipient.addresses.0.relation'
  const rows = Array.from({ length: count }, (_, i) => {
    const no = from + i
    return (
      `a-${no},${CREDITOR},${asOf},consumer-loan,cn-consumer-loan,${due?.slice(0, 10)},false,${amountOf(no)},CNY,${1_000 + (no % 9_000)},true,true,` +
      `r-${no},${nameOf(no)},zh-CN,CN,Asia/Shanghai,sms,${phoneOf(no)},mobile,self`
    )
  })
  return `${[header, ...rows].join('\n')}\n`
}

/** Lines `from` to `from + count`, as bytes in pieces like those a request body comes in. */
export async function* accountLines(from: number, count: number): AsyncGenerator<Uint8Array> {
  for (let no = from; no < from + count; no += 100) {
    const lines = Array.from({ length: Math.min(100, from + count - no) }, (_, i) => accountLineOf(no + i))
    yield Buffer.from(`${lines.join('\n')}\n`)
  }
}

/** What the pipeline makes the words of that account's first SMS from: what a worker without a ledger must be given. */
export const wordFactsOf = (no: number, config: Config): TemplateFacts => ({
  recipient: { name: nameOf(no), givenName: null, familyName: null, honorific: null },
  creditor: (config.creditors.get(CREDITOR) as { words: TemplateFacts['creditor'] }).words,
  accounts: [
    {
      masked: String(1_000 + (no % 9_000)),
      dueDate: '2026-11-23',
      daysPastDue: 1,
      asOf: '2026-11-24',
      overdue: { amount: amountOf(no), currency: 'CNY' },
      minimumDue: null,
      originalCreditor: null,
      lateInterest: true,
      reportsToBureau: true,
      nextStep: null,
    },
  ],
  earlierEmail: null,
  writtenNotice: null,
  optOutUrl: null,
  variables: {},
})
