import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { measureLayout } from './measure-layout.ts'
import { ROOT, sourceFiles } from './source-files.ts'

const files = sourceFiles()
const lines = (text: string): number => text.split('\n').length - 1

const TOP_LEVEL = ['config', 'src', 'templates', 'tests', 'workers']
/** Made by installing, running and testing; in .gitignore. */
const UNTRACKED = ['coverage', 'data', 'dist', 'node_modules']
const FOLDERS = [
  'app',
  'authoring',
  'cli',
  'config',
  'decide',
  'deliver',
  'demo',
  'http',
  'intake',
  'model',
  'pipeline',
  'plan',
  'queue',
  'record',
  'render',
  'report',
  'services',
]
const layout = measureLayout(files)

describe('the layout', () => {
  it('has the folders of the design at the top, and otherwise only files that tools expect', () => {
    const found = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    expect(
      found.filter((name) => !name.startsWith('.') && !UNTRACKED.includes(name) && !TOP_LEVEL.includes(name)),
    ).toEqual([])
  })

  it('has the folders of the design under src', () => {
    const found = readdirSync(`${ROOT}/src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    expect(found.filter((name) => !FOLDERS.includes(name))).toEqual([])
  })

  it('names files in kebab-case, after what they hold', () => {
    const names = files.map((file) => file.path.split('/').at(-1) as string)
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:ts|mjs|d\.mts)$/.test(name))).toEqual([])
    expect(
      files
        .map((file) => file.path)
        .filter((path) => /(?:^|[/-])(?:utils?|helpers?|common|manager|misc)(?:[-./]|$)/.test(path)),
    ).toEqual([])
  })

  it('has one file for each concept: about 420, half of them of 80 lines or more', () => {
    // Fifteen of them for the chain of evidence, its audit and the database roles; four for the words of packs in two
    // languages and the cells of a CSV row; thirteen for erasure, exports and the access log: statements, journal, shell,
    // words, services and commands of each.
    // Fourteen for keys that are recognised and rotated: weak keys, secrets of the ring, the ledger's keys, rotation (SQL, pipeline, service),
    // names of addresses (SQL, pipeline), the migration; sealed texts (format, facts, accounts) and what is carried over (SQL, pipeline).
    // Four for what bounds the work of the HTTP interface: connections, requests, lanes to the ledger, signs of place.
    // Three for what production refuses: hosts of this machine, safeguards, secrets from files.
    // One for what is kept of one person.
    expect(layout.files).toBeLessThanOrEqual(446)
    expect(layout.medianLines).toBeGreaterThanOrEqual(80)
  })

  it('has at most 25 files under 20 lines: commands, routes, daemons and the stubs of threads', () => {
    expect(layout.short.length, layout.short.join('\n')).toBeLessThanOrEqual(25)
  })

  it('has no file of more than 400 lines but the schema and its migrations', () => {
    expect(layout.long).toEqual([])
  })

  it('has no import circles, type-only ones included', () => {
    expect(layout.circles).toEqual([])
  })

  it('gives no name to two things in different folders', () => {
    expect(layout.namesInTwoFolders).toEqual({})
  })

  it('sees a circle, a name in two folders and a short file where there are some', () => {
    const broken = measureLayout([
      { path: 'src/plan/a.ts', text: "import type { B } from './b.ts'\nexport interface Twin {}\n" },
      { path: 'src/plan/b.ts', text: "import { a } from './a.ts'\nexport type B = typeof a\n" },
      { path: 'src/decide/c.ts', text: `export class Twin {}\n${'//\n'.repeat(401)}` },
    ])
    expect(broken).toMatchObject({
      files: 3,
      short: ['src/plan/a.ts', 'src/plan/b.ts'],
      long: ['src/decide/c.ts'],
      circles: [['src/plan/a.ts', 'src/plan/b.ts']],
      namesInTwoFolders: { Twin: ['src/plan/a.ts', 'src/decide/c.ts'] },
    })
  })

  it('keeps each daemon in workers to its flags, signals and start', () => {
    expect(
      files.filter((file) => file.path.startsWith('workers/') && lines(file.text) > 60).map((file) => file.path),
    ).toEqual([])
  })

  it('leaves nothing for later in the code', () => {
    expect(
      files.filter((file) => /\b(?:TODO|FIXME|XXX)\b|not implemented/i.test(file.text)).map((file) => file.path),
    ).toEqual([])
  })
})
