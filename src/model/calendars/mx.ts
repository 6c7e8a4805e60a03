import type { CalendarTable } from './calendar.ts'

/** Public holidays: Mexico. */
export const MX: CalendarTable = {
  source: 'date-holidays 3.37.0 (CC BY-SA 3.0), public holidays, read 2026-11-23',
  readOn: '2026-11-23',
  computed: 'every day, by the rules of the law',
  decreed: null,
  years: {
    2025: { holidays: [
      '2025-01-01', '2025-02-03', '2025-03-17', '2025-05-01', '2025-09-16', '2025-11-17', '2025-12-25',
    ] },
    2026: { holidays: [
      '2026-01-01', '2026-02-02', '2026-03-16', '2026-05-01', '2026-09-16', '2026-11-16', '2026-12-25',
    ] },
    2027: { holidays: [
      '2027-01-01', '2027-02-01', '2027-03-15', '2027-05-01', '2027-09-16', '2027-11-15', '2027-12-25',
    ] },
    2028: { holidays: [
      '2028-01-01', '2028-02-07', '2028-03-20', '2028-05-01', '2028-09-16', '2028-11-20', '2028-12-25',
    ] },
  },
}
