import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { configError } from '../config/configuration.ts'
import { readPacks } from '../config/folder.ts'
import { compilePacks } from '../decide/compile-pack.ts'
import { type CompiledPack, selectPacks } from '../decide/packs.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import type { Log } from '../model/log-events.ts'
import type { Pack } from '../model/pack.ts'
import { caseDecider, type CaseDecider } from './decide-case.ts'

/** How often the files are looked at, in milliseconds of machine time. */
const EVERY = 5_000
const FOLDER = 'config/policies'

/** What is in force: replaced whole, so that one decision never sees half of an edit. */
interface InForce {
  readonly all: readonly Pack[]
  readonly packs: readonly CompiledPack[]
  readonly decide: CaseDecider
}

/**
 * Which policy packs are in force while the process runs?
 *
 * Looks at `config/policies/` now and then and reads it again once a file has changed.
 * A good edit holds for the next decisions; with a bad one the good version before it
 * stays in force, `problem` says what is wrong, and so does the log.
 *
 * @throws DECORUM_CONFIG at the start, when the packs of the configuration do not fit together
 */
export class PolicyFiles {
  readonly #config: Pick<Config, 'root' | 'packs' | 'policies'>
  readonly #log: Log
  #inForce: InForce
  #seen: string
  #lookedAt = -Infinity
  #problem: string | null = null

  constructor(config: Pick<Config, 'root' | 'packs' | 'policies'>, log: Log) {
    this.#config = config
    this.#log = log
    this.#seen = fingerprint(config.root)
    this.#inForce = this.#madeReady(config.packs)
  }

  /** The packs that dispatch and permits decide with. */
  get packs(): readonly CompiledPack[] {
    return this.#inForce.packs
  }

  /** Every pack that was loaded, opt-in ones included. */
  get all(): readonly Pack[] {
    return this.#inForce.all
  }

  /** Answers cases of the public contract. */
  get decide(): CaseDecider {
    return this.#inForce.decide
  }

  /** What is wrong with the files as they are now; null when they are in force. */
  get problem(): string | null {
    return this.#problem
  }

  /** Looks at the files unless it just has. @param now  monotonic machine time in milliseconds */
  refreshIfStale(now: number): void {
    if (now - this.#lookedAt < EVERY) return
    this.#lookedAt = now
    this.look()
  }

  /** Reads the packs again if a file came, went or changed. */
  look(): void {
    const seen = fingerprint(this.#config.root)
    if (seen === this.#seen) return
    this.#seen = seen
    try {
      const { items, problems } = readPacks(this.#config.root)
      if (problems.length > 0) throw configError('a policy pack', problems)
      this.#inForce = this.#madeReady(items.map(({ value }) => value))
      this.#problem = null
      this.#log.info(
        { event: 'packs.reloaded', packs: this.#inForce.all.map(({ id, version }) => `${id} ${version}`) },
        'policy packs reloaded and in force',
      )
    } catch (error) {
      if (!(error instanceof DecorumError)) throw error
      const faults = error.faults ?? []
      this.#problem = `the policy packs in force are those before the last edit: ${faults.map(faultWords).join('; ') || error.message}`
      this.#log.error(
        { event: 'packs.rejected', faults },
        'edited policy pack does not load; the packs before the edit stay in force',
      )
    }
  }

  #madeReady(all: readonly Pack[]): InForce {
    return { all, packs: policyOf({ packs: all, policies: this.#config.policies }), decide: caseDecider(all) }
  }
}

const faultWords = ({ path, problem, cure }: Fault): string =>
  `${path} ${problem}${cure === undefined ? '' : `. ${cure}`}`

/** Changes whenever a file of the folder comes, goes or is written. */
function fingerprint(root: string): string {
  const hash = createHash('sha256')
  try {
    const folder = join(root, FOLDER)
    for (const name of readdirSync(folder).sort()) {
      const { mtimeMs, size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 }
      hash.update(`${name} ${mtimeMs} ${size}\n`)
    }
  } catch {
    return 'the folder cannot be read'
  }
  return hash.digest('hex')
}

/**
 * The packs in force: every one that applies by itself, and the house packs that the configuration names.
 *
 * @throws DECORUM_CONFIG when the configuration names a pack that does not exist
 */
export function policyOf(config: Pick<Config, 'packs' | 'policies'>): CompiledPack[] {
  const selected = selectPacks(compilePacks(config.packs), {
    named: null,
    also: config.policies.house,
    without: config.policies.without ?? [],
  })
  if (!selected.ok)
    throw new DecorumError('DECORUM_CONFIG', 'the configuration names a policy pack that does not exist', {
      faults: selected.faults,
    })
  return selected.packs
}
