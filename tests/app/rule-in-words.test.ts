import { describe, expect, it } from 'vitest'
import { conditionInWords, packInWords, ruleInWords } from '../../src/report/pack-words.ts'
import type { PackRule } from '../../src/model/pack-rule.ts'
import type { Pack } from '../../src/model/pack.ts'
import { LANGUAGES } from '../../src/report/words/terms.ts'
import { shippedPacks } from '../decide/packs.ts'

const rule = (pack: string, id: string): PackRule => {
  const found = shippedPacks.find((one) => one.id === pack)?.rules.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no rule ${pack}/${id}`)
  return found
}

describe('a rule in words, as decorum policies show prints it', () => {
  it.each<[string, string, string]>([
    ['us-reg-f', 'contact-window', 'hours: every day 08:00-21:00'],
    [
      'us-reg-f',
      'seven-calls-in-seven-days',
      "limit: 7 in any 7 days, the contact's own day as day 1; counted: attempts over phone, for each account",
    ],
    [
      'us-reg-f',
      'seven-days-after-conversation',
      'silence: 7 days after one, its own day as day 1; counted: conversations over phone, for each account',
    ],
    [
      'us-reg-f',
      'five-minutes-after-no-answer',
      'spacing: 5 minutes; counted: unanswered calls over phone, for each number or mailbox',
    ],
    [
      'us-reg-f',
      'validation-information',
      'owed: notice (validation) within 5 days after the first contact; nothing more once it is overdue',
    ],
    [
      'us-reg-f',
      'number-origin-and-sixty-days',
      'address must have come by: consumer-used, consumer-consent; or consent for it: electronic-contact; or the person wrote from it; confirmed within 60 days',
    ],
    [
      'us-ma',
      'creditor-validation',
      'owed: notice (validation) within 5 business days after the first contact; nothing more once it is overdue',
    ],
    [
      'co',
      'contact-window',
      'hours: Monday, Tuesday, Wednesday, Thursday, Friday 07:00-19:00; Saturday 08:00-15:00; closed: Sunday; holidays of CO: closed',
    ],
    [
      'co',
      'one-channel-a-week',
      'limit: 1 channel in any 7 days, and the calendar week; counted: contacts that reached the person over phone, sms, email, for each person; from the first conversation on',
    ],
    [
      'kr',
      'three-business-days-notice',
      'not before notice (collection); a new one each time the account falls due; and 3 business days by calendar KR',
    ],
    ['uk', 'scottish-moratorium', 'pause on hold breathing-space; 184 days where no end is recorded'],
    ['cl', 'log-two-years', 'contact records kept at least 2 years after the contact'],
  ])('%s/%s says its numbers first', (pack, id, words) => {
    expect(ruleInWords(rule(pack, id), 'en')[0]).toBe(words)
  })

  it('says what opens it, how surely it is known, and when its source was retrieved', () => {
    expect(ruleInWords(rule('us-reg-f', 'contact-window'), 'en').slice(1, 3)).toEqual([
      'not with consent contact-outside-hours',
      'status: on; verified: secondary (a report or copy was read); force: hard; source: US-1, US-2, US-3: text quoted at developer.cloudcontactai.com; comment 6(b)(1)(i), retrieved 2026-11-23',
    ])
    expect(ruleInWords(rule('us-nyc', 'seven-days-after-exchange'), 'en').join('\n')).toContain(
      'status: off; verified: no (from memory, or not settled); force: hard; source: NYC-2: from memory, never retrieved',
    )
  })

  it('says where a pack and a rule speak', () => {
    expect(conditionInWords({}, 'en')).toBe('everywhere')
    expect(
      conditionInWords(
        {
          jurisdictions: ['US-DC'],
          exceptProducts: ['mortgage'],
          daysPastDue: { max: 15 },
          from: '2026-09-01',
        },
        'en',
      ),
    ).toBe('places US-DC; products other than mortgage; days past due to day 15; from 2026-09-01')
  })

  it('has words for every rule that is shipped', () => {
    for (const pack of shippedPacks)
      for (const one of pack.rules)
        for (const language of LANGUAGES)
          expect([
            one.id,
            ruleInWords(one, language).filter((line) => line === '' || /undefined|\[object/.test(line)),
          ]).toEqual([one.id, []])
  })

  it('says in Chinese the same numbers, days, sources and dates as in English, rule by rule', () => {
    const figures = (line: string): string[] => [...new Set(line.match(/\d+(?::\d\d)?/g) ?? [])].sort()
    for (const pack of shippedPacks)
      // The names of content blocks may hold figures in one language and words in another.
      for (const one of pack.rules.filter(({ shape }) => shape !== 'content')) {
        const said = LANGUAGES.map((language) =>
          figures(ruleInWords({ ...one, reading: undefined }, language).join(' ')),
        )
        // What stands in figures in one language is a word in no other, weekdays and "day 1" apart.
        const [english, chinese] = said.map((all) => all.filter((figure) => figure !== '1' && figure !== '7'))
        expect([one.id, chinese]).toEqual([one.id, english])
      }
  })

  it.each(LANGUAGES)('says in %s who read a pack and when, and where nobody has that nobody has', (language) => {
    const [pack] = shippedPacks
    if (pack === undefined) throw new Error('no pack')
    const read = packInWords({ ...pack, readBy: 'A. Counsel', readOn: '2026-11-30' }, language)
    expect(read).toContain('A. Counsel')
    expect(read).toContain('2026-11-30')
    expect(packInWords({ ...pack, readBy: null, readOn: null }, language)).toContain(
      language === 'en' ? 'Nobody has read it against its sources yet.' : '尚无人对照资料来源通读',
    )
  })

  it('leaves no English word in Chinese but ids, the names of sources, and law as it is cited', () => {
    for (const pack of shippedPacks)
      for (const one of pack.rules)
        expect(
          ruleInWords(one, 'zh-CN').filter((line) => line.includes('（规则包原文）') && !line.includes('资料来源')),
        ).toEqual([])
    expect(
      shippedPacks
        .filter(({ title }) =>
          packInWords({ ...(shippedPacks[0] as Pack), title, rules: [] }, 'zh-CN')
            .split('\n')[0]
            ?.includes('（规则包原文）'),
        )
        .map(({ id }) => id),
    ).toEqual([])
  })
})
