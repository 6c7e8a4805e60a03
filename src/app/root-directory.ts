import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** The directory with `config/` and `templates/`: `DECORUM_ROOT`, or the checkout that this file is in. */
export const rootDirectory = (): string => resolve(process.env['DECORUM_ROOT'] ?? CHECKOUT)
