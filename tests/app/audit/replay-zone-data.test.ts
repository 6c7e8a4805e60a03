import { describe, expect, it } from 'vitest'
import { replay } from '../../../src/pipeline/audit/replay.ts'
import { decide } from '../../../src/decide/decide.ts'
import type { Facts } from '../../../src/model/facts.ts'
import { ZONE_DATA_VERSION } from '../../../src/model/zones/zone-data.ts'
import type { RecordedDecision } from '../../../src/record/audit.ts'
import { replayInWords } from '../../../src/report/audit.ts'
import { at, DAYTIME, factsWith, packOf } from '../../decide/case-of.ts'

const AT = at('2026-12-01T04:30:00Z')
const { pack } = packOf(DAYTIME)

/** The decision about a person in Vancouver at half past nine, as it was recorded with this edition; with an old one it was half past eight there. */
function recorded(zoneData: string | undefined): RecordedDecision {
  const facts: Facts = {
    ...factsWith({ recipient: { jurisdiction: null, timeZone: 'America/Vancouver' } }),
    ...(zoneData === undefined ? {} : { zoneData }),
  }
  const now = decide(facts, [packOf(DAYTIME)], AT)
  const made =
    zoneData === ZONE_DATA_VERSION
      ? now
      : { ...now, verdict: 'send' as const, until: at('2026-12-01T05:00:00Z'), reasons: [] }
  return {
    source: 'reminder',
    id: 'm',
    no: 1,
    at: new Date(AT),
    verdict: made.verdict,
    until: made.until === null ? null : new Date(made.until),
    reasons: made.reasons,
    packs: [{ id: pack.id, version: pack.version }],
    facts,
  }
}

describe('decisions that were made with other time zone data', () => {
  it('are decided again, and what comes out otherwise is told with the edition it was made with', () => {
    const report = replay([pack], [recorded(ZONE_DATA_VERSION), recorded('2025c'), recorded(undefined)])
    expect(report).toMatchObject({
      sampled: 3,
      same: 1,
      otherZoneData: [
        { zoneData: '2025c', decisions: 1 },
        { zoneData: null, decisions: 1 },
      ],
    })
    expect(report.differences.map(({ zoneData }) => zoneData)).toEqual(['2025c', null])
    const words = replayInWords(report)
    expect(words).toContain(`made with time zone data 2025c, decided again with ${ZONE_DATA_VERSION}: 1`)
    expect(words).toContain('made with time zone data that was not recorded')
  })
})
