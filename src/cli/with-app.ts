import { userInfo } from 'node:os'
import type { App } from '../app/app.ts'
import { build } from '../app/build.ts'
import { configuration } from '../config/load.ts'
import { DecorumError } from '../model/errors.ts'

/**
 * Runs `work` with a wired process without daemons, then closes it.
 *
 * @throws errors of `work`, of loading and of opening: DECORUM_CONFIG, DECORUM_SCHEMA_…, DECORUM_DATA_DIR_LOCKED
 */
export async function withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
  const { config } = configuration()
  const app = await build(config)
  try {
    return await work(app)
  } finally {
    await app.stop()
  }
}

/**
 * Who runs this command? For the record: `user:` and the name in `DECORUM_ACTOR`, or else that of the system's user.
 *
 * @throws DECORUM_CONFIG for a name that is none
 */
export function cliUser(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const configured = env['DECORUM_ACTOR']?.trim() ?? ''
  if (configured === '')
    return `user:${systemUser()
      .replaceAll(/[^\p{L}\p{N}._@-]/gu, '-')
      .slice(0, MOST_LETTERS)}`
  if (configured.length <= MOST_LETTERS && /^[\p{L}\p{N}._@-]+$/u.test(configured)) return `user:${configured}`
  throw new DecorumError(
    'DECORUM_CONFIG',
    'DECORUM_ACTOR is no name: letters, digits and . _ @ - only, at most 64 of them',
    {
      hint: 'Name the person who runs the command, such as DECORUM_ACTOR=j.doe, or leave it out for the name of the system’s user.',
    },
  )
}

const MOST_LETTERS = 64

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    // In a container the number often has no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

type Actor = Parameters<App['services']['listKeys']>[0]

/** The actor of the command line: every creditor. */
export const CLI_ACTOR: Actor = {
  get name() {
    return cliUser()
  },
  creditor: null,
  live: true,
}
