import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, ROOT, sourceFiles } from './source-files.ts'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** `@scope/name/part` → `@scope/name`. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

const importedBy = (files: readonly { path: string; text: string }[]): Set<string> =>
  new Set(files.flatMap(importsOf).map(packageOf))
const read = (path: string): { path: string; text: string } => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })

describe('dependencies', () => {
  it('are each imported by a source file', () => {
    const imported = importedBy(sourceFiles())
    expect(Object.keys(manifest.dependencies).filter((name) => !imported.has(name))).toEqual([])
  })

  it('of development are each imported by a test or script, run by a command, or the types of what is', () => {
    const files = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|mts|mjs)$/.test(name))
      .map((name) => read(`tests/${name}`))
    const top = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:ts|mts|mjs|js)$/.test(entry.name))
      .map((entry) => read(entry.name))
    const scripts = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name === 'scripts')
      .flatMap(() => readdirSync(join(ROOT, 'scripts')).map((name) => read(`scripts/${name}`)))
    const used = new Set([
      ...importedBy([...sourceFiles(), ...files, ...top, ...scripts]),
      ...Object.keys(manifest.dependencies),
    ])
    const commands = Object.values(manifest.scripts).join(' ')
    /** `@types/x` goes with x, `@types/node` with Node itself; the program of `typescript` is called tsc. */
    const isUsed = (name: string): boolean =>
      name === '@types/node' ||
      used.has(name.replace(/^@types\//, '')) ||
      new RegExp(`\\b${name === 'typescript' ? 'tsc' : name}\\b`).test(commands)
    const text = files.map((file) => file.text).join('\n')
    expect(Object.keys(manifest.devDependencies).filter((name) => !isUsed(name) && !text.includes(`'${name}`))).toEqual(
      [],
    )
  })

  it('have exact versions', () => {
    expect(
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
        ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
      ),
    ).toEqual([])
  })
})
