import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { configError } from '../config/problems.ts'
import { readPacks } from '../config/folder.ts'
import { compilePacks } from '../decide/compile-pack.ts'
import { type CompiledPack, selectPacks } from '../decide/packs.ts'
import { DecorumError, type Fault } from '../model/errors.ts'
import type { Log } from '../model/log-events.ts'
import type { Pack } from '../model/pack.ts'
import { caseDecider, type CaseDecider } from './decide-case.ts'

/** How often the files are checked, in milliseconds of machine time. */
const EVERY_MS = 5_000
const FOLDER = 'config/policies'

/** Replaced as a whole, so that no decision sees half of an edit. */
interface InForce {
  readonly all: readonly Pack[]
  readonly packs: readonly CompiledPack[]
  readonly decide: CaseDecider
}

/**
 * Which policy packs are in force while the process runs?
 *
 * `config/policies/` is checked every five seconds and read again once a file has changed. A valid edit applies to the
 * next decisions; after an invalid one the packs before it stay in force, and `problem` and the log have its faults.
 *
 * @throws DECORUM_CONFIG when the configuration names a pack that does not exist
 */
export class PolicyFiles {
  readonly #config: Pick<Config, 'root' | 'packs' | 'policies'>
  readonly #log: Log
  #inForce: InForce
  #fingerprint: string
  #checkedAt = -Infinity
  #problem: string | null = null

  constructor(config: Pick<Config, 'root' | 'packs' | 'policies'>, log: Log) {
    this.#config = config
    this.#log = log
    this.#fingerprint = fingerprint(config.root)
    this.#inForce = this.#compiled(config.packs)
  }

  /** Used by dispatch and permits. */
  get packs(): readonly CompiledPack[] {
    return this.#inForce.packs
  }

  /** Every pack that was loaded, opt-in ones included. */
  get all(): readonly Pack[] {
    return this.#inForce.all
  }

  /** The public decide contract. */
  get decide(): CaseDecider {
    return this.#inForce.decide
  }

  /** What is wrong with the files on disk; null when they are in force. */
  get problem(): string | null {
    return this.#problem
  }

  /** Checks the files if the last check is older than five seconds. @param now  monotonic machine time in milliseconds */
  refreshIfStale(now: number): void {
    if (now - this.#checkedAt < EVERY_MS) return
    this.#checkedAt = now
    this.refresh()
  }

  /** Reads the packs again if a file was added, removed or changed. */
  refresh(): void {
    const found = fingerprint(this.#config.root)
    if (found === this.#fingerprint) return
    this.#fingerprint = found
    try {
      const { items, problems } = readPacks(this.#config.root)
      if (problems.length > 0) throw configError('a policy pack', problems)
      this.#inForce = this.#compiled(items.map(({ value }) => value))
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

  #compiled(all: readonly Pack[]): InForce {
    return { all, packs: policyOf({ packs: all, policies: this.#config.policies }), decide: caseDecider(all) }
  }
}

const faultWords = ({ path, problem, cure }: Fault): string =>
  `${path} ${problem}${cure === undefined ? '' : `. ${cure}`}`

/** Changes whenever a file of the folder is added, removed or written. */
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
 * The packs in force: every pack that is not opt-in, and the house packs that the configuration names.
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
