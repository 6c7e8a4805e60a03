import { hash } from 'node:crypto'
import Handlebars from 'handlebars'
import { LRUCache } from 'lru-cache'
import { checkSyntax, type StaticText, type TemplateFault } from './check-syntax.ts'
import { compileWords } from './compile-words.ts'
import type { View } from './view.ts'
import type { WordsData } from './words-engine.ts'

/** A named part of a template file, and the line it starts on (from 1). */
interface Section {
  name: string
  line: number
  text: string
}

const MARK = /^--- ([a-z]+(?:-[a-z]+)*) ---$/

/**
 * Which parts does a template file have?
 *
 * The text before the first mark is `body`; a line `--- subject ---` begins another part.
 *
 * @returns  parts in order; a name that comes twice is returned twice, for the compiler to refuse
 */
export function splitSections(source: string): Section[] {
  const sections: Section[] = []
  let current = { name: 'body', line: 1, lines: [] as string[] }
  const close = (): void => {
    const text = current.lines.join('\n')
    if (current.name !== 'body' || text.trim() !== '') sections.push({ name: current.name, line: current.line, text })
  }
  source.split(/\r\n?|\n/).forEach((line, index) => {
    const mark = MARK.exec(line.trimEnd())
    if (mark === null) {
      current.lines.push(line)
      return
    }
    close()
    current = { name: mark[1] as string, line: index + 2, lines: [] }
  })
  close()
  return sections
}

/** One part of a template file, compiled. */
interface CompiledSection {
  /** The static texts, with their lines in the file. */
  texts: readonly StaticText[]
  /**
   * @param body  what {{body}} stands for, in a frame
   * @throws      MissingFact when the words need a fact that the view lacks
   */
  write(view: View, data: WordsData, body?: string): string
}

/** A template file, compiled; `sections` holds the marked parts, and `body` for unmarked text. */
export interface CompiledTemplate {
  version: string
  sections: Readonly<Record<string, CompiledSection>>
}

type Compiled = { ok: true; template: CompiledTemplate } | { ok: false; faults: TemplateFault[] }

/** Compiling takes a hundred times as long as rendering, and texts change seldom. */
const cache = new LRUCache<string, Compiled>({ max: 2_000 })

/** The version of a text: the first 16 hex digits of its SHA-256. */
export const templateVersion = (source: string): string => hash('sha256', source).slice(0, 16)

/**
 * Compiles a template file, or returns its faults with their lines.
 *
 * Cached by content.
 */
export function compileTemplate(source: string): Compiled {
  const known = cache.get(source)
  if (known !== undefined) return known
  const compiled = compile(source)
  cache.set(source, compiled)
  return compiled
}

function compile(source: string): Compiled {
  const sections: Record<string, CompiledSection> = {}
  const faults: TemplateFault[] = []
  for (const { name, line, text } of splitSections(source)) {
    if (Object.hasOwn(sections, name)) {
      faults.push({ line, problem: `the part "${name}" comes twice` })
      continue
    }
    const result = compileSection(text, line - 1)
    if ('problems' in result) faults.push(...result.problems)
    else sections[name] = result
  }
  return faults.length > 0
    ? { ok: false, faults }
    : { ok: true, template: { version: templateVersion(source), sections } }
}

function compileSection(text: string, linesBefore: number): CompiledSection | { problems: TemplateFault[] } {
  let program: hbs.AST.Program
  try {
    program = Handlebars.parse(text)
  } catch (error) {
    return { problems: [{ line: linesBefore + parseLine(error), problem: 'is not a Handlebars template' }] }
  }
  const checked = checkSyntax(program)
  const shift = <T extends { line: number }>(item: T): T => ({ ...item, line: item.line + linesBefore })
  if (checked.faults.length > 0) return { problems: checked.faults.map(shift) }
  const write = compileWords(program)
  return {
    texts: checked.texts.map(shift),
    write: (view, data, body) => write(view, { root: view, body, data }, null),
  }
}

function parseLine(error: unknown): number {
  if (!(error instanceof Error)) return 1
  const line = (error as Error & { lineNumber?: number }).lineNumber ?? Number(/line (\d+)/.exec(error.message)?.[1])
  return Number.isInteger(line) ? line : 1
}
