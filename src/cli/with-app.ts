import type { App } from '../app/app.ts'
import { build } from '../app/build.ts'
import type { LintReport } from '../authoring/templates.ts'
import { configuration } from '../config/load.ts'

export { CLI_ACTOR } from '../app/app.ts'

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

/** Prints an answer on stdout: one JSON document with `--json`, otherwise text. */
export function printAnswer(json: boolean | undefined, answer: unknown, words: () => string): void {
  process.stdout.write(`${json === true ? JSON.stringify(answer, null, 2) : words()}\n`)
}

/** Every item of a list, read page by page. */
export async function everyPage<T>(
  page: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const { items: some, next } = await page(cursor)
    items.push(...some)
    cursor = next ?? undefined
  } while (cursor !== undefined)
  return items
}

/** `templates/default/en/3-firm.sms.hbs:4 error never-say: …` */
export const findingLine = ({ file, line, severity, rule, text }: LintReport['findings'][number]): string =>
  `templates/${file}:${line} ${severity} ${rule}: ${text}`
