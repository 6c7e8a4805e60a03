import { builtinModules } from 'node:module'
import { describe, expect, it } from 'vitest'
import { reachedFrom } from './measure-layout.ts'
import { codeOf, folderOf, importsOf, sourceFiles } from './source-files.ts'

const CORE = ['model', 'plan', 'decide', 'render']
const EDGES = ['intake', 'deliver', 'record', 'report', 'queue', 'config']

/** Which folders each folder may import, itself included without saying. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  ...Object.fromEntries(['plan', 'decide', 'render', ...EDGES].map((folder) => [folder, ['model']])),
  pipeline: [...CORE, ...EDGES],
  services: [...CORE, ...EDGES, 'pipeline'],
  authoring: [...CORE, ...EDGES, 'pipeline', 'services'],
  app: [...CORE, ...EDGES, 'pipeline', 'services'],
  demo: [...CORE, ...EDGES, 'pipeline', 'services', 'app'],
  http: ['model', 'intake', 'report', 'config', 'services', 'authoring', 'app'],
  // `decorum serve` and `up` are commands too: they start the HTTP server on the app they built.
  cli: ['model', 'intake', 'report', 'config', 'services', 'authoring', 'app', 'demo', 'http'],
  workers: ['model', 'app'],
}

const files = sourceFiles()

const brokenBy = (breaks: (file: { path: string; text: string }) => string[]): string[] =>
  files.flatMap((file) => breaks(file).map((what) => `${file.path}: ${what}`))

describe('imports', () => {
  it('are found at all', () => {
    const found = importsOf({
      path: 'src/plan/x.ts',
      text: `import a from 'pg'\nimport type { B } from '../record/b.ts'\nexport { c } from './c.ts'\nimport {\n  d,\n} from '../model/d.ts'\nimport '../queue/e.ts'\nconst f = await import('./f.ts')\n`,
    })
    expect(found).toEqual([
      'pg',
      'src/record/b.ts',
      'src/plan/c.ts',
      'src/model/d.ts',
      'src/queue/e.ts',
      'src/plan/f.ts',
    ])
  })

  it('every folder under src has its rule', () => {
    expect([...new Set(files.map((file) => folderOf(file.path)))].filter((folder) => !(folder in MAY_IMPORT))).toEqual(
      [],
    )
  })

  it('point at the core: no folder imports one that it may not, types included', () => {
    expect(
      brokenBy((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('src/') || name.startsWith('workers/'))
          .filter(
            (name) =>
              folderOf(name) !== folderOf(file.path) && !MAY_IMPORT[folderOf(file.path)]?.includes(folderOf(name)),
          )
          .map((name) => `imports ${name}`),
      ),
    ).toEqual([])
  })

  it('stay inside src and workers', () => {
    expect(
      brokenBy((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('tests/') || name.startsWith('..'))
          .map((name) => `imports ${name}`),
      ),
    ).toEqual([])
  })

  it('bring no I/O into the core', () => {
    const io = new Set([
      ...builtinModules,
      'pg',
      'kysely',
      'bullmq',
      'ioredis',
      'pino',
      'fastify',
      'nodemailer',
      'twilio',
      'undici',
      '@electric-sql/pglite',
    ])
    const pure = new Set(['crypto', 'url', 'util'])
    expect(
      brokenBy((file) =>
        CORE.includes(folderOf(file.path))
          ? importsOf(file).filter((name) => {
              const bare = name.replace(/^node:/, '')
              return io.has(bare) && !pure.has(bare)
            })
          : [],
      ),
    ).toEqual([])
  })
})

describe('the command line', () => {
  it('loads for a decision what decides it, and neither the process nor the ledger nor the bodies of the API', () => {
    const loaded = reachedFrom(['src/cli/commands/decide.ts'], files)
    const needless = /^src\/(?:app|http|record|queue|deliver|pipeline)\/|^src\/(?:intake\/bodies|config\/load)\b/
    expect(loaded.size).toBeGreaterThan(40)
    expect([...loaded].filter((path) => needless.test(path))).toEqual([])
  })
})

describe('the core', () => {
  it.each([
    ['reads no clock', /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bTemporal\.Now\b/],
    ['throws no dice', /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/],
    ['reads no environment', /\bprocess\.(?:env|cwd|argv)\b/],
    ['reaches no network and waits for nothing', /\bfetch\(|\bsetTimeout\(|\bsetInterval\(/],
  ])('%s', (_rule, pattern) => {
    expect(
      brokenBy((file) =>
        CORE.includes(folderOf(file.path)) && pattern.test(codeOf(file.text)) ? [String(pattern)] : [],
      ),
    ).toEqual([])
  })
})

describe('local time', () => {
  it('is read from the zone data that come along, never from those of Node or PostgreSQL', () => {
    const elsewhere =
      /\bTemporal\b|\btimeZone: (?!'UTC')[^,}\n]*,[^\n]*(?:hourCycle|weekday|numeric)|DateTimeFormat\([^)]*timeZone: (?!'UTC')|AT TIME ZONE (?!'UTC')|resolvedOptions\(\)\.timeZone|\b(?:get|set)(?:Hours|Minutes|Date|Day|Month|FullYear)\(/
    expect(
      brokenBy((file) => {
        const found = elsewhere.exec(codeOf(file.text))?.[0]
        return found === undefined ? [] : [found]
      }),
    ).toEqual([])
    for (const broken of [
      `new Intl.DateTimeFormat('en', { timeZone: zone })`,
      `AT TIME ZONE \${zone}`,
      `date.getHours()`,
    ])
      expect(elsewhere.test(broken)).toBe(true)
  })
})

describe('SQL', () => {
  const SQL =
    /\bsql(?:<[^>`]*>)?`|\bsql\.raw\(|\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(|(?:pool|client)\.query\(/

  it('is written in src/record only', () => {
    expect(
      brokenBy((file) => {
        if (folderOf(file.path) === 'record') return []
        const found = SQL.exec(codeOf(file.text))?.[0]
        // A question whether the server answers is no SQL of ours.
        return found === undefined || /\.query\('SELECT 1'\)/.test(file.text) ? [] : [found]
      }),
    ).toEqual([])
  })
})
