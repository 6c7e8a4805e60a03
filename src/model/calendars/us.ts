import type { CalendarTable } from './calendar.ts'

/**
 * Federal holidays of the United States, with the day on which one that falls on a weekend is observed.
 *
 * 5 USC 6103(a) fixes them for good (fixed dates, and Mondays or Thursdays counted within their month); the observed
 * Fridays and Mondays are those of 6103(b). Inauguration Day is none outside the capital.
 */
export const US: CalendarTable = {
  source: '5 USC 6103(a)-(b), computed; law.cornell.edu/uscode/text/5/6103',
  readOn: '2026-11-26',
  computed: 'every day, by the rules of the law',
  decreed: null,
  years: {
    2025: { holidays: ['2025-01-01', '2025-01-20', '2025-02-17', '2025-05-26', '2025-06-19', '2025-07-04', '2025-09-01', '2025-10-13', '2025-11-11', '2025-11-27', '2025-12-25'] },
    2026: { holidays: [
      '2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-03', '2026-07-04', '2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25',
    ] },
    2027: { holidays: [
      '2027-01-01', '2027-01-18', '2027-02-15', '2027-05-31', '2027-06-18', '2027-06-19', '2027-07-04', '2027-07-05', '2027-09-06', '2027-10-11', '2027-11-11', '2027-11-25',
      '2027-12-24', '2027-12-25', '2027-12-31',
    ] },
    2028: { holidays: ['2028-01-01', '2028-01-17', '2028-02-21', '2028-05-29', '2028-06-19', '2028-07-04', '2028-09-04', '2028-10-09', '2028-11-10', '2028-11-11', '2028-11-23', '2028-12-25'] },
  },
}
