import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ConfigProblem } from './config.ts'
import type { Environment } from './yaml-file.ts'

/** More than any secret has; a file named by mistake is not read into memory. */
const MOST_BYTES = 65_536

/**
 * The environment with `NAME` taken from the file that `NAME_FILE` names, as orchestrators mount secrets.
 *
 * One rule for every variable of the configuration, those of `${NAME}` in its files included. Only what is asked for is read,
 * once, so that `…_FILE` variables of other programs mean nothing here.
 *
 * @param root  relative files are resolved against it
 * @returns     `problems` grows while variables are asked for; they name the variable, never what the file holds
 */
export function withSecretFiles(env: Environment, root: string): { env: Environment; problems: ConfigProblem[] } {
  const filled: Record<string, string | undefined> = { ...env }
  const problems: ConfigProblem[] = []
  const refuse = (path: string, problem: string, cure: string): undefined => {
    problems.push({ code: 'bad_variable', file: 'environment', line: null, path, problem, cure })
  }
  const secretOf = (name: string, file: string): string | undefined => {
    const given = env[name]
    if (given !== undefined && given.trim() !== '') {
      refuse(`${name}_FILE`, `is set beside ${name}`, 'Keep one of the two, and leave the other empty.')
      return given
    }
    const read = contentOf(resolve(root, file))
    if ('value' in read) return read.value
    return refuse(`${name}_FILE`, read.problem, `Let it name a file that holds ${name} alone, readable by this user.`)
  }
  for (const [variable, file] of Object.entries(env)) {
    const name = /^(.+)_FILE$/.exec(variable)?.[1]
    if (name === undefined || file === undefined || file.trim() === '') continue
    let read: { value: string | undefined } | null = null
    Object.defineProperty(filled, name, {
      enumerable: false,
      get: () => (read ??= { value: secretOf(name, file.trim()) }).value,
    })
  }
  return { env: filled, problems }
}

function contentOf(path: string): { value: string } | { problem: string } {
  try {
    const found = statSync(path)
    if (!found.isFile()) return { problem: 'names what is no file' }
    if (found.size > MOST_BYTES) return { problem: 'names a file that is larger than a secret' }
    const value = readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    return value === '' ? { problem: 'names a file that holds nothing' } : { value }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? { problem: 'names a file that does not exist' }
      : { problem: 'names a file that cannot be read' }
  }
}
