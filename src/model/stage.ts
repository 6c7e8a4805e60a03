/** The delinquency bucket (账龄) that a number of days past due falls into. */
export type Stage = 'M0' | 'M1' | 'M2' | 'M3' | 'M3+'

/** M0 not overdue, M1 1–30 days past due, M2 31–60, M3 61–90, M3+ beyond. */
export function stageOf(daysPastDue: number): Stage {
  if (daysPastDue <= 0) return 'M0'
  if (daysPastDue <= 30) return 'M1'
  if (daysPastDue <= 60) return 'M2'
  return daysPastDue <= 90 ? 'M3' : 'M3+'
}
