import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import type { NamedUsage } from './accounting.ts'
import type { AskedProcess } from './ask.ts'
import type { Running } from './decorum-processes.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'

/** A round that has not reached the provider by then never will. */
const LONGEST_MS = 300_000

/** What a round begins with: reminders that wait in the ledger, or accounts that are still to be planned. */
export type Beginning = 'planned' | 'overdue'

export interface RoundTaken {
  /** Reminders. */
  perSecond: number
  before: NamedUsage[]
  after: NamedUsage[]
}

/** Rounds of reminders through the same processes; after each, ledger and provider must agree on what was sent. */
export class Rounds {
  readonly #name: string
  readonly #decorum: Running
  readonly #stub: AskedProcess
  readonly #usage: () => Promise<NamedUsage[]>
  #owed = 0
  #round = 0

  /** @param usage  what is read before and after each round */
  constructor(name: string, decorum: Running, stub: AskedProcess, usage = decorum.usage) {
    this.#name = name
    this.#decorum = decorum
    this.#stub = stub
    this.#usage = usage
  }

  /** Reminders that are sent by the senders, and rung by the processes that will plan, before any time is taken. */
  async warmUp(count: number): Promise<void> {
    await this.#import(count)
    await this.#decorum.beginPasses()
    await this.#decorum.planner.ask('drained')
    await this.#decorum.endPasses()
    await this.#assertSent('warm-up')
  }

  async round(count: number, beginning: Beginning): Promise<RoundTaken> {
    const { planner } = this.#decorum
    await this.#import(count)
    if (beginning === 'planned') await planner.ask('plan')
    const before = await this.#usage()
    const began = performance.now()
    await this.#decorum.beginPasses()
    // Told by the provider: asking the ledger again and again whether all is done took a third of PostgreSQL's time.
    await inTime(this.#stub.ask('reached', this.#owed), () => planner.ask('statuses'))
    await planner.ask('drained')
    const perSecond = (count / (performance.now() - began)) * 1_000
    const after = await this.#usage()
    await this.#decorum.endPasses()
    this.#round += 1
    await this.#assertSent(`round ${this.#round}`)
    return { perSecond, before, after }
  }

  async #import(count: number): Promise<void> {
    await this.#decorum.planner.ask('import', { from: this.#owed, count })
    this.#owed += count
  }

  /** Does the ledger hold exactly what was owed so far as sent, and has the provider heard each of it once? */
  async #assertSent(when: string): Promise<void> {
    const what = `${this.#name}, ${when}`
    const statuses = await this.#decorum.planner.ask<Record<string, number>>('statuses')
    if (statuses['sent'] !== this.#owed || Object.keys(statuses).length > 1)
      throw new Error(
        `${what}: ${this.#owed} reminders were owed, ${await this.#stub.ask<number>('count')} calls were made, and the ledger holds ${JSON.stringify(statuses)}`,
      )
    assertBooks(what, this.#owed, await this.#stub.ask<BooksRead>('books'))
  }
}

async function inTime(reached: Promise<unknown>, standing: () => Promise<unknown>): Promise<void> {
  const late = new AbortController()
  const tooLate = pause(LONGEST_MS, true, { signal: late.signal }).catch(() => false)
  if ((await Promise.race([reached, tooLate])) === true)
    throw new Error(
      `the provider has not heard of all after ${LONGEST_MS / 1_000} s: ${JSON.stringify(await standing())}`,
    )
  late.abort()
}
