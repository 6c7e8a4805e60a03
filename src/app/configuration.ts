import type { Config, ConfigWarning } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { mistakes } from './config-mistakes.ts'
import { rootDirectory } from './root-directory.ts'

/**
 * The configuration, or an error that lists every mistake in it.
 *
 * @throws DECORUM_CONFIG
 */
export function configuration(): { config: Config; warnings: ConfigWarning[] } {
  const loaded = loadConfig({ root: rootDirectory(), env: process.env })
  if (loaded.ok) return loaded
  throw mistakes('the configuration', loaded.problems)
}

/** Warnings go to stderr, so that `--json` stays one document. */
export function printWarnings(warnings: readonly ConfigWarning[]): void {
  for (const { message } of warnings) process.stderr.write(`! ${message}\n`)
}
