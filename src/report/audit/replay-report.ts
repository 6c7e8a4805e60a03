import { ZONE_DATA_VERSION } from '../../model/zones/zone-data.ts'

/** What deciding recorded decisions again came to. */
export interface ReplayReport {
  /** How many were looked at. */
  sampled: number
  /** Came out the same, byte for byte. */
  same: number
  differences: ReplayDifference[]
  /** Made by pack versions that are not installed any more, and so not decided again. */
  packsMissing: { pack: string; version: string; decisions: number }[]
  /** Decided again with other time zone data than they were made with; null: recorded before it was kept. */
  otherZoneData: { zoneData: string | null; decisions: number }[]
  /** Refused for want of true words, or because of a fault of ours: no rule decided them. */
  notByRules: number
  /** The person was erased, and the facts with them. */
  erased: number
}

/** A decision that comes out otherwise now. */
export interface ReplayDifference {
  source: 'reminder' | 'permit'
  id: string
  no: number
  at: string
  /** Canonical JSON of verdict, until and reasons. */
  recorded: string
  now: string
  /** The edition of the time zone data it was made with; null: recorded before it was kept. */
  zoneData: string | null
}

/** The report for people. */
export function replayInWords(report: ReplayReport): string {
  const { sampled, same, differences, packsMissing, otherZoneData, notByRules, erased } = report
  return [
    `${sampled} recorded decisions were decided again from their facts, with the pack versions and at the instant they were made for.`,
    `  the same, byte for byte: ${same}`,
    ...(notByRules > 0 ? [`  not decided by rules (no true words, or a fault of ours): ${notByRules}`] : []),
    ...(erased > 0 ? [`  of people erased since: ${erased}`] : []),
    ...packsMissing.map((p) => `  not decided again, since ${p.pack} ${p.version} is not installed any more: ${p.decisions}`),
    ...otherZoneData.map((z) => `  made with ${z.zoneData === null ? 'time zone data that was not recorded' : `time zone data ${z.zoneData}`}, decided again with ${ZONE_DATA_VERSION}: ${z.decisions}`),
    ...differences.map((d) => `✗ ${d.source} ${d.id}, decision ${d.no}, at ${d.at}${d.zoneData === ZONE_DATA_VERSION ? '' : `, made with ${d.zoneData === null ? 'unrecorded time zone data' : `time zone data ${d.zoneData}`}`}\n    recorded ${d.recorded}\n    now      ${d.now}`),
    differences.length === 0 ? 'No decision comes out otherwise.' : `${differences.length} come out otherwise: a pack was edited under its old version, the engine changed, or the time zone data did.`,
  ].join('\n')
}
