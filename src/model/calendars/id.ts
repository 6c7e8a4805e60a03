import type { CalendarTable } from './calendar.ts'

/** Public holidays: Indonesia. */
export const ID: CalendarTable = {
  source: 'date-holidays 3.37.0 (CC BY-SA 3.0), public holidays, read 2026-11-23; the yearly joint decree of three ministers (SKB) settles the days that hang on the moon',
  readOn: '2026-11-26',
  computed: 'every day, by the rules of the law; those that hang on the moon are unknown from 2027 on, each with the day before and the day after',
  decreed: null,
  years: {
    2025: { holidays: [
      '2025-01-01', '2025-01-27', '2025-01-29', '2025-03-29', '2025-03-30', '2025-03-31', '2025-04-18', '2025-05-01', '2025-05-12', '2025-05-29',
      '2025-06-01', '2025-06-06', '2025-06-26', '2025-08-17', '2025-09-05', '2025-12-25',
    ] },
    2026: { holidays: [
      '2026-01-01', '2026-01-16', '2026-02-17', '2026-03-19', '2026-03-20', '2026-03-21', '2026-04-03', '2026-05-01', '2026-05-14', '2026-05-27',
      '2026-05-31', '2026-06-01', '2026-06-16', '2026-08-17', '2026-08-25', '2026-12-25',
    ] },
    2027: { holidays: [
      '2027-01-01', '2027-02-06', '2027-03-08', '2027-03-26', '2027-05-01', '2027-05-06', '2027-05-20', '2027-06-01', '2027-08-17', '2027-12-25',
    ],
    // Isra Mikraj, Idul Fitri 1448 (10–11 March expected), Idul Adha (17 May), 1 Muharram, Maulid, Isra Mikraj.
    awaited: ['2027-01-05', '2027-03-09', '2027-03-10', '2027-03-11', '2027-05-16', '2027-05-17', '2027-06-06', '2027-08-14', '2027-08-15', '2027-12-25'] },
    2028: { holidays: [
      '2028-01-01', '2028-01-26', '2028-04-14', '2028-05-01', '2028-05-25', '2028-06-01', '2028-08-17', '2028-12-25',
    ],
    // Idul Fitri 1449 (27–28 February expected), Idul Adha, 1 Muharram, Maulid, Isra Mikraj.
    awaited: ['2028-02-26', '2028-02-27', '2028-02-28', '2028-05-05', '2028-05-25', '2028-08-03', '2028-12-14'] },
  },
}
