import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_DIRECTORY } from './root-directory.ts'

/** Of this build, as package.json states it. */
export const VERSION: string = (JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'package.json'), 'utf8')) as { version: string }).version
