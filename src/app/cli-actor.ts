import type { Actor } from '../pipeline/shell.ts'

/** On whose behalf the command line acts: every creditor, and recorded as `cli`. */
export const CLI_ACTOR: Actor = { name: 'cli', creditor: null, live: true }
