import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT, sourceFiles } from './source-files.ts'

const files = sourceFiles()
const lines = (text: string): number => text.split('\n').length - 1

const TOP_LEVEL = ['config', 'src', 'templates', 'tests', 'workers']
/** Made by installing, running and testing; in .gitignore. */
const UNTRACKED = ['coverage', 'data', 'dist', 'node_modules']
const FOLDERS = ['app', 'cli', 'config', 'decide', 'deliver', 'http', 'intake', 'model', 'pipeline', 'plan', 'queue', 'record', 'render', 'report']

/** Tables of facts and frozen steps: long because the world is. */
const LONG_BY_NATURE = [/^src\/record\/migrations\//, /^src\/record\/schema\.ts$/, /-(?:table|data|zones)\.ts$/, /generated/]

describe('the layout', () => {
  it('has the folders of the design at the top, and otherwise only files that tools expect', () => {
    const found = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    expect(found.filter((name) => !name.startsWith('.') && !UNTRACKED.includes(name) && !TOP_LEVEL.includes(name))).toEqual([])
  })

  it('has the folders of the design under src', () => {
    const found = readdirSync(`${ROOT}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    expect(found.filter((name) => !FOLDERS.includes(name))).toEqual([])
  })

  it('names files in kebab-case, after what they hold', () => {
    const names = files.map((file) => file.path.split('/').at(-1) as string)
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:ts|mjs|d\.mts)$/.test(name))).toEqual([])
    expect(files.map((file) => file.path).filter((path) => /(?:^|[/-])(?:utils?|helpers?|common|manager|misc)(?:[-./]|$)/.test(path))).toEqual([])
  })

  it('has no file of more than 400 lines, and half of them have at most 100', () => {
    const counted = files.filter((file) => !LONG_BY_NATURE.some((nature) => nature.test(file.path))).map((file) => ({ path: file.path, lines: lines(file.text) }))
    expect(counted.filter((file) => file.lines > 400)).toEqual([])
    const sorted = counted.map((file) => file.lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100)
  })

  it('keeps each daemon in workers to its flags, signals and start', () => {
    expect(files.filter((file) => file.path.startsWith('workers/') && lines(file.text) > 60).map((file) => file.path)).toEqual([])
  })

  it('leaves nothing for later in the code', () => {
    expect(files.filter((file) => /\b(?:TODO|FIXME|XXX)\b|not implemented/i.test(file.text)).map((file) => file.path)).toEqual([])
  })
})
