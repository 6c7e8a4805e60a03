import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Stall } from './busiest.ts'
import { ROOT } from './stage.ts'
import { startArguments } from './start-arguments.ts'

/** A process of Decorum or of a fake, as a user starts it. */
export class Process {
  readonly child: ChildProcess
  readonly output: string[] = []
  readonly #exited: Promise<number | null>

  constructor(script: string, args: readonly string[], env: Record<string, string>) {
    this.child = spawn(process.execPath, [...startArguments(script), ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.output.push(line))
    }
    this.#exited = new Promise((resolve) => this.child.once('exit', (code) => resolve(code)))
  }

  /** The first line that the process prints, as JSON. */
  async announced<T>(): Promise<T> {
    return JSON.parse(await this.#printed(() => true)) as T
  }

  /** Resolves once a line that says this has been printed. */
  async says(text: string): Promise<string> {
    return this.#printed((line) => line.includes(text))
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
  }

  /** SIGTERM; answers the exit code. */
  async terminate(): Promise<number | null> {
    this.child.kill('SIGTERM')
    return this.#exited
  }

  async #printed(wanted: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = this.output.find(wanted)
      if (line !== undefined) return line
      const ended = await Promise.race([
        this.#exited.then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
      ])
      if (ended && !this.output.some(wanted)) throw new Error(`the process ended first:\n${this.output.join('\n')}`)
    }
  }
}

/** For NODE_OPTIONS: makes a process say when its event loop stood still. */
export const STALLS = new URL('stalls.mjs', import.meta.url).href

const isStall = (line: string): boolean => line.startsWith('{"stalledFrom"')

export const stallsSaidBy = ({ output }: Process): Stall[] =>
  output.filter(isStall).map((line) => JSON.parse(line) as Stall)

/** What it said last, for people who look for the cause. */
export const lastWordsOf = ({ output }: Process): string =>
  output
    .filter((line) => !isStall(line))
    .slice(-15)
    .join('\n')

const OPEN_ALWAYS = `id: open-always
version: "1"
title: "For tests: every hour is a contact hour, so that they run at any hour"
kind: house
reviewer: null
source: "a test"
validFrom: "2020-01-01"
applies: {}
rules:
  - id: contact-window
    shape: window
    allow: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }]
    citation: "a test"
    source: "a test"
    verified: text
vectors: []
`

const QUIET_LADDER = `id: quiet
version: "1"
template: default
rungs:
  - { id: never, at: { dpd: 3000 }, stage: M3+, tone: gentle, channels: [sms] }
`

/** A root with the shipped words, ladders and creditors, a ladder that never speaks, one policy that is always open, and short leases. Remove it when done. */
export function testRoot(change: (decorumYaml: string) => string = (text) => text): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'decorum-root-'))
  cpSync(join(ROOT, 'templates'), join(root, 'templates'), { recursive: true })
  for (const folder of ['creditors', 'ladders'])
    cpSync(join(ROOT, 'config', folder), join(root, 'config', folder), { recursive: true })
  mkdirSync(join(root, 'config/policies'), { recursive: true })
  writeFileSync(join(root, 'config/policies/open-always.yaml'), OPEN_ALWAYS)
  writeFileSync(join(root, 'config/ladders/quiet.yaml'), QUIET_LADDER)
  const yaml = readFileSync(join(ROOT, 'config/decorum.yaml'), 'utf8').replace(
    /^limits:\n/m,
    'limits:\n  leaseSeconds: 4\n  callSeconds: 2\n  ringAgainSeconds: 2\n',
  )
  writeFileSync(join(root, 'config/decorum.yaml'), change(yaml))
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) }
}
