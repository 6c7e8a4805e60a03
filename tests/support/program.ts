import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compile } from '../../build.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * The compiled program as it is installed: `dist/` and package.json in a folder of their own, with the checkout's configuration, words and
 * packages beside them.
 *
 * Compiled anew each time (half a second of a processor), so that nobody tests yesterday's source. Remove it when done.
 *
 * @param source  the checkout to compile; another one when its source was changed on purpose
 */
export async function installProgram(source: string = ROOT): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'decorum-program-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await compile(join(folder, 'dist'), source)
    cpSync(join(source, 'package.json'), join(folder, 'package.json'))
    for (const beside of ['config', 'templates', 'node_modules']) symlinkSync(join(ROOT, beside), join(folder, beside))
  } catch (error) {
    remove()
    throw error
  }
  return { folder, remove }
}
