import type { Doorbell } from '../queue/doorbell.ts'

/** Rings once for each ring among these reminders; a ring that fails is repaired by the sweep. */
export async function ringAll(doorbell: Doorbell, route: string, reminders: readonly { id: string; ring: string }[]): Promise<void> {
  const rings = new Map<string, string[]>()
  for (const { id, ring } of reminders) {
    const ids = rings.get(ring)
    if (ids === undefined) rings.set(ring, [id])
    else ids.push(id)
  }
  await Promise.all([...rings].map(([ring, reminderIds]) => doorbell.ring(route, { ring, reminderIds })))
}
