import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { decide } from '../../src/decide/decide.ts'
import { explainDecision } from '../../src/decide/explain-decision.ts'
import { INVARIANTS } from '../../src/decide/decide.ts'
import { TASK_OUTCOMES } from '../../src/intake/bodies.ts'
import { OBJECTION_CODES } from '../../src/model/decision.ts'
import { SILENCES } from '../../src/model/explanation.ts'
import type { Facts } from '../../src/model/facts.ts'
import { type PackRule, RULE_SHAPES } from '../../src/model/pack-rule.ts'
import {
  ACCOUNT_STATES,
  EVENT_TYPES,
  HOLD_KINDS,
  KINDS,
  SUPPRESSION_REASONS,
  TONES,
} from '../../src/model/vocabulary.ts'
import { SKIP_REASONS } from '../../src/plan/recipient-plan.ts'
import { decisionWords, explanationLines, objectionIn, reasonBasis } from '../../src/report/decision-words.ts'
import { packInWords } from '../../src/report/pack-words.ts'
import { citationIn } from '../../src/report/words/catalogue.ts'
import { EN } from '../../src/report/words/en.ts'
import { languageNamed } from '../../src/report/words/terms.ts'
import { ZH } from '../../src/report/words/zh.ts'
import { at, factsWith, type Stated } from '../decide/case-of.ts'
import { compiledPacks, shippedPacks } from '../decide/packs.ts'

const NOW = at('2026-11-23T15:00:00Z')
const stated = (over: Stated['rest'] = {}): Stated => ({
  rest: {
    address: {
      id: 'n',
      kind: 'mobile',
      relation: 'self',
      country: 'US',
      zones: ['America/New_York'],
      subdivisions: ['US-NY'],
    },
    ...over,
  },
})
/** Cases that between them make every shape speak: where, over which channel, with which history. */
const CASES: Facts[] = [
  ...['US-NY', 'US-MA', 'US-DC', 'CN', 'HK', 'CO', 'GR', 'CL', 'KR', 'GB', 'IN', 'FR'].flatMap((jurisdiction) =>
    (['phone', 'sms', 'email'] as const).map((channel) =>
      factsWith({
        ...stated({
          events: [{ type: 'dispute', kind: null, at: NOW - 86_400_000, account: null }],
          consents: [{ kind: 'exceed-cap', channel: 'sms', address: null, from: NOW - 5, until: NOW + 5 }],
        }),
        recipient: {
          jurisdiction,
          blockedTimes: [{ days: [1, 2, 3], from: '09:00', to: '12:00', channel: null, until: null }],
        },
        reminder: { channel, mode: 'automated', expiresAt: NOW + 5, carries: { message: ['debt'], voicemail: null } },
        account: { daysPastDue: 40, product: 'credit-card', asOf: NOW - 9, freshForMs: 3_600_000 },
        contacts: [
          { at: NOW - 3_600_000, channel, outcome: 'conversation' },
          { at: NOW - 7_200_000, channel: 'phone', outcome: 'no-answer', by: 'agency-2' },
        ],
      }),
    ),
  ),
  ...(['sms', 'email'] as const).flatMap((channel) =>
    ['US-NY', 'US-MA', 'KR', 'GB', 'US-NV'].map((jurisdiction) =>
      factsWith({
        reminder: { channel },
        recipient: { jurisdiction },
        account: { dueDate: '2026-11-10', product: 'medical' },
        contacts: [
          { at: NOW - 9 * 86_400_000, channel: 'phone', outcome: 'conversation' },
          { at: NOW - 86_400_000, channel, direction: 'inbound', outcome: 'delivered', address: 'n' },
        ],
        rest: {
          address: {
            id: 'n',
            kind: 'mobile',
            relation: 'self',
            country: 'US',
            zones: ['America/New_York'],
            subdivisions: ['US-NY'],
            origin: 'prior-collector',
            verifiedAt: NOW - 5 * 86_400_000,
          },
          events: [{ type: 'notice', kind: 'collection', at: NOW - 90 * 86_400_000, account: null }],
          holds: [{ kind: 'breathing-space', account: null, from: NOW - 9, until: null }],
          consents: [
            { kind: 'electronic-contact', channel: null, address: null, from: NOW - 5, until: null },
            { kind: 'electronic-contact', channel: null, address: 'n', from: NOW - 5, until: NOW + 5 },
          ],
        },
      }),
    ),
  ),
  ...HOLD_KINDS.map((kind) => factsWith(stated({ holds: [{ kind, account: null, from: 0, until: null }] }))),
  ...SUPPRESSION_REASONS.map((reason) =>
    factsWith(
      stated({
        suppressions: [{ scope: 'channel', channel: 'phone', address: null, reason, from: null, until: NOW + 9 }],
      }),
    ),
  ),
  ...EVENT_TYPES.map((type) => factsWith(stated({ events: [{ type, kind: null, at: NOW - 9, account: null }] }))),
  ...ACCOUNT_STATES.flatMap((state) =>
    TONES.flatMap((tone) =>
      KINDS.map((kind) => factsWith({ ...stated(), account: { state }, reminder: { tone, kind } })),
    ),
  ),
]

/** ASCII words that stand for themselves in any language: ids, instants, zones, places, law as it is cited, the words of a pack in quotation marks. */
function englishIn(line: string, facts: Facts, citations: ReadonlySet<string>): string[] {
  let text = line.replace(/（规则包原文）“.*?”|采用的解读：.*/g, '').replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '')
  for (const citation of citations) text = text.replaceAll(citation, '')
  // `pack/rule`, zones, places.
  text = text
    .replace(/[a-z0-9-]+\/[a-z0-9-]+/g, '')
    .replace(/\b(?:[A-Z][A-Za-z_]+\/)+[A-Za-z_]+\b/g, '')
    .replace(/\b[A-Z]{2}(?:-[A-Z0-9]{1,3})*\b/g, '')
  for (const id of [facts.accounts[0]?.id, facts.accounts[0]?.product, ...IDS])
    text = text.replaceAll(new RegExp(`(?<![A-Za-z-])${id}(?![A-Za-z-])`, 'g'), '')
  return text.match(/[A-Za-z]{2,}/g) ?? []
}

const consentsOf = (rule: PackRule): readonly string[] => [
  ...(rule.unless?.consent ?? []),
  ...(rule.shape === 'consent' ? rule.needs : []),
  ...(rule.shape === 'address' ? (rule.consents ?? []) : []),
]
/** Kinds of events that rules look for. */
const eventKinds = [
  ...JSON.stringify(shippedPacks.map(({ rules }) => rules)).matchAll(/"event":"[^"]+","kind":"([^"]+)"/g),
].map(([, kind]) => kind as string)
const IDS = [
  ...eventKinds,
  ...shippedPacks.flatMap(({ id, rules }) => [id, ...rules.flatMap(consentsOf)]),
  'agency-2',
  '10DLC',
  'bank-card',
  'validation',
  'Decorum',
  'UTC',
]
/** The longest first: one citation may hold another. */
const citations = new Set(
  shippedPacks
    .flatMap(({ id, rules }) => (/^(?:cn|hk|house)/.test(id) ? [] : rules.map(({ citation }) => citation)))
    .sort((a, b) => b.length - a.length),
)

/** The paths of everything that a catalogue holds. */
const keysOf = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`))
    : [path]

describe('the catalogues', () => {
  it('hold the same words and sentences in both languages; open sets may name more in one', () => {
    const closed = (keys: string[]): string[] =>
      keys.filter((key) => !/^\.terms\.(?:consent|evidence|end|shape|eventKind)\./.test(key))
    expect(closed(keysOf(ZH)).sort()).toEqual(closed(keysOf(EN)).sort())
  })

  it.each([
    ['objection', OBJECTION_CODES],
    ['silence', SILENCES],
    ['state', ACCOUNT_STATES],
    ['hold', HOLD_KINDS],
    ['stop', SUPPRESSION_REASONS],
    ['event', EVENT_TYPES],
    ['skip', SKIP_REASONS],
    ['task', TASK_OUTCOMES],
    ['tone', TONES],
    ['kind', KINDS],
  ] as const)('name every %s', (set, codes) => {
    for (const { terms } of [EN, ZH]) for (const code of codes) expect(Object.hasOwn(terms[set], code), code).toBe(true)
    for (const word of Object.values(ZH.terms[set])) expect(word).not.toMatch(/[A-Za-z]{2,}/)
  })

  it('name each weekday and each shape of a rule in Chinese', () => {
    expect(ZH.terms.weekdays).toEqual(['周一', '周二', '周三', '周四', '周五', '周六', '周日'])
    expect(Object.keys(RULE_SHAPES).filter((shape) => !Object.hasOwn(ZH.terms.shape, shape))).toEqual([])
  })

  it('name every kind of event and of consent that a shipped rule looks for', () => {
    expect(eventKinds.filter((kind) => !Object.hasOwn(ZH.terms.eventKind, kind))).toEqual([])
    const consents = shippedPacks.flatMap(({ rules }) => rules.flatMap(consentsOf))
    expect([...new Set(consents)].filter((kind) => !Object.hasOwn(ZH.terms.consent, kind))).toEqual([])
  })

  it('have a translation of every reading, title and cause that a shipped pack gives', () => {
    const texts = shippedPacks.flatMap(({ title, rules }) => [
      title,
      ...rules.flatMap((rule) => [
        ...(rule.reading === undefined ? [] : [rule.reading]),
        ...(rule.shape === 'route' ? [rule.because] : []),
        ...(rule.shape === 'third-party' ? [rule.allowed] : []),
        ...(rule.shape === 'opt-out' ? [rule.effectWithin] : []),
      ]),
    ])
    expect(texts.filter((text) => ZH.original(text.trim()).includes('（规则包原文）'))).toEqual([])
    // What stays in Latin letters is an id, a name or a citation, and stands in the pack's own text too.
    expect(
      texts.flatMap((text) =>
        (ZH.original(text.trim()).match(/[A-Za-z]{2,}/g) ?? []).filter((word) => !text.includes(word)),
      ),
    ).toEqual([])
    expect(ZH.original('Another text.')).toBe('（规则包原文）“Another text.”')
  })

  it('call the tones by their labels', () => {
    expect(ZH.terms.tone).toEqual({ gentle: '温馨提醒', neutral: '逾期通知', firm: '正式催告', final: '处置前告知' })
  })

  it('have a Chinese citation for every promise and every rule of a house pack and of the packs for China, as they are now', () => {
    const own = [
      ...INVARIANTS.map(({ rule, citation }) => ({ rule, citation })),
      ...shippedPacks
        .filter(({ id }) => /^(?:house|cn|hk)/.test(id))
        .flatMap(({ id, rules }) => rules.map(({ id: rule, citation }) => ({ rule: `${id}/${rule}`, citation }))),
    ]
    expect(
      own
        .filter(({ rule, citation }) =>
          /[A-Za-z]{3,}/.test(citationIn('zh-CN', rule, citation).replace(/Decorum|HKMA|GB\/T/g, '')),
        )
        .map(({ rule, citation }) => `${rule}: ${citation}`),
    ).toEqual([])
  })

  it('never show a translation of words that a pack has changed since', () => {
    expect(citationIn('zh-CN', 'house/contact-window', 'House policy: at any hour')).toBe('House policy: at any hour')
  })
})

describe('an explanation in Chinese', () => {
  it('leaves no English word, whatever the case', () => {
    const read = new Set<string>()
    for (const facts of CASES) {
      const decision = decide(facts, compiledPacks, NOW)
      const explanation = explainDecision(facts, compiledPacks, NOW)
      const { headline, reasons } = decisionWords(decision, 'zh-CN', facts)
      const telling = { language: 'zh-CN' as const, zones: decision.candidateZones }
      const lines = [
        headline,
        ...reasons,
        ...explanation.rules.flatMap((rule) => reasonBasis(rule, telling)),
        ...explanationLines(explanation, decision, facts, 'zh-CN'),
      ]
      const news = lines.filter((line) => !read.has(line))
      for (const line of news) read.add(line)
      expect(news.flatMap((line) => englishIn(line, facts, citations).map((word) => `${word} in: ${line}`))).toEqual([])
    }
  })

  it('shows a pack for China without an English word but those quoted from it', () => {
    for (const pack of shippedPacks.filter(({ id }) => /^(?:cn|house)/.test(id))) {
      const lines = packInWords(pack, 'zh-CN').split('\n')
      expect(
        lines
          .map((line) => line.replace(/^  [a-z0-9-]+（/, ''))
          .flatMap((line) => englishIn(line, CASES[0] as Facts, new Set()).map((word) => `${word} in: ${line}`))
          .filter((line) => !/^(?:CN|GB)/.test(line)),
      ).toEqual([])
    }
  })
})

describe('what an explanation says of consents and of events', () => {
  const stated: Facts = factsWith({
    reminder: { channel: 'sms', mode: 'automated' },
    recipient: { jurisdiction: 'US-NY' },
    rest: {
      events: [],
      address: {
        id: 'n',
        kind: 'mobile',
        relation: 'self',
        country: 'US',
        zones: ['America/New_York'],
        subdivisions: ['US-NY'],
      },
      consents: [
        { kind: 'electronic-contact', channel: null, address: 'n', from: NOW - 5, until: null },
        { kind: 'artificial-voice', channel: null, address: 'n', from: NOW - 5, until: null },
      ],
    },
  })
  const linesIn = (locale: string): string[] =>
    explanationLines(explainDecision(stated, compiledPacks, NOW), decide(stated, compiledPacks, NOW), stated, locale)

  it('names the rules that were asked and weighed a consent, and no rule for another channel', () => {
    const lines = linesIn('en').slice(linesIn('en').indexOf('Consents on record') + 1)
    expect(lines[0]).toMatch(/^ {2}electronic-contact, .*: us-reg-f\/number-origin-and-sixty-days$/)
    expect(lines[1]).toMatch(/^ {2}artificial-voice, .*: no rule that was asked turns on it$/)
  })

  it('never says that a rule requires the event which would stop it', () => {
    for (const [locale, looks] of [
      ['en', 'looks for: dispute'],
      ['zh-CN', '所查的记录：债务异议'],
    ] as const) {
      const lines = linesIn(locale)
      const pause = lines.findIndex((line) => line.includes('us-reg-f/dispute-stops-collection'))
      expect(lines[pause + 1]?.trim()).toBe(looks)
    }
  })
})

describe('a debt that is not owed here any more', () => {
  const closed = (state: Facts['accounts'][number]['state']): string =>
    objectionIn('en', 'account_closed', [{ state, asOf: null, freshForMs: null }], [])

  it('is called what it is: only money that came is called paid', () => {
    expect(closed('handed-off')).toBe('the account was handed off to somebody else to collect, which is not payment')
    expect(closed('charged-off')).toBe('the account was charged off')
    expect(closed('withdrawn')).toBe('the creditor withdrew the account')
    expect(closed('settled')).toBe('the debt is settled')
    expect(closed('cured')).toBe('the account is current again')
    for (const language of ['en', 'zh-CN'] as const)
      expect(objectionIn(language, 'account_closed', [], [])).not.toMatch(/paid|overdue|已还|无逾期/)
  })

  it('is told with its balance where that is stale', () => {
    const words = objectionIn(
      'zh-CN',
      'stale_balance',
      [{ state: 'open', asOf: at('2026-11-16T06:00:00Z'), freshForMs: 36 * 3_600_000 }],
      ['Asia/Shanghai'],
    )
    expect(words).toBe(
      '余额信息已过时、余额截至 2026-11-16（周一）14:00 Asia/Shanghai（2026-11-16T06:00:00Z），时限为 36 小时',
    )
  })
})

describe('a language', () => {
  it.each([
    ['en', 'en'],
    ['en-GB', 'en'],
    ['zh', 'zh-CN'],
    ['zh-CN', 'zh-CN'],
    ['zh_CN', 'zh-CN'],
    ['zh-Hans-CN', 'zh-CN'],
    ['zh-TW', null],
    ['zh-HK', null],
    ['zh-Hant', null],
    ['fr', null],
    ['', null],
  ])('%s is told as %s', (tag, language) => {
    expect(languageNamed(tag)).toBe(language)
  })
})

describe('the files of packs', () => {
  it('are all among those whose citations are asked for', () => {
    const folder = new URL('../../config/policies/', import.meta.url)
    const house = readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => parse(readFileSync(new URL(name, folder), 'utf8')) as { id: string; kind: string })
      .filter(({ kind }) => kind === 'house')
    expect(house.filter(({ id }) => !id.startsWith('house'))).toEqual([])
  })
})
