import type { CalendarTable } from './calendar.ts'

/** Public holidays: Quebec. */
export const CA_QC: CalendarTable = {
  source: 'date-holidays 3.37.0 (CC BY-SA 3.0), public holidays, read 2026-11-23; Easter Monday added, which the law leaves to the employer as an alternative to Good Friday',
  readOn: '2026-11-23',
  computed: 'every day, by the rules of the law',
  decreed: null,
  years: {
    2025: { holidays: [
      '2025-01-01', '2025-04-18', '2025-04-21', '2025-05-19', '2025-06-24', '2025-07-01', '2025-09-01', '2025-10-13', '2025-12-25',
    ] },
    2026: { holidays: [
      '2026-01-01', '2026-04-03', '2026-04-06', '2026-05-18', '2026-06-24', '2026-07-01', '2026-09-07', '2026-10-12', '2026-12-25',
    ] },
    2027: { holidays: [
      '2027-01-01', '2027-03-26', '2027-03-29', '2027-05-24', '2027-06-24', '2027-07-01', '2027-09-06', '2027-10-11', '2027-12-25',
    ] },
    2028: { holidays: [
      '2028-01-01', '2028-04-14', '2028-04-17', '2028-05-22', '2028-06-24', '2028-07-01', '2028-09-04', '2028-10-09', '2028-12-25',
    ] },
  },
}
