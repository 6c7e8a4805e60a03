import type { CalendarTable } from './calendar.ts'

const days = (from: string, count: number): string[] => {
  const start = Date.parse(`${from}T00:00:00Z`)
  return Array.from({ length: count }, (_, i) => new Date(start + i * 86_400_000).toISOString().slice(0, 10))
}

/** Mainland China's public holidays and make-up workdays, from the State Council's yearly notices. */
export const CN: CalendarTable = {
  source: '国务院办公厅关于2025年部分节假日安排的通知 (国办发明电〔2024〕12号, 2024-11-12); 国务院办公厅关于2026年部分节假日安排的通知 (国办发明电〔2025〕7号, 2025-11-04)',
  readOn: '2026-11-23',
  computed: null,
  decreed: 'every day, by the State Council’s notice of the year',
  years: {
    2025: {
      holidays: ['2025-01-01', ...days('2025-01-28', 8), ...days('2025-04-04', 3), ...days('2025-05-01', 5), ...days('2025-05-31', 3), ...days('2025-10-01', 8)],
      workdays: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
    },
    2026: {
      holidays: [...days('2026-01-01', 3), ...days('2026-02-15', 9), ...days('2026-04-04', 3), ...days('2026-05-01', 5), ...days('2026-06-19', 3), ...days('2026-09-25', 3), ...days('2026-10-01', 7)],
      workdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
    },
  },
}
