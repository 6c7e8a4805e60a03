import type { Charge } from './charges.ts'
import type { Evidence } from './evidence.ts'
import { grouped } from './grouped.ts'

/** A reminder that a provider took more than once, whatever attempts it was sent under; a follow-up on another channel is another reminder. */
export function duplicated({ entries }: Evidence): Charge[] {
  const byReminder = grouped(entries, (entry) => entry.attempt.split('.')[0] as string)
  return [...byReminder]
    .filter(([, taken]) => taken.length > 1)
    .map(([id, taken]) => ({
      name: 'duplicated',
      id,
      how: `taken ${taken.length} times, as ${taken.map((entry) => entry.attempt.split('.')[1]).join(', ')}`,
    }))
}
