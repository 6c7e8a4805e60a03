import { join, resolve } from 'node:path'
import { inject } from 'vitest'

let compiled: string | null = null

/** Names the folder of the compiled program, for a benchmark: tests have it from the run that compiled it for them. */
export function startFrom(folder: string): void {
  compiled = folder
}

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * What does node have to be given to start this? `dist/….js` is of the program that was compiled for this run, anything else a file of the
 * checkout (a fake of a provider).
 */
export function startArguments(script: string): string[] {
  if (!script.startsWith('dist/')) return ['--import', 'tsx', join(ROOT, script)]
  const program = compiled ?? inject('program')
  if (program === null) throw new Error('the program does not compile; the run said why when it began')
  return [join(program, script)]
}
