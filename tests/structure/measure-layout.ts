import { folderOf, importsOf, sourceFiles, type SourceFile } from './source-files.ts'

/** How the source is cut into files. Lines are those of the formatted files. */
export interface Layout {
  files: number
  medianLines: number
  /** Files of fewer than 20 lines. */
  short: string[]
  /** Files of more than 400 lines, tables of facts and frozen migrations left out. */
  long: string[]
  largest: { path: string; lines: number }
  /** Files that import each other in a circle, types included; one list for each circle. */
  circles: string[][]
  /** Exported names that stand in more than one folder, with the files. */
  namesInTwoFolders: Record<string, string[]>
  /** How many files one reminder's way may lead a reader through: what the entries of the path import, types left out. */
  filesOfOneReminder: number
}

const SHORT = 20
const LONG = 400

/** Long because the world is: tables of facts, the schema and its migrations. */
const LONG_BY_NATURE = [/^src\/record\/migrations\//, /^src\/record\/schema\.ts$/]

/** Every command of the command line, and every migration, exports the same name: that is their contract. */
const CONTRACTS = new Set(['command', 'up', 'breaking'])

/** Where a reminder's way begins in each folder that it passes. */
const WAY_OF_A_REMINDER = [
  'src/http/routes/accounts.ts',
  'src/pipeline/accept/accept-accounts.ts',
  'src/pipeline/plan-due.ts',
  'src/pipeline/queue-due.ts',
  'src/pipeline/dispatch/dispatcher.ts',
  'src/deliver/twilio/sms.ts',
  'src/services/callbacks/twilio.ts',
  'src/services/reminders.ts',
]

/** What do the files of src and workers come to? */
export function measureLayout(files: readonly SourceFile[] = sourceFiles()): Layout {
  const counted = files
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines)
  const measured = counted.filter(({ path }) => !LONG_BY_NATURE.some((nature) => nature.test(path)))
  const last = measured.at(-1)
  return {
    files: counted.length,
    medianLines: counted[Math.floor(counted.length / 2)]?.lines ?? 0,
    short: counted
      .filter(({ lines }) => lines < SHORT)
      .map(({ path }) => path)
      .sort(),
    long: measured
      .filter(({ lines }) => lines > LONG)
      .map(({ path }) => path)
      .sort(),
    largest: last ?? { path: '', lines: 0 },
    circles: circlesIn(files),
    namesInTwoFolders: namesInTwoFolders(files),
    filesOfOneReminder: reachedFrom(WAY_OF_A_REMINDER, files).size,
  }
}

const EXPORT = /^export (?:abstract |async |declare )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm

function namesInTwoFolders(files: readonly SourceFile[]): Record<string, string[]> {
  const at = new Map<string, string[]>()
  for (const { path, text } of files) {
    for (const [, name = ''] of text.matchAll(EXPORT))
      if (!CONTRACTS.has(name)) at.set(name, [...(at.get(name) ?? []), path])
  }
  return Object.fromEntries([...at].filter(([, paths]) => new Set(paths.map((path) => folderOf(path))).size > 1))
}

/** Tarjan's strongly connected components, those of one file left out. */
function circlesIn(files: readonly SourceFile[]): string[][] {
  const imports = new Map(
    files.map((file) => [
      file.path,
      importsOf(file).filter((name) => name.startsWith('src/') || name.startsWith('workers/')),
    ]),
  )
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (path: string): void => {
    index.set(path, index.size)
    low.set(path, index.get(path) as number)
    stack.push(path)
    for (const next of imports.get(path) ?? []) {
      if (!index.has(next)) {
        visit(next)
        low.set(path, Math.min(low.get(path) as number, low.get(next) as number))
      } else if (stack.includes(next)) low.set(path, Math.min(low.get(path) as number, index.get(next) as number))
    }
    if (low.get(path) !== index.get(path)) return
    const circle = stack.splice(stack.indexOf(path))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const path of imports.keys()) if (!index.has(path)) visit(path)
  return circles
}

/** Which files are loaded with these, types left out? */
export function reachedFrom(entries: readonly string[], files: readonly SourceFile[]): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const waiting = entries.filter((path) => byPath.has(path))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) continue
    reached.add(path)
    waiting.push(
      ...importsOf({ ...file, text: withoutTypeImports(file.text) }).filter((name) => name.startsWith('src/')),
    )
  }
  return reached
}

const withoutTypeImports = (text: string): string =>
  text
    .replace(/^import type [\s\S]*? from '[^']+'$/gm, '')
    .replace(/^import \{(?:\s*type \w+(?: as \w+)?,?)+\s*\} from '[^']+'$/gm, '')
