import { zonesOf } from '../model/places/zones-of.ts'
import type { Scope } from './scope.ts'
import { zoneTable, type ZoneTable } from './zone-table.ts'

export const UTC = zoneTable('UTC') as ZoneTable

/** Every zone of the scope's places; null when a place is not known. */
export function zonesIn({ jurisdictions }: Scope): ZoneTable[] | null {
  if (jurisdictions == null || jurisdictions.length === 0) return null
  const zones: ZoneTable[] = []
  for (const place of jurisdictions) {
    const names = zonesOf(place)
    if (names.length === 0) return null
    for (const name of names) {
      const table = zoneTable(name)
      if (table !== null) zones.push(table)
    }
  }
  return zones.length === 0 ? null : zones
}
