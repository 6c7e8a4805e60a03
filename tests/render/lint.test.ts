import { describe, expect, it } from 'vitest'
import { wordFindings } from '../../src/render/house-rules.ts'
import { lint } from '../../src/render/lint.ts'
import { filesOf, SHIPPED, withFile } from './shipped-templates.ts'

const rulesFor = (text: string, locale: string, channel: 'sms' | 'email' | 'phone' = 'sms'): string[] =>
  wordFindings(text, { locale, channel }).map((f) => f.rule)

describe('the shipped templates', () => {
  it("are the four ladders' own", () => {
    expect(SHIPPED).toEqual(
      expect.arrayContaining(['cn-consumer-loan', 'us-first-party-loan', 'us-third-party', 'default']),
    )
  })

  it.each(SHIPPED)('%s breaks no rule', (id) => {
    expect(lint(id, filesOf(id))).toEqual([])
  })

  it.each(SHIPPED)('%s has every tone on every channel in Chinese and English', (id) => {
    const paths = filesOf(id)
      .map((f) => f.path)
      .filter((path) => /\d-\w+\.\w+\.hbs$/.test(path))
    expect(paths).toHaveLength(24)
  })
})

describe('what is never said in Chinese', () => {
  it.each([
    '如不还款将移送公安机关',
    '我们已向警方报案',
    '您的行为涉嫌刑事犯罪',
    '涉嫌诈骗将被抓捕',
    '请等候传唤',
    '我司将向法院起诉',
    '随函附上律师函',
    '将追究您的法律责任',
    '工作人员将上门核实',
    '近日安排走访',
    '我们会去您单位',
    '将前往户籍地',
    '我们将通知您的家人',
    '将联系您的单位',
    '已获取您的通讯录',
    '会致电紧急联系人',
    '您将被列入失信名单',
    '将申请限高',
    '您的账户将被冻结',
    '将列入黑名单',
    '留下终身污点',
    '影响您的子女上学',
    '影响您的征信',
    '您属于恶意逃债',
    '不要做老赖',
    '您已丧失诚信',
    '真不要脸',
    '这是最后机会',
    '最后通知',
    '今日内必须还清',
    '否则后果自负',
    '请立即还款',
    '请马上处理',
    '务必还款',
    '仅剩二小时',
    '倒计时开始',
    '今天还款可减免利息',
    '将公布您的信息',
    '监管部门要求',
  ])('%s', (text) => {
    expect(rulesFor(text, 'zh-CN')).toContain('never-say')
  })
})

describe('what is never said in English', () => {
  it.each([
    'You may be arrested',
    'A warrant has been issued',
    'We will sue you',
    'We can garnish your wages',
    'Your property may be seized',
    'This is your final notice',
    'Last chance to pay',
    'Act now',
    'Pay immediately',
    'URGENT: respond',
    'Your credit will be ruined',
    'This will damage your credit',
    'We are working with a federal agency',
    'Official notice enclosed',
    'Our legal department will proceed',
    'See you in court',
    'You should be ashamed',
    'Do not be a deadbeat',
    'We will tell your employer',
    'We will contact your family',
    'We will visit your home',
    'Think of your children',
    'Only two hours remain',
    'There are 3 days left',
    'Settle for less with a discount',
    'You must pay',
    'Failure to respond will have consequences',
    'We will post your name',
  ])('%s', (text) => {
    expect(rulesFor(text, 'en')).toContain('never-say')
  })
})

describe('how nothing is said', () => {
  it.each([
    ['请还款！', 'zh-CN', 'exclamation'],
    ['Please pay!', 'en', 'exclamation'],
    ['PLEASE PAY', 'en', 'capitals'],
    ['This is OVERDUE', 'en', 'capitals'],
    ['您已逾期12天', 'zh-CN', 'figure'],
    ['三天内处理', 'zh-CN', 'figure'],
    ['应还１２元', 'zh-CN', 'figure'],
    ['Pay within three days', 'en', 'figure'],
    ['You owe $125', 'en', 'figure'],
    ['应还¥', 'zh-CN', 'currency-sign'],
    ['见 https://example.cn/x', 'zh-CN', 'link'],
    ['点击 pay.example.cn', 'zh-CN', 'link'],
    ['Pay at bit.ly/x', 'en', 'link'],
    ['【某公司】您好', 'zh-CN', 'signature'],
  ])('%s', (text, locale, rule) => {
    expect(rulesFor(text, locale)).toContain(rule)
  })

  it.each([
    ['如有困难请致电，我们一起想办法。', 'zh-CN', 'sms'],
    ['Reply STOP to opt out.', 'en', 'sms'],
    ['To speak with a person, press 4.', 'en', 'phone'],
    ['转人工请按4。', 'zh-CN', 'phone'],
    ['我们会请同事与您联系。', 'zh-CN', 'phone'],
    ['Please tell us if the date is hard for you.', 'en', 'email'],
    ['一次还清有困难的，请来电协商。', 'zh-CN', 'sms'],
  ] as const)('leaves decent words alone: %s', (text, locale, channel) => {
    expect(rulesFor(text, locale, channel)).toEqual([])
  })

  it('allows phone keys in a call only', () => {
    expect(rulesFor('转人工请按4', 'zh-CN', 'sms')).toContain('figure')
  })
})

describe('a template that would break the law or the truth', () => {
  const rules = (id: string, path: string, change: (text: string) => string): string[] =>
    lint(id, withFile(id, path, change)).map((f) => f.rule)

  it.each([
    [
      'a debt word in a subject',
      'default',
      'en/1-gentle.email.hbs',
      (t: string) => t.replace('A note about', 'Overdue:'),
      'reveals',
    ],
    [
      'a debt word in a voicemail',
      'default',
      'zh-CN/frame.phone.hbs',
      (t: string) => t.replace('方便时回电', '就逾期借款回电'),
      'reveals',
    ],
    [
      'a debt word in an opening',
      'default',
      'en/frame.phone.hbs',
      (t: string) => t.replace('automated call', 'automated call about your loan'),
      'reveals',
    ],
    [
      'a subject that names an amount',
      'default',
      'en/1-gentle.email.hbs',
      (t: string) => t.replace('A note', 'A payment note'),
      'reveals',
    ],
    ['an SMS without its opt-out', 'us-first-party-loan', 'en/frame.sms.hbs', () => '{{body}}', 'opt-out'],
    [
      'an email without its opt-out',
      'us-third-party',
      'en/frame.email.hbs',
      (t: string) => t.replace('{{optOutUrl}}', ''),
      'opt-out',
    ],
    [
      'a collector that does not say so',
      'us-third-party',
      'en/frame.email.hbs',
      (t: string) => t.replace(/^This is a communication.*$/m, ''),
      'disclosure',
    ],
    [
      'a collector that hides whom it acts for',
      'us-third-party',
      'en/frame.email.hbs',
      (t: string) => t.replace('{{creditor}}', ''),
      'disclosure',
    ],
    [
      'a collector without its licence line',
      'us-third-party',
      'zh-CN/frame.phone.hbs',
      (t: string) => t.replace('{{this}}', '备案'),
      'disclosure',
    ],
    [
      'credit reporting said whether or not it is true',
      'default',
      'en/3-firm.email.hbs',
      (t: string) => `${t}\nWe report to the credit bureau.\n`,
      'unstated',
    ],
    [
      'late interest said at a mild tone',
      'default',
      'zh-CN/2-neutral.sms.hbs',
      (t: string) => `${t}逾期计收罚息。`,
      'unstated',
    ],
    [
      'an SMS over its budget',
      'default',
      'en/3-firm.sms.hbs',
      (t: string) => `${t} We look forward to hearing from you about this soon.`,
      'sms-length',
    ],
    [
      'a link in a Chinese SMS',
      'cn-consumer-loan',
      'zh-CN/1-gentle.sms.hbs',
      (t: string) => `${t}{{optOutUrl}}`,
      'sample',
    ],
    [
      'a short link in a Chinese SMS',
      'cn-consumer-loan',
      'en/1-gentle.sms.hbs',
      (t: string) => `${t} northwind.example/p`,
      'link',
    ],
    [
      'only one of two accounts',
      'default',
      'en/2-neutral.email.hbs',
      () => '--- subject ---\nA note\n--- body ---\n{{#each accounts}}{{#if @first}}{{masked}}{{/if}}{{/each}}',
      'gathered',
    ],
    ['a fact that does not exist', 'default', 'en/1-gentle.sms.hbs', (t: string) => `${t}{{adress}}`, 'syntax'],
    [
      'a firm tone that need not know what it states',
      'default',
      'template.yaml',
      (t: string) => t.replace('lateInterest, ', ''),
      'requires',
    ],
    [
      'a final tone without a next step',
      'default',
      'template.yaml',
      (t: string) => t.replace('nextStep', 'masked'),
      'requires',
    ],
    ['a misspelt key', 'default', 'template.yaml', (t: string) => t.replace('mustCarry', 'mustCary'), 'structure'],
  ])('%s is found', (_, id, path, change, rule) => {
    expect(rules(id, path, change)).toContain(rule)
  })

  it('names the file and the line', () => {
    const found = lint(
      'default',
      withFile('default', 'en/2-neutral.email.hbs', (t) =>
        t.replace('You can choose what suits you:', 'You can choose:\nAct now'),
      ),
    )
    const line =
      filesOf('default')
        .find((f) => f.path === 'en/2-neutral.email.hbs')!
        .text.split('\n')
        .findIndex((l) => l.startsWith('You can choose')) + 2
    expect(found).toContainEqual({
      file: 'default/en/2-neutral.email.hbs',
      line,
      rule: 'never-say',
      severity: 'error',
      text: '"Act now": hurries',
    })
  })

  it('misses a tone, a channel and a stray file', () => {
    const files = filesOf('default')
      .filter((f) => f.path !== 'en/4-final.sms.hbs')
      .concat({ path: 'en/4-finl.sms.hbs', text: 'x' })
    const texts = lint('default', files).map((f) => `${f.file} ${f.text}`)
    expect(texts.join('\n')).toContain(
      'default/en/4-finl.sms.hbs is not a file that template.yaml promises. Did you mean "en/4-final.sms.hbs"?',
    )
    expect(texts.join('\n')).toContain('default/en/4-final.sms.hbs is missing')
  })
})
