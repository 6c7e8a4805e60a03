import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where this build lies, as a checkout or an installed package: the nearest folder above with a package.json. (A compiled file lies elsewhere than its source.) */
export const PACKAGE_DIRECTORY: string = packageDirectory(import.meta.dirname)

/** The directory with `config/` and `templates/`: `DECORUM_ROOT`, or those that came with this build. */
export const rootDirectory = (): string => resolve(process.env['DECORUM_ROOT'] ?? PACKAGE_DIRECTORY)

function packageDirectory(from: string): string {
  const above = dirname(from)
  return existsSync(join(from, 'package.json')) || above === from ? from : packageDirectory(above)
}
