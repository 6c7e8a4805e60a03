import type { Parsed } from './parse.ts'

const DELIMITERS = [',', ';', '\t', '|'] as const

/** Which delimiter does this header use? The one that occurs most; a comma when none does. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length - 1
  return [...DELIMITERS].sort((a, b) => count(b) - count(a))[0] as string
}

/**
 * What are the cells of this line?
 *
 * RFC 4180 quoting, except that a record ends with its line: a stray quote then spoils one
 * record and not the rest of the file.
 */
export function splitRow(line: string, delimiter: string): Parsed<string[]> {
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (line[at] === '"') {
      const quoted = readQuoted(line, at)
      if (quoted === null) return fault('a quote is opened and not closed on the line', 'Close it, or write a quote inside as two quotes.')
      cells.push(quoted.text)
      at = quoted.end
      if (at < line.length && line[at] !== delimiter) return fault('something follows a closing quote', 'Write a quote inside a quoted cell as two quotes.')
    } else {
      const end = line.indexOf(delimiter, at)
      cells.push(line.slice(at, end < 0 ? line.length : end).trim())
      at = end < 0 ? line.length : end
    }
    if (at >= line.length) return { ok: true, value: cells }
    at++
  }
}

function readQuoted(line: string, start: number): { text: string; end: number } | null {
  let text = ''
  let from = start + 1
  for (;;) {
    const quote = line.indexOf('"', from)
    if (quote < 0) return null
    text += line.slice(from, quote)
    if (line[quote + 1] !== '"') return { text, end: quote + 1 }
    text += '"'
    from = quote + 2
  }
}

const fault = (problem: string, cure: string): Parsed<never> => ({ ok: false, faults: [{ path: '', problem, cure }] })
