import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { contentVersion } from '../model/canonical-json.ts'
import type { Runtime } from '../pipeline/runtime.ts'
import { ledgerKeys, ringProblem } from '../record/ring-keys.ts'
import { processesAtWork, type ProcessRow, reportProcess, withdrawProcess } from '../record/processes.ts'
import { type Daemon, VERSION } from './app.ts'

/** How often a process reports itself, in milliseconds of machine time. */
const EVERY_MS = 15_000

/** Which version of the texts does this configuration send? Equal templates and creditors give equal versions, in any order on disk. */
export const wordsVersion = ({ templates, creditors }: Pick<Config, 'templates' | 'creditors'>): string =>
  contentVersion({
    templates: Object.fromEntries(
      [...templates].map(([id, { manifest, sources, frames }]) => [id, { manifest, sources, frames }]),
    ),
    creditors: Object.fromEntries([...creditors].map(([id, creditor]) => [id, creditor.words])),
  })

/** Which of these processes use another version of the texts, and what is to be done? Null: none. */
export function wordsMismatch(
  own: string,
  others: readonly Pick<ProcessRow, 'name' | 'daemons' | 'words'>[],
): string | null {
  const different = others.filter((process) => process.words !== own)
  if (different.length === 0) return null
  const named = different
    .slice(0, 5)
    .map(({ name, daemons }) => `${name} (${daemons.length === 0 ? 'serve' : daemons.join(', ')})`)
  const more = different.length > named.length ? ` and ${different.length - named.length} more` : ''
  return `other words are in use by ${named.join('; ')}${more}: bring templates/ and config/creditors/ to the same state everywhere and restart those processes`
}

/**
 * Reports this process to the ledger and compares it with the others, so that a worker with other texts is found before a
 * message is sent with them; and goes by the keys that the ledger names, after a rotation too.
 */
export class ProcessRegister {
  readonly #runtime: Runtime
  readonly #self: Omit<ProcessRow, 'daemons'>
  #daemons: readonly Daemon[] = []
  #reportedAt = -Infinity
  #reported = false
  #keyProblem: string | null = null

  constructor(runtime: Runtime, name: string) {
    this.#runtime = runtime
    this.#self = {
      id: randomUUID(),
      name,
      build: VERSION,
      words: wordsVersion(runtime.config),
      ring: [...runtime.vault.ring],
    }
  }

  /** Reports when a report is due. @param monotonicMs  machine time */
  async refresh(daemons: readonly Daemon[], monotonicMs: number): Promise<void> {
    if (monotonicMs - this.#reportedAt < EVERY_MS && daemons.length === this.#daemons.length) return
    this.#reportedAt = monotonicMs
    this.#daemons = daemons
    const { ledger, vault } = this.#runtime
    await reportProcess(ledger.db, { ...this.#self, daemons: [...daemons] })
    this.#reported = true
    this.#keyProblem = await ringProblem(ledger.db, vault.ring)
    const known = await ledgerKeys(ledger.db)
    if (known !== null && this.#keyProblem === null) vault.adopt(known)
  }

  /** Has the ledger a key that this process lacks? Null: no, when it last reported. */
  get keyProblem(): string | null {
    return this.#keyProblem
  }

  /** Do other processes use other texts? Null: no, or the ledger does not answer, which is a health problem of its own. */
  async warning(): Promise<string | null> {
    try {
      const others = (await processesAtWork(this.#runtime.ledger.db)).filter(({ id }) => id !== this.#self.id)
      return wordsMismatch(this.#self.words, others)
    } catch {
      return null
    }
  }

  /** Removes this process's row; if the ledger does not answer, the row expires. */
  async withdraw(): Promise<void> {
    if (this.#reported) await withdrawProcess(this.#runtime.ledger.db, this.#self.id).catch(() => undefined)
  }
}
