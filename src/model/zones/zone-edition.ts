import { DAY, type Instant } from '../instant.ts'
import { daysBetween, fromDayNumber, type LocalDate } from '../local-date.ts'
import { ZONE_DATA_VERSION } from './zone-data.ts'

/** How the database names its editions: the year and a letter. */
export const ZONE_EDITION = /^20\d{2}[a-z]{1,2}$/

/**
 * When editions came out. Source: the database's NEWS; of 2026e and 2026f the day on which the package that
 * carries them was published, a few days later at most. One is added with each update of the package: a test asks for it.
 */
const PUBLISHED: Readonly<Record<string, LocalDate>> = {
  '2025b': '2025-03-22', '2026b': '2026-04-22', '2026c': '2026-07-08', '2026d': '2026-09-11', '2026e': '2026-10-02', '2026f': '2026-10-29',
}

/** Several countries a year change their clocks, some at a few weeks' notice. */
const MOST_DAYS = 365

const HOW_TO_UPDATE = 'run "npm install --save-exact moment-timezone@latest" and deploy, or take a newer release of Decorum'

/** Is this edition older than that one? Years compare first, then letters; `z` is followed by `za`. */
export const isOlderEdition = (one: string, other: string): boolean => one < other

/** Where the day of publication is not recorded, the first on which it can have come out: its data is then taken to be older than it is. */
export const publishedOn = (edition: string): LocalDate => PUBLISHED[edition] ?? `${edition.slice(0, 4)}-01-01`

/** Is it known when this edition came out, and not only in which year? */
export const publicationIsRecorded = (edition: string): boolean => PUBLISHED[edition] !== undefined

/** What the zone data in force is, and what is wrong with it. */
export interface ZoneDataReport {
  version: string
  published: LocalDate
  /** Sentences that say what to do; empty when all is well. */
  faults: string[]
}

/**
 * Is the zone data in force new enough, by itself and for every pack?
 *
 * @param packs    those whose demand counts
 * @param edition  another than the one in force; for tests
 */
export function judgeZoneData(packs: readonly { id: string; version: string; zoneData?: string | undefined }[], now: Instant, edition = ZONE_DATA_VERSION): ZoneDataReport {
  const published = publishedOn(edition)
  const old = daysBetween(published, fromDayNumber(Math.floor(now / DAY))) > MOST_DAYS
  const wanting = packs.filter(({ zoneData }) => zoneData !== undefined && isOlderEdition(edition, zoneData))
  return {
    version: edition,
    published,
    faults: [
      ...(old ? [`time zone data ${edition} was published on ${published}, more than a year ago, and places have changed their clocks since; ${HOW_TO_UPDATE}`] : []),
      ...wanting.map(({ id, version, zoneData }) => `policy pack ${id} ${version} needs time zone data ${zoneData} or later, and ${edition} is in force: what it applies to is held (zone_data_outdated); ${HOW_TO_UPDATE}`),
    ],
  }
}
