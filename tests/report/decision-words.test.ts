import { describe, expect, it } from 'vitest'
import { OBJECTION_CODES, type Decision } from '../../src/model/decision.ts'
import { decisionWords } from '../../src/report/decision-words.ts'

const UNTIL = Date.parse('2026-11-24T00:00:00Z')
const deferred: Decision = {
  verdict: 'defer',
  until: UNTIL,
  candidateZones: ['Asia/Shanghai'],
  packs: [{ id: 'cn-gbt-45251', version: '1' }],
  zoneData: '2026f',
  reasons: [
    {
      code: 'outside_contact_window',
      rule: 'cn-gbt-45251/contact-window',
      pack: 'cn-gbt-45251',
      version: '1',
      citation: 'GB/T 45251—2025',
      verified: true,
      until: UNTIL,
    },
  ],
}

describe('a decision in plain words', () => {
  it('says in English when it is sent, on the recipient’s clock, and which rule says so', () => {
    const { headline, reasons } = decisionWords(deferred, 'en')
    expect(headline).toMatch(/^It waits until Tue 2026-11-24 08:00 in Asia\/Shanghai \(2026-11-24T00:00:00Z\)/)
    expect(reasons[0]).toMatch(/^It is outside the hours .*\(cn-gbt-45251\/contact-window; GB\/T 45251—2025\)\.$/)
  })

  it('says it in Chinese', () => {
    const { headline, reasons } = decisionWords(deferred, 'zh-CN')
    expect(headline).toMatch(/^顺延至 .*08:00 Asia\/Shanghai/)
    expect(reasons[0]).toMatch(/^当前不在允许的联系时段内.*（cn-gbt-45251\/contact-window；GB\/T 45251—2025）。$/)
  })

  it('tells times on each clock when the person may be in several zones, UTC beside, and marks what is not verified', () => {
    const doubtful: Decision = {
      ...deferred,
      candidateZones: ['Asia/Shanghai', 'Asia/Tokyo'],
      reasons: deferred.reasons.map((reason) => ({ ...reason, verified: false })),
    }
    const { headline, reasons } = decisionWords(doubtful, 'en')
    expect(headline).toBe(
      'It waits until Tue 2026-11-24 08:00 in Asia/Shanghai; Tue 2026-11-24 09:00 in Asia/Tokyo (2026-11-24T00:00:00Z), the first moment at which no rule objects.',
    )
    expect(reasons[0]).toContain('not verified')
  })

  it('has words for every code in both languages', () => {
    for (const code of OBJECTION_CODES) {
      const refused: Decision = {
        ...deferred,
        verdict: 'refuse',
        until: null,
        reasons: [{ ...(deferred.reasons[0] as Decision['reasons'][number]), code, until: null }],
      }
      for (const locale of ['en', 'zh']) expect(decisionWords(refused, locale).reasons[0]).not.toContain('undefined')
    }
    expect(decisionWords({ ...deferred, verdict: 'send', until: null, reasons: [] }, 'fr').headline).toBe(
      'It may be sent now.',
    )
  })
})
