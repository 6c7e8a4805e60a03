/** A partition past its retention period. */
export interface RetainedPartition {
  piece: string
  /**
   * `may-go`: nothing was changed. `dropped`: removed, except rows that were kept. `unfinished`: kept, because something
   * in it has not ended. `busy`: the table was in use for too long; try again.
   */
  fate: 'may-go' | 'dropped' | 'unfinished' | 'busy'
  /** PostgreSQL's last estimate; null: none. */
  rows: number | null
  bytes: number
  /** Rows that stay though they are old. */
  kept: number
  /** Attempts and reminders without an end. */
  unfinished: number
}

/** What retention found and did. */
export interface RetentionReport {
  applied: boolean
  house: { keepMonths: number; keepNoticesDays: number; legalHold: boolean }
  /** RFC 3339. Older records may be dropped; null: none may. */
  before: string | null
  /** The packs' rules that demand longer than `retention.keepMonths`. */
  reasons: { rule: string; citation: string }[]
  pieces: RetainedPartition[]
  /** Settled webhook notices older than they are kept: removed when applied. Null: a legal hold keeps them. */
  notices: { taken: number; givenUp: number } | null
}

const FATES: Readonly<Record<RetainedPartition['fate'], string>> = {
  'may-go': 'may go',
  dropped: 'dropped',
  unfinished: 'left alone: unfinished',
  busy: 'in use: try again',
}

export function retentionInWords(report: RetentionReport): string {
  if (report.notices === null) return 'A legal hold is in force (retention.legalHold): nothing may go.'
  const notices = report.notices.taken + report.notices.givenUp
  return [
    ...recordsInWords(report),
    noticesInWords(report, report.notices),
    ...(report.applied || (report.pieces.length === 0 && notices === 0)
      ? []
      : ['Nothing was changed; --apply drops them.']),
  ].join('\n')
}

function noticesInWords(
  { applied, house }: RetentionReport,
  { taken, givenUp }: NonNullable<RetentionReport['notices']>,
): string {
  const old = `Webhook notices are kept for ${house.keepNoticesDays} days after they were taken`
  if (taken + givenUp === 0) return `${old}; none is older.`
  return `${old}: ${taken.toLocaleString('en')} older ones ${applied ? 'were removed' : 'may go'}, and ${givenUp.toLocaleString('en')} that were given up long ago.`
}

function recordsInWords({ house, before, reasons, pieces: partitions }: RetentionReport): string[] {
  if (before === null) return ['A rule asks for something to be kept without a known end: no record may go.']
  const why =
    reasons.length === 0
      ? `the house keeps ${house.keepMonths} months`
      : reasons.map(({ rule, citation }) => `${rule} (${citation})`).join(', ')
  const lines = partitions.map(
    ({ piece: partition, fate, rows, bytes, kept, unfinished }) =>
      `  ${partition.padEnd(26)} ${FATES[fate]}${unfinished > 0 ? ` (${unfinished})` : ''} · ${rows === null ? 'rows not counted' : `about ${Math.round(rows).toLocaleString('en')} rows`}, ` +
      `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MiB${kept === 0 ? '' : ` · ${kept.toLocaleString('en')} kept: in court, or the debt is still collected`}`,
  )
  return [
    `Records from before ${before.slice(0, 10)} may go: ${why}.`,
    ...(partitions.length === 0 ? ['There are none.'] : lines),
  ]
}
