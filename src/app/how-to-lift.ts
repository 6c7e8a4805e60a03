import type { Config } from '../config/config.ts'

/**
 * Which command lifts this switch?
 *
 * An embedded ledger belongs to the process that runs, so there the running process is asked over HTTP.
 */
export function howToLift(config: Pick<Config, 'databaseUrl' | 'publicUrl' | 'port'>, id: string): string {
  if (config.databaseUrl !== null) return `decorum switch lift ${id} --reason "…"`
  const api = config.publicUrl ?? `http://127.0.0.1:${config.port}`
  return `curl -X POST ${api.replace(/\/$/, '')}/v1/switches/${id}:lift -H 'Authorization: Bearer <key>' -H 'Content-Type: application/json' -d '{"reason":"…"}'`
}
