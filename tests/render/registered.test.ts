import { describe, expect, it } from 'vitest'
import type { Registration, Template } from '../../src/model/template.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { lint } from '../../src/render/lint.ts'
import { render } from '../../src/render/render.ts'
import { sampleFacts } from '../../src/render/lint-samples.ts'
import { shippedTemplate, withFile } from './shipped-templates.ts'

const REGISTRATION: Registration = {
  provider: 'aliyun-sms',
  locale: 'zh-CN',
  tone: 'gentle',
  code: 'SMS_1',
  signature: '示例消金',
  status: 'approved',
  approvedAt: '2026-11-01',
  text: '${name}您好，您尾号${masked}的账户有一项通知，请致电${phone}。',
  params: [
    { name: 'name', source: '{{addressee}}', maxLen: 12, forbids: ['url', 'brackets', 'empty'] },
    { name: 'masked', source: '{{account.masked}}', maxLen: 4, forbids: ['url', 'brackets', 'empty'] },
    { name: 'phone', source: '{{helpLine}}', maxLen: 15, forbids: ['url', 'brackets', 'empty'] },
  ],
}

const withRegistration = (change: Partial<Registration> = {}): Template => {
  const template = shippedTemplate('cn-consumer-loan')
  return { ...template, manifest: { ...template.manifest, registrations: [{ ...REGISTRATION, ...change }] } }
}

const send = (template: Template, facts: TemplateFacts = sampleFacts('zh-CN', 'gentle'), locales = ['zh-CN', 'en']) =>
  render(template, facts, { channel: 'sms', tone: 'gentle', locales, registeredWith: 'aliyun-sms' })

describe('a vendor that takes only the templates it has approved', () => {
  it('gets its code and its variables in order, and we keep a preview', () => {
    expect(send(withRegistration())).toMatchObject({
      ok: true,
      locale: 'zh-CN',
      message: {
        channel: 'sms',
        form: 'registered',
        signature: '示例消金',
        templateCode: 'SMS_1',
        segments: 1,
        params: [
          { name: 'name', value: '张女士' },
          { name: 'masked', value: '4821' },
          { name: 'phone', value: '400-000-0000' },
        ],
        preview: '【示例消金】张女士您好，您尾号4821的账户有一项通知，请致电400-000-0000。',
      },
    })
  })

  it.each([
    ['pending', { status: 'pending' as const }],
    ['rejected', { status: 'rejected' as const }],
    ['in another tone', { tone: 'firm' as const }],
    ['with another vendor', { provider: 'tencent-sms' }],
    ['in another language', { locale: 'en' }],
  ])('gets nothing while the registration is %s', (_, change) => {
    expect(send(withRegistration(change))).toMatchObject({ ok: false, problem: { kind: 'not-registered' } })
  })

  it('gets nothing by locale fallback: another language was approved by nobody', () => {
    expect(send(withRegistration(), sampleFacts('zh-CN', 'gentle'), ['zh-HK', 'zh-CN'])).toMatchObject({
      ok: false,
      problem: { kind: 'not-registered' },
    })
  })

  it('gets nothing for calls and email, which cannot be registered', () => {
    const result = render(withRegistration(), sampleFacts('zh-CN', 'gentle'), {
      channel: 'email',
      tone: 'gentle',
      locales: ['zh-CN'],
      registeredWith: 'aliyun-sms',
    })
    expect(result).toMatchObject({ ok: false, problem: { kind: 'not-registered' } })
  })

  it.each([
    ['too long', { name: '长'.repeat(13) }, 'too-long'],
    ['a link', { name: 'a.cn/x' }, 'link-in-fact'],
  ])('gets no variable that is %s', (_, recipient, kind) => {
    const facts = {
      ...sampleFacts('zh-CN', 'gentle'),
      recipient: { givenName: null, familyName: null, honorific: null, ...recipient },
    }
    expect(send(withRegistration(), facts)).toMatchObject({ ok: false, problem: { kind } })
  })

  it('gets no text about one account when there are two', () => {
    const facts = sampleFacts('zh-CN', 'gentle')
    facts.accounts.push({ ...facts.accounts[0]!, masked: '7730' })
    expect(send(withRegistration(), facts)).toMatchObject({
      ok: false,
      problem: { kind: 'missing-facts', facts: ['account.masked'] },
    })
  })
})

describe('lint of registrations', () => {
  const rules = (yaml: string) =>
    lint(
      'cn-consumer-loan',
      withFile('cn-consumer-loan', 'template.yaml', (t) =>
        t.replace('registrations: []', `registrations:\n  - ${yaml}`),
      ),
    )

  it('finds variables that do not match the approved text, and warns of words that general channels refuse', () => {
    const found = rules(
      '{ provider: p, locale: zh-CN, tone: gentle, code: C1, signature: 示例消金, status: approved, text: "${a}的贷款", params: [{ name: b, source: "{{adress}}", maxLen: 5 }] }',
    )
    expect(found.map((f) => `${f.severity} ${f.text}`)).toEqual([
      'error C1: the text has a variable "a" that params does not fill',
      'error C1: params fills "b", which the text does not have',
      expect.stringContaining('error C1: the source of "b" "adress" is not a fact'),
      'warning C1: has words that only an approved finance channel takes',
    ])
  })
})
