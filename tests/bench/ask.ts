import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

/** Commands that one process of a benchmark answers, by name. */
export type Commands = Readonly<Record<string, (payload: never) => unknown>>

interface Asked {
  no: number
  command: string
  payload: unknown
}

interface Answered {
  no: number
  result?: unknown
  error?: string
}

/** A process of a benchmark, as the one that started it sees it. */
export interface AskedProcess {
  ask<T>(command: string, payload?: unknown): Promise<T>
  /** Ends it; it is given no time to finish anything. */
  end(): Promise<void>
}

/** Starts one of the files in `processes/`; it answers once it has said that it is there. */
export async function startProcess(
  name: string,
  argument: unknown,
  env: Readonly<Record<string, string>> = {},
): Promise<AskedProcess> {
  const child = fork(resolve(import.meta.dirname, `processes/${name}.ts`), [JSON.stringify(argument)], {
    // As Decorum's processes are started, and the same for its peers.
    execArgv: [
      '--max-semi-space-size=64',
      '--import',
      'tsx',
      ...(process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== ''),
    ],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  child.on('message', ({ no, result, error }: Answered) => {
    const asked = waiting.get(no)
    waiting.delete(no)
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Error(`${name}: ${error}`))
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with code ${code}`))
    waiting.clear()
  })
  let next = 0
  const ask = <T>(command: string, payload?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const no = next++
      waiting.set(no, { resolve: resolve as (result: unknown) => void, reject })
      child.send({ no, command, payload } satisfies Asked)
    })
  await once(child, 'spawn')
  await ask('ready')
  return { ask, end: () => endOf(child) }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  // A profile is written at an exit of its own, not at a kill.
  if (process.env['BENCH_NODE_OPTIONS'] === undefined) child.kill('SIGKILL')
  else child.disconnect()
  await exited
}

/** The argument that this process was started with. */
export const argumentOf = <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T

/** Answers the commands of the process that started this one, and ends with it. */
export function answer(commands: Commands): void {
  const all: Record<string, (payload: never) => unknown> = { ready: () => null, usage, ...commands }
  process.on('message', ({ no, command, payload }: Asked) => {
    void (async () => {
      const done: Answered = { no }
      try {
        done.result = await (all[command] as (payload: unknown) => unknown)(payload)
      } catch (error) {
        done.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
      }
      process.send?.(done)
    })()
  })
  process.on('disconnect', () => process.exit(0))
}

/** Processor time of this process since it began, in microseconds, and its memory. */
export interface Usage {
  cpuMicros: number
  residentMiB: number
}

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) }
}
