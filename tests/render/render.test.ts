import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHANNELS, type Tone, TONES } from '../../src/model/vocabulary.ts'
import type { AccountTemplateFacts, TemplateFacts } from '../../src/model/template-facts.ts'
import { sampleFacts } from '../../src/render/lint-samples.ts'
import type { RenderResult } from '../../src/render/render-result.ts'
import { render, type RenderRequest } from '../../src/render/render.ts'
import { smsSize } from '../../src/render/text.ts'
import { SHIPPED, shippedTemplate } from './shipped-templates.ts'

const templates = Object.fromEntries(SHIPPED.map((id) => [id, shippedTemplate(id)]))

const say = (
  id: string,
  facts: TemplateFacts,
  channel: RenderRequest['channel'],
  tone: Tone,
  ...locales: string[]
): RenderResult => render(templates[id]!, facts, { channel, tone, locales })

function message(result: RenderResult) {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.message
}

const problem = (result: RenderResult) => (result.ok ? null : result.problem)

const account = (facts: TemplateFacts, change: Partial<AccountTemplateFacts>): TemplateFacts => ({
  ...facts,
  accounts: [{ ...facts.accounts[0]!, ...change }, ...facts.accounts.slice(1)],
})
const second = (facts: TemplateFacts, change: Partial<AccountTemplateFacts>): TemplateFacts => ({
  ...facts,
  accounts: [facts.accounts[0]!, { ...facts.accounts[0]!, ...change }],
})
const creditor = (facts: TemplateFacts, change: Partial<TemplateFacts['creditor']>): TemplateFacts => ({
  ...facts,
  creditor: { ...facts.creditor, ...change },
})

describe('what a Chinese SMS says', () => {
  it.each([
    [
      'gentle',
      '【示例消金】张女士您好，您尾号4821的借款本期应还1,250.00元，已于11月20日到期，暂未收到还款。已还款请忽略。可按原方式还款，如有困难请致电400-000-0000，我们一起想办法。',
    ],
    [
      'neutral',
      '【示例消金】张女士您好，您尾号4821的借款已逾期12天，截至12月2日应还1,259.00元。如近期还款有困难，可致电400-000-0000（9:00-20:00）商量延期或分期；对金额有疑问也请告诉我们。已还款请忽略。',
    ],
    [
      'firm',
      '【示例消金】张女士，您尾号4821的借款已逾期35天，截至12月25日应还2,530.00元。按合同约定，逾期期间计收罚息。逾期情况如实报送征信系统。请尽快还款；一次还清有困难的，请致电400-000-0000协商，有异议请一并提出。',
    ],
    [
      'final',
      '【示例消金】张女士，您尾号4821的借款已逾期75天，截至2月3日应还3,850.50元。如至2月17日仍未还款或与我们联系，该账户将委托某某公司跟进，并另行书面告知。在此之前及之后，您都可以还款、协商或提出异议：400-000-0000。',
    ],
  ] as const)('%s', (tone, text) => {
    expect(message(say('cn-consumer-loan', sampleFacts('zh-CN', tone), 'sms', tone, 'zh-CN'))).toEqual({
      channel: 'sms',
      form: 'text',
      text,
      segments: 2,
    })
  })

  it('names each of several loans with its own days and amount, and a total', () => {
    const facts = second(sampleFacts('zh-CN', 'neutral'), {
      masked: '7730',
      daysPastDue: 5,
      overdue: { amount: '300.00', currency: 'CNY' },
    })
    expect(message(say('cn-consumer-loan', facts, 'sms', 'neutral', 'zh-CN'))).toMatchObject({
      text: expect.stringContaining(
        '尾号4821逾期12天，截至12月2日应还1,259.00元；尾号7730逾期5天，截至12月2日应还300.00元。合计1,559.00元。',
      ),
    })
  })

  it('adds up neither two currencies nor two days', () => {
    const facts = sampleFacts('zh-CN', 'neutral')
    for (const change of [{ overdue: { amount: '300.00', currency: 'USD' } }, { asOf: '2026-12-01' }]) {
      expect(
        JSON.stringify(
          message(say('cn-consumer-loan', second(facts, { masked: '7730', ...change }), 'sms', 'neutral', 'zh-CN')),
        ),
      ).not.toContain('合计')
    }
  })

  it('speaks of a due date to come as one to come', () => {
    const facts = account(sampleFacts('zh-CN', 'gentle'), {
      daysPastDue: -3,
      asOf: '2026-11-17',
      overdue: { amount: '0.00', currency: 'CNY' },
      minimumDue: { amount: '1250.00', currency: 'CNY' },
    })
    expect(message(say('cn-consumer-loan', facts, 'sms', 'gentle', 'zh-CN'))).toMatchObject({
      text: expect.stringContaining('本期应还1,250.00元，将于11月20日到期，请提前备好款项。'),
    })
  })

  it("names the year of a date that is not this year's", () => {
    const facts = account(sampleFacts('zh-CN', 'gentle'), { dueDate: '2025-11-20' })
    expect(message(say('cn-consumer-loan', facts, 'sms', 'gentle', 'zh-CN'))).toMatchObject({
      text: expect.stringContaining('已于2025年11月20日到期'),
    })
  })

  it('does not go out on the mainland without a registered signature', () => {
    expect(
      problem(
        say(
          'cn-consumer-loan',
          creditor(sampleFacts('zh-CN', 'gentle'), { signature: null }),
          'sms',
          'gentle',
          'zh-CN',
        ),
      ),
    ).toEqual({ kind: 'missing-facts', facts: ['creditor.signature'] })
  })
})

describe('what an English SMS says', () => {
  it.each([
    [
      'gentle',
      'Northwind Credit: Hi Ana, a payment on your account ending 4821 was due Nov 20. Pay or get help: northwind.example/p or 800-555-0100. Reply STOP to opt out.',
    ],
    [
      'neutral',
      'Northwind Credit: Ana, your account ending 4821 is 12 days past due. If money is tight, we can talk about options: 800-555-0100. Reply STOP to opt out.',
    ],
    [
      'firm',
      'Northwind Credit: Ana, your account ending 4821 is 35 days past due. Please pay or call 800-555-0100 to set up a plan or question it. Reply STOP to opt out.',
    ],
    [
      'final',
      'Northwind Credit: Ana, please see our email of Feb 1 on your account ending 4821. You can still arrange a plan: 800-555-0100. Reply STOP to opt out.',
    ],
  ] as const)('%s', (tone, text) => {
    expect(message(say('us-first-party-loan', sampleFacts('en', tone), 'sms', tone, 'en'))).toEqual({
      channel: 'sms',
      form: 'text',
      text,
      segments: 1,
    })
  })

  it('says one day, not one days', () => {
    expect(
      message(say('default', account(sampleFacts('en', 'neutral'), { daysPastDue: 1 }), 'sms', 'neutral', 'en')),
    ).toMatchObject({ text: expect.stringContaining('is 1 day past due') })
  })
})

describe('what a call says', () => {
  it('reveals nothing before the right person has confirmed, and nothing to a machine', () => {
    expect(message(say('cn-consumer-loan', sampleFacts('zh-CN', 'firm'), 'phone', 'firm', 'zh-CN'))).toMatchObject({
      opening:
        '您好，这里是示例公司的智能语音来电，请问是张美玲本人吗？本人请按1；不是本人请按2，我们会停止拨打这个号码。',
      voicemail: '您好，请张美玲方便时回电400-000-0000。谢谢。',
      body: '张女士，您尾号4821的借款已逾期35天，截至12月25日应还2530元。按合同约定，逾期期间计收罚息。逾期情况如实报送征信系统。请您尽快安排还款；一次还清有困难，请按4与我们协商；有异议请按5。重听请按1，已还款请按2，约定还款日请按3，转人工请按4，对金额有疑问请按5，不想再接到语音来电请按9。',
    })
  })

  it('leaves the limited-content voicemail for a collector', () => {
    expect(
      message(say('us-third-party', sampleFacts('en', 'neutral', 'collector'), 'phone', 'neutral', 'en')),
    ).toMatchObject({
      voicemail:
        'Hello, this is Alex Reed with Lakeside Services calling for Ana Ortiz. Please call me or any representative at 800-555-0100. Thank you.',
      body: expect.stringMatching(/^This is a communication from a debt collector\./),
    })
  })

  it('is not made in a business name that reveals collecting', () => {
    const facts = creditor(sampleFacts('en', 'neutral', 'collector'), { voiceName: 'Lakeside Debt Recovery' })
    expect(problem(say('us-third-party', facts, 'phone', 'neutral', 'en'))).toMatchObject({ kind: 'fault' })
  })

  it('is made to people called Loan, Late or Due', () => {
    const facts = {
      ...sampleFacts('en', 'neutral'),
      recipient: { name: 'Loan Due', givenName: 'Loan', familyName: 'Due', honorific: null },
    }
    expect(message(say('default', facts, 'phone', 'neutral', 'en'))).toMatchObject({ channel: 'phone' })
  })

  it('is refused when a part is longer than a speech engine takes', () => {
    const facts = sampleFacts('zh-CN', 'neutral')
    facts.accounts = Array.from({ length: 30 }, (_, i) => ({ ...facts.accounts[0]!, masked: String(1000 + i) }))
    expect(problem(say('cn-consumer-loan', facts, 'phone', 'neutral', 'zh-CN'))).toMatchObject({ kind: 'too-long' })
  })
})

describe('what an email says', () => {
  it('gentle, in English', () => {
    const sent = message(say('us-first-party-loan', sampleFacts('en', 'gentle'), 'email', 'gentle', 'en'))
    expect(sent).toMatchObject({
      subject: 'A note about your Northwind account',
      text: `Hello Ana,

We have not yet received the $125.00 due on November 20 for your loan ending 4821.

If you have already paid, thank you; nothing more is needed.

You can pay at https://northwind.example/p or by phone at 800-555-0100. If the date is hard for you, tell us and we will look at it together.

Northwind Credit
1 Example Street, Albany, NY 12207

To stop emails to this address: https://reminders.example/u/sample`,
    })
  })

  it('final, in Chinese', () => {
    expect(message(say('cn-consumer-loan', sampleFacts('zh-CN', 'final'), 'email', 'final', 'zh-CN'))).toMatchObject({
      subject: '您的示例公司账户：2月17日的安排',
      text: expect.stringContaining(
        '如至2月17日仍未还款，也未与我们商定还款安排，该账户将委托某某公司跟进，并另行书面告知。',
      ),
    })
  })

  it("carries a collector's disclosures at every tone", () => {
    for (const tone of TONES) {
      const { text } = message(say('us-third-party', sampleFacts('en', tone, 'collector'), 'email', tone, 'en')) as {
        text: string
      }
      for (const part of [
        'This is a communication from a debt collector.',
        'Creditor: Northwind Credit',
        'Original creditor: Example Bank',
        'Account: ending 4821',
        'Collector: Lakeside Services, 1 Example Street',
        'NYC DCWP licence 0000000',
        'To stop emails to this address: https://reminders.example/u/sample',
      ])
        expect(text).toContain(part)
    }
  })

  it('escapes names in HTML and nowhere else, and links only where the facts lead', () => {
    const facts = {
      ...sampleFacts('en', 'gentle'),
      recipient: { name: '<b>A & "B"</b>', givenName: null, familyName: null, honorific: null },
    }
    const sent = message(say('default', facts, 'email', 'gentle', 'en')) as { html: string; text: string }
    expect(sent.text).toContain('Hello <b>A & "B"</b>,')
    expect(sent.html).toContain('Hello &lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;,')
    expect([...sent.html.matchAll(/href="([^"]+)"/g)].map((m) => m[1])).toEqual([
      'https://northwind.example/p',
      'https://reminders.example/u/sample',
    ])
  })

  it('may link to our own opt-out page where it stands, and to nothing else without https', () => {
    const facts = { ...sampleFacts('en', 'gentle'), optOutUrl: 'http://127.0.0.1:8080/u/token' }
    expect(message(say('default', facts, 'email', 'gentle', 'en'))).toMatchObject({
      text: expect.stringContaining('http://127.0.0.1:8080/u/token'),
    })
    expect(
      problem(
        say('default', creditor(facts, { postalAddress: 'http://127.0.0.1:8080/elsewhere' }), 'email', 'gentle', 'en'),
      ),
    ).toMatchObject({ kind: 'fault' })
  })

  it("is refused when a fact brings a link to a stranger's host", () => {
    const facts = {
      ...sampleFacts('en', 'gentle'),
      recipient: { name: 'https://phish.example/x', givenName: null, familyName: null, honorific: null },
    }
    expect(problem(say('default', facts, 'email', 'gentle', 'en'))).toEqual({
      kind: 'link-in-fact',
      facts: ['recipient.name'],
    })
  })

  it('has a subject that is one line, whatever the facts hold', () => {
    const facts = creditor(sampleFacts('en', 'gentle'), { voiceName: 'North\r\nBcc: x@example.com\u0000wind' })
    expect(message(say('default', facts, 'email', 'gentle', 'en'))).toMatchObject({
      subject: 'A note about your North Bcc: x@example.com wind account',
    })
  })
})

describe('words that would not be true', () => {
  const missing = (result: RenderResult): string[] => {
    const found = problem(result)
    return found?.kind === 'missing-facts' ? found.facts : []
  }

  it.each([
    ['firm', { reportsToBureau: null }, 'reportsToBureau'],
    ['firm', { lateInterest: null }, 'lateInterest'],
    ['final', { nextStep: null }, 'nextStep'],
    ['neutral', { asOf: null }, 'accounts[0].asOf'],
    ['neutral', { daysPastDue: null }, 'accounts[0].daysPastDue'],
    ['gentle', { overdue: null }, 'accounts[0].overdue'],
    ['neutral', { daysPastDue: 0 }, 'accounts[0].daysPastDue above zero'],
    ['gentle', { overdue: { amount: '0.00', currency: 'CNY' } }, 'accounts[0].overdue above zero'],
    [
      'final',
      { nextStep: { kind: 'placement', date: '2027-02-03', party: 'X', authorisedBy: 'u' } },
      'accounts[0].nextStep.date after asOf',
    ],
  ] as const)('%s is not said when %j', (tone, change, fact) => {
    for (const channel of CHANNELS)
      expect(
        missing(say('cn-consumer-loan', account(sampleFacts('zh-CN', tone), change), channel, tone, 'zh-CN')),
      ).toContain(fact)
  })

  it('a placement is not announced without naming who takes over', () => {
    const facts = account(sampleFacts('zh-CN', 'final'), {
      nextStep: { kind: 'placement', date: '2027-02-17', party: null, authorisedBy: 'u' },
    })
    expect(missing(say('cn-consumer-loan', facts, 'sms', 'final', 'zh-CN'))).toEqual(['nextStep.party'])
  })

  it.each(['zh-CN', 'en'])('credit reporting and late interest are said only where they are true (%s)', (locale) => {
    const facts = account(sampleFacts(locale, 'firm'), { reportsToBureau: false, lateInterest: false })
    for (const channel of CHANNELS)
      expect(JSON.stringify(message(say('default', facts, channel, 'firm', locale)))).not.toMatch(
        /征信|罚息|bureau|late charge/i,
      )
  })

  it('what holds for one of two gathered accounts is not said of both', () => {
    const facts = second(sampleFacts('zh-CN', 'firm'), { masked: '7730', reportsToBureau: false, lateInterest: false })
    for (const channel of CHANNELS)
      expect(JSON.stringify(message(say('cn-consumer-loan', facts, channel, 'firm', 'zh-CN')))).not.toMatch(/征信|罚息/)
    expect(missing(say('cn-consumer-loan', second(facts, { reportsToBureau: null }), 'sms', 'firm', 'zh-CN'))).toEqual([
      'reportsToBureau',
    ])
  })

  it('a next step that differs between gathered accounts is none', () => {
    const facts = second(sampleFacts('en', 'final'), {
      masked: '7730',
      nextStep: { kind: 'charge-off', date: '2027-03-01', party: null, authorisedBy: 'u' },
    })
    expect(missing(say('default', facts, 'email', 'final', 'en'))).toEqual(['nextStep'])
  })

  it('nobody without accounts and nobody without a name is written to', () => {
    expect(
      problem(say('default', { ...sampleFacts('en', 'gentle'), accounts: [] }, 'email', 'gentle', 'en')),
    ).toMatchObject({ kind: 'missing-facts' })
    const nameless = {
      ...sampleFacts('en', 'gentle'),
      recipient: { name: ' \u0000 ', givenName: null, familyName: null, honorific: null },
    }
    expect(problem(say('default', nameless, 'email', 'gentle', 'en'))).toEqual({
      kind: 'missing-facts',
      facts: ['firstName'],
    })
  })
})

describe('a name that is none', () => {
  const named = (name: string | null, locale = 'en'): TemplateFacts => ({
    ...sampleFacts(locale, 'gentle'),
    recipient: { name, givenName: null, familyName: null, honorific: null },
  })
  const text = (facts: TemplateFacts, locale = 'en'): string =>
    (message(say('default', facts, 'sms', 'gentle', locale)) as { text: string }).text

  it.each([
    'NULL',
    'null',
    'N/A',
    '#N/A',
    '#REF!',
    '#VALUE!',
    '#NAME?',
    'nan',
    'NaN',
    'nil',
    'None',
    'undefined',
    'unknown',
    '-',
    '--',
    '.',
    '?',
    '???',
    '\u3164',
    '\u200b',
    '_',
    'undefined undefined',
    '未知',
    '未填写',
    '<NA>',
    'NaT',
    '#N/D',
    '#Н/Д',
    '#ÜBERLAUF!',
    'Err:502',
    'N.N.',
    'k.A.',
    'keine Angabe',
    'sin nombre',
    'Inconnu',
    'неизвестно',
    'TBD',
    'not given',
    'First Name',
    'vorname nachname',
    '{{first_name}}',
    '${name}',
    '%FNAME%',
    '*|FNAME|*',
    '[Name]',
    '«Vorname»',
    '0',
    '12345',
    '+1 212 555 0123',
    'ana@example.com',
    'xxx',
    '#####',
  ])('%j counts as no name at all: whoever is called that is not written to', (name) => {
    for (const locale of ['en', 'zh-CN']) {
      const said = say('default', named(name, locale), 'sms', 'gentle', locale)
      expect(said).toEqual(say('default', named(null, locale), 'sms', 'gentle', locale))
      expect(problem(said)).toMatchObject({ kind: 'missing-facts' })
    }
  })

  it.each([
    'Na',
    'NA',
    'Na Li',
    'Null Ortiz',
    'Nan Goldin',
    'None Nguyen',
    '李',
    "O'Brien",
    'R2',
    '空',
    'Ana Ortiz (Anni)',
    'Tba Smith',
    'Name Ortiz',
    'X',
    'Xxavier',
    '3M',
    'Ana {A} Ortiz',
    'Prénom Ortiz',
    '无忌',
  ])('%j is one', (name) => {
    expect(text(named(name))).toContain(`Hi ${name},`)
  })
})

describe('a link that somebody else has put into a fact', () => {
  const named = (name: string): TemplateFacts => ({
    ...sampleFacts('en', 'gentle'),
    recipient: { name, givenName: null, familyName: null, honorific: null },
  })

  it.each([
    'evil.com/pay',
    'bit.ly/abc',
    'www.evil.com',
    'WWW.EVIL.COM',
    'Ana evil.co.uk',
    'http://evil.com',
    'evil.com:8080',
    'пример.рф',
    '例子.中国',
    'ev\u200bil.com',
    'evil．com',
    'evil。com',
    'evil\u2024com',
    'evil\ufe52com',
    '192.0.2.7/pay',
    'hxxps://x.y',
  ])('%j is stopped on every channel, and the name is said to be at fault', (name) => {
    for (const channel of CHANNELS)
      expect(problem(say('default', named(name), channel, 'gentle', 'en'))).toEqual({
        kind: 'link-in-fact',
        facts: ['recipient.name'],
      })
  })

  it.each([
    'St. John',
    'St.John',
    'J.R. Smith',
    'J.R.Smith',
    'Dr.Müller',
    'Dr. Müller',
    'Inc.',
    'Acme Inc.',
    'Shili Co.Ltd',
    'Mr.Wang',
    'S.p.A.',
    'A.B. & Co',
    'Jean-Luc.P',
    'Van.der.Berg',
    'Ph.D.',
  ])('%j is a name', (name) => {
    for (const channel of CHANNELS) expect(say('default', named(name), channel, 'gentle', 'en').ok).toBe(true)
  })

  it('is found in every fact that the words say, and nowhere else', () => {
    const facts = named('Ana')
    expect(say('default', { ...facts, variables: { unused: 'evil.com' } }, 'sms', 'gentle', 'en').ok).toBe(true)
    expect(problem(say('default', account(facts, { masked: 'evil.com' }), 'sms', 'gentle', 'en'))).toEqual({
      kind: 'link-in-fact',
      facts: ['reference.masked'],
    })
    const given = { ...facts, recipient: { ...facts.recipient, givenName: 'evil.com' } }
    expect(problem(say('default', given, 'sms', 'gentle', 'en'))).toEqual({
      kind: 'link-in-fact',
      facts: ['variables.givenName'],
    })
  })

  it("may be the creditor's own", () => {
    const facts = creditor(named('pay.acme-lending.com'), {
      payUrl: 'https://pay.acme-lending.com/x',
      allowedLinks: [],
    })
    expect(say('default', facts, 'sms', 'gentle', 'en').ok).toBe(true)
  })
})

describe('what nobody sees', () => {
  const sms = (name: string) =>
    message(
      say(
        'default',
        { ...sampleFacts('en', 'gentle'), recipient: { name, givenName: null, familyName: null, honorific: null } },
        'sms',
        'gentle',
        'en',
      ),
    )

  it.each([
    ['Jose\u0301', 'José'],
    ['Or\u00adtiz', 'Ortiz'],
    ['Or\u200btiz', 'Ortiz'],
    ['\u202eOrtiz\u202c', 'Ortiz'],
    ['Ortiz\ufe0f', 'Ortiz'],
    ['\ufeffOrtiz', 'Ortiz'],
    ['D\u2019Angelo', "D'Angelo"],
    ['Anne\u2013Marie', 'Anne-Marie'],
    ['Ana\u00a0Li', 'Ana Li'],
  ])('in %j costs no segment: it is written as %j', (stated, meant) => {
    expect(sms(stated)).toEqual(sms(meant))
    expect(smsSize((sms(stated) as { text: string }).text).encoding).toBe('GSM-7')
  })

  it('keeps the joiners that a script is written with, and the marks of a name that needs UCS-2 anyway', () => {
    expect(sms('می\u200cخواهم')).toMatchObject({ text: expect.stringContaining('می\u200cخواهم') })
    expect(sms('Łukasz D\u2019Angelo')).toMatchObject({ text: expect.stringContaining('D\u2019Angelo') })
  })
})

describe('locales', () => {
  it('fall back along the declared chain, with dates and money of the locale that was found', () => {
    expect(say('default', sampleFacts('en', 'gentle'), 'email', 'gentle', 'fr-CA', 'fr', 'en')).toMatchObject({
      ok: true,
      locale: 'en',
    })
    expect(say('default', sampleFacts('zh-CN', 'gentle'), 'sms', 'gentle', 'zh-HK', 'zh-CN', 'en')).toMatchObject({
      ok: true,
      locale: 'zh-CN',
    })
  })

  it('never fall back beyond it', () => {
    expect(problem(say('default', sampleFacts('en', 'gentle'), 'email', 'gentle', 'fr'))).toEqual({
      kind: 'no-template',
      detail: 'default has no gentle email text for fr',
    })
    expect(problem(say('default', sampleFacts('en', 'gentle'), 'email', 'gentle', '__proto__', '../en'))).toMatchObject(
      { kind: 'no-template' },
    )
  })
})

describe('every message, whatever the facts', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 60 })
  const anyFacts = fc.record({
    tone: fc.constantFrom(...TONES),
    channel: fc.constantFrom(...CHANNELS),
    locale: fc.constantFrom('zh-CN', 'en'),
    id: fc.constantFrom(...SHIPPED),
    name: fc.oneof(anyText, fc.constantFrom('{{creditor}}', '${x}', '\ud800', '【假】', '\u202eabc', '<script>')),
    masked: fc.option(anyText),
    days: fc.option(fc.integer({ min: -400, max: 4000 })),
    copies: fc.integer({ min: 1, max: 4 }),
    voiceName: fc.option(anyText),
    minor: fc.integer({ min: 0, max: 1_000_000_000 }),
  })
  const build = (x: typeof anyFacts extends fc.Arbitrary<infer T> ? T : never): TemplateFacts => {
    const base = sampleFacts(x.locale, x.tone, x.id === 'us-third-party' ? 'collector' : 'lender')
    return {
      ...creditor(base, { voiceName: x.voiceName }),
      recipient: { name: x.name, givenName: x.name, familyName: null, honorific: null },
      accounts: Array.from({ length: x.copies }, () => ({
        ...base.accounts[0]!,
        masked: x.masked,
        daysPastDue: x.days,
        overdue: { amount: `${x.minor}.00`, currency: 'CNY' },
      })),
    }
  }

  it('is whole and clean, or a named problem: nothing is thrown, nothing half-filled goes out', () => {
    fc.assert(
      fc.property(anyFacts, (x) => {
        const result = say(x.id, build(x), x.channel, x.tone, x.locale)
        if (!result.ok) {
          expect(['missing-facts', 'too-long', 'link-in-fact', 'fault']).toContain(result.problem.kind)
          return
        }
        const words = JSON.stringify(result.message)
        const facts = `${x.name}${x.masked}${x.voiceName}`
        for (const trace of ['undefined', '[object', '{{', 'NaN', 'null'])
          if (!facts.includes(trace)) expect(words).not.toContain(trace)
        const text = result.message.channel === 'email' ? `${result.message.subject}${result.message.text}` : words
        expect(text).not.toMatch(/\p{Surrogate}/u)
        expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f\u202a-\u202e]/)
        if (result.message.channel === 'sms') expect(words.match(/【/g)?.length ?? 0).toBeLessThanOrEqual(1)
      }),
      { numRuns: 400 },
    )
  })

  it('is the same message with the same hash from the same facts, and another hash from other words', () => {
    fc.assert(
      fc.property(anyFacts, (x) => {
        const [a, b] = [
          say(x.id, build(x), x.channel, x.tone, x.locale),
          say(x.id, JSON.parse(JSON.stringify(build(x))) as TemplateFacts, x.channel, x.tone, x.locale),
        ]
        expect(b).toEqual(a)
      }),
      { numRuns: 60 },
    )
    const hashes = TONES.map((tone) => say('default', sampleFacts('en', 'final'), 'sms', tone, 'en')).map((r) =>
      r.ok ? r.hash : null,
    )
    expect(new Set(hashes).size).toBe(TONES.length)
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/)
  })

  it('carries the version of its words: another text, another frame, another version', () => {
    const base = say('default', sampleFacts('en', 'gentle'), 'sms', 'gentle', 'en')
    const { frames } = templates['default']!
    const key = 'en/frame.sms.hbs'
    const changed = render(
      {
        ...templates['default']!,
        frames: { ...frames, [key]: { ...frames[key]!, text: '{{body}} Reply STOP to end these.' } },
      },
      sampleFacts('en', 'gentle'),
      { channel: 'sms', tone: 'gentle', locales: ['en'] },
    )
    expect(base).toMatchObject({ version: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(changed.ok && base.ok && changed.version !== base.version).toBe(true)
  })
})
