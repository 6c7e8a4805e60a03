import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** How one process is started: a script under the fleet's folder, compiled or TypeScript, and its arguments. */
export interface Post {
  script: string
  args?: readonly string[]
  /** What it prints when it works. */
  ready: string
  env?: Record<string, string>
}

/** One process from its start to its end; instants in milliseconds of the harness's clock. */
export interface ProcessLife {
  name: string
  pid: number
  from: number
  until: number | null
  /** `killed`: by us. `stopped`: at the end. `crashed`: by itself. */
  end: 'killed' | 'stopped' | 'crashed' | null
  /** Of one that ended by itself: how, and what it said last. */
  lastWords: string
}

const PRELOAD = join(import.meta.dirname, 'preload.mjs')
const LINES_KEPT = 200
const LAST_WORDS = 8
/** A dozen processes that start at once on a busy machine. */
const STARTING_MS = 180_000
/** A process that ends by itself is started again, as any supervisor does; the judge hears of it all the same. */
const RESTART_MS = 1_000

/** The run's processes, each started as an operator starts it, and what became of them. */
export class Fleet {
  readonly lives: ProcessLife[] = []
  readonly #folder: string
  readonly #posts: ReadonlyMap<string, Post>
  readonly #env: Record<string, string>
  readonly #logs: string | null
  readonly #clocks = mkdtempSync(join(tmpdir(), 'decorum-chaos-clocks-'))
  readonly #running = new Map<
    string,
    { child: ChildProcess; life: ProcessLife; output: string[]; exited: Promise<void> }
  >()
  #over = false

  /**
   * @param folder  the compiled program's, or the checkout's
   * @param logs    directory that keeps every line printed; null: the last ones are kept in memory
   */
  constructor(folder: string, posts: ReadonlyMap<string, Post>, env: Record<string, string>, logs: string | null) {
    this.#folder = folder
    this.#posts = posts
    this.#env = env
    this.#logs = logs
    if (logs !== null) mkdirSync(logs, { recursive: true })
  }

  start(name: string): void {
    const post = this.#posts.get(name)
    if (post === undefined || this.#over || this.#running.has(name)) return
    const child = spawn(
      process.execPath,
      [
        ...(post.script.endsWith('.ts') ? ['--import', 'tsx'] : []),
        '--import',
        PRELOAD,
        join(this.#folder, post.script),
        ...(post.args ?? []),
      ],
      {
        cwd: this.#folder,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: process.env.HOME ?? '',
          CHAOS_CLOCK: this.#clockOf(name),
          ...this.#env,
          ...post.env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const output: string[] = []
    const file = this.#logs === null ? null : createWriteStream(join(this.#logs, `${name}.log`), { flags: 'a' })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.push(line)
        if (output.length > LINES_KEPT) output.shift()
        file?.write(`${line}\n`)
      })
    }
    const life: ProcessLife = {
      name,
      pid: child.pid ?? 0,
      from: Date.now(),
      until: null,
      end: null,
      lastWords: '',
    }
    this.lives.push(life)
    const exited = new Promise<void>((resolve) =>
      child.once('exit', (code, signal) => {
        life.until = Date.now()
        if (life.end === null) {
          life.end = 'crashed'
          life.lastWords = `${signal ?? `exit ${code}`}: ${output.slice(-LAST_WORDS).join(' / ')}`
          setTimeout(() => this.start(name), RESTART_MS).unref()
        }
        this.#running.delete(name)
        file?.end()
        resolve()
      }),
    )
    this.#running.set(name, { child, life, output, exited })
  }

  /** kill -9. */
  async kill(name: string): Promise<void> {
    await this.#end(name, 'killed')
  }

  /** SIGSTOP: it stands still, with whatever it holds; `thaw` lets it go on. */
  freeze(name: string): void {
    this.#running.get(name)?.child.kill('SIGSTOP')
  }

  thaw(name: string): void {
    this.#running.get(name)?.child.kill('SIGCONT')
  }

  /** Puts the wall clock of a process off by so much, now and after a restart; 0: right again. */
  stepClock(name: string, offsetMs: number): void {
    writeFileSync(this.#clockOf(name), String(offsetMs))
  }

  /** Resolves with the line that says that it works. @throws when the process ends first or it takes too long */
  ready(name: string): Promise<string> {
    return this.#says(name, this.#posts.get(name)?.ready ?? '')
  }

  async stop(): Promise<void> {
    this.#over = true
    await Promise.all([...this.#running.keys()].map((name) => this.#end(name, 'stopped')))
    rmSync(this.#clocks, { recursive: true, force: true })
  }

  async #end(name: string, end: 'killed' | 'stopped'): Promise<void> {
    const running = this.#running.get(name)
    if (running === undefined) return
    running.life.end ??= end
    running.child.kill('SIGKILL')
    await running.exited
  }

  async #says(name: string, text: string, withinMs = STARTING_MS): Promise<string> {
    const output = this.#running.get(name)?.output ?? []
    for (
      const end = Date.now() + withinMs;
      Date.now() < end && this.#running.has(name);
      await new Promise((resolve) => setTimeout(resolve, 30))
    ) {
      const line = output.find((one) => one.includes(text))
      if (line !== undefined) return line
    }
    throw new Error(`${name} did not say "${text}":\n${output.slice(-20).join('\n')}`)
  }

  #clockOf(name: string): string {
    return join(this.#clocks, name)
  }
}
