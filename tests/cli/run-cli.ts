import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { startArguments } from '../support/start-arguments.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
}

/** Only what the command is told: nothing of the machine's own configuration leaks in. */
const environment = (env: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  ...env,
})

/** Starts `decorum …` as a person would. */
export const startCli = (args: readonly string[], env: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, [...startArguments('dist/decorum.js'), ...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })

/** Starts a daemon of workers/ by itself. */
export const startWorker = (
  name: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): ChildProcess =>
  spawn(process.execPath, [...startArguments(`dist/workers/${name}.js`), ...args], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })

/** Everything it says, and its exit code. */
export async function finish(child: ChildProcess, input = ''): Promise<Ran> {
  child.stdin?.end(input)
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout as NonNullable<ChildProcess['stdout']>),
    text(child.stderr as NonNullable<ChildProcess['stderr']>),
  ])
  return { code, stdout, stderr }
}

export const runCli = (
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> => finish(startCli(args, env), input)
