import type { LintReport } from '../authoring/templates.ts'

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
