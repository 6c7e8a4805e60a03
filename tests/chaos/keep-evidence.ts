import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Evidence } from './judge/evidence.ts'

/**
 * Keeps what a verdict was based on, for whoever has to find out why; the run's servers are gone by then.
 *
 * @param directory  null: a new one among the temporary files
 * @returns the file, JSON, people and all; they are invented
 */
export function keepEvidence(evidence: Evidence, directory: string | null): string {
  const file = join(directory ?? mkdtempSync(join(tmpdir(), 'decorum-chaos-evidence-')), 'evidence.json')
  writeFileSync(
    file,
    JSON.stringify(evidence, (_key, value: unknown) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    ),
  )
  return file
}
