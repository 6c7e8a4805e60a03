/** A named part of a template file, and the line it starts on (1 is the file's first). */
export interface Section {
  name: string
  line: number
  text: string
}

const MARK = /^--- ([a-z]+(?:-[a-z]+)*) ---$/

/**
 * Which parts does a template file have?
 *
 * What stands before the first mark is `body`; a line `--- subject ---` begins another part.
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
