import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The embedded ledger's own keys, in the form of DECORUM_KEYS.
 *
 * Made once, readable by its owner alone. Losing `<dataDir>/keys` loses every name and address:
 * it belongs in the backup, apart from the data.
 */
export function loadOrCreateKeys(dataDir: string): string {
  const path = join(dataDir, 'keys')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) {
    // Written aside and linked: a crash leaves no half a key, and of two processes one wins.
    const aside = `${path}.${process.pid}`
    writeFileSync(aside, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true })
    try {
      linkSync(aside, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    rmSync(aside)
  }
  return readFileSync(path, 'utf8').trim()
}
