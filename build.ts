import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { build, type Plugin } from 'esbuild'
import { readYaml } from './src/config/yaml-file.ts'

const ROOT = import.meta.dirname

/** The command line's source file. */
export const COMMAND_LINE = 'src/cli/main.ts'

/** A file that starts a thread, as the code that starts it names it. */
const THREAD = /new URL\('(\.\.?\/[^']+\.mjs)', import\.meta\.url\)/g

/**
 * Which source file does each entry point of the compiled program run? Names under `dist/`, without `.js`, to paths under the root.
 *
 * The command line is `decorum`; each daemon of `workers/` and each thread keeps its file's name.
 */
export function entryPoints(root: string = ROOT): Map<string, string> {
  const workers = readdirSync(join(root, 'workers')).filter((file) => file.endsWith('.ts'))
  const threads = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(root, 'src', file))
    .flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(THREAD)].map(([, thread]) => resolve(dirname(file), thread as string)),
    )
  return new Map([
    ['decorum', COMMAND_LINE],
    ...workers.map((file): [string, string] => [`workers/${file.slice(0, -'.ts'.length)}`, `workers/${file}`]),
    ...threads.map((file): [string, string] => [threadEntry(file), relative(root, file)]),
  ])
}

const threadEntry = (file: string): string => `threads/${file.slice(file.lastIndexOf('/') + 1, -'.mjs'.length)}`

/**
 * Compiles the command line, the daemons and the threads, with source maps; empties `outdir` first.
 *
 * Packages are not bundled, but resolved from `outdir`. The program reads `config/`, `templates/` and `package.json` from
 * the nearest folder above it that has a `package.json`.
 *
 * @param outdir  where to; `dist/` by default
 * @param root    the checkout that is compiled
 */
export async function compile(outdir: string = join(ROOT, 'dist'), root: string = ROOT): Promise<void> {
  rmSync(outdir, { recursive: true, force: true })
  const entries = entryPoints(root)
  await build({
    entryPoints: [...entries].map(([out, file]) => ({ in: `launch:${file}`, out })),
    outdir,
    absWorkingDir: root,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    plugins: [launchers(root), policiesReadNow(root), threads, withoutTypeScript],
    logLevel: 'warning',
  })
  const commandLine = join(outdir, 'decorum.js')
  writeFileSync(commandLine, `#!/usr/bin/env node\n${readFileSync(commandLine, 'utf8')}`)
  chmodSync(commandLine, 0o755)
}

const LAUNCHER = `import * as module from 'node:module'
module.enableCompileCache?.()
process.setSourceMapsEnabled(true)
`

/**
 * Each entry point enables Node's compile cache (Node 22.1 and newer) and source maps, then imports the program dynamically:
 * a static import would be compiled before. So the code itself always lies in `chunks/`.
 */
const launchers = (root: string): Plugin => ({
  name: 'launchers',
  setup(build) {
    build.onResolve({ filter: /^launch:/ }, ({ path }) => ({ path: path.slice('launch:'.length), namespace: 'launch' }))
    build.onLoad({ filter: /./, namespace: 'launch' }, ({ path }) => ({
      contents: `${LAUNCHER}await import('./${path}')\n`,
      resolveDir: root,
    }))
  },
})

/** Rewrites the paths of threads for code in `chunks/`. */
const threads: Plugin = {
  name: 'threads',
  setup(build) {
    build.onLoad({ filter: /\/(src|workers)\/.*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replaceAll(
        THREAD,
        (_, thread: string) => `new URL('../${threadEntry(thread)}.js', import.meta.url)`,
      )
      const lost = contents
        .replaceAll(/new URL\('\.\.\/threads\/[^']+', import\.meta\.url\)/g, '')
        .includes('import.meta.url')
      return lost
        ? { errors: [{ text: `${path} finds a file by its own place, which is another one in the compiled program` }] }
        : { contents, loader: 'ts' }
    })
  },
}

/** Replaces tsx, which threads register to load TypeScript: the compiled program has none. */
const withoutTypeScript: Plugin = {
  name: 'without-typescript',
  setup(build) {
    build.onResolve({ filter: /^tsx(\/|$)/ }, ({ path }) => ({ path, namespace: 'without-typescript' }))
    build.onLoad({ filter: /./, namespace: 'without-typescript' }, () => ({
      contents: 'export const register = () => {}',
    }))
  },
}

/** Fills `read-at-build.ts` with the parsed policy files, so that a start does not parse them. */
const policiesReadNow = (root: string): Plugin => ({
  name: 'policies-read-now',
  setup(build) {
    let filledIn = false
    build.onLoad({ filter: /\/read-at-build\.ts$/ }, () => {
      filledIn = true
      return { contents: `export const READ_AT_BUILD = new Map(${JSON.stringify(policyValues(root))})` }
    })
    build.onEnd(() =>
      filledIn
        ? null
        : {
            errors: [
              {
                text: 'no read-at-build.ts is part of the program any more: policy files would be parsed at every start',
              },
            ],
          },
    )
  },
})

function policyValues(root: string): [sum: string, json: string][] {
  const folder = join(root, 'config/policies')
  if (!existsSync(folder)) return []
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  return texts.flatMap((text): [string, string][] => {
    const value = readYaml('', text, null).yaml?.value
    const json = JSON.stringify(value) ?? ''
    // Files with mistakes, or with values that JSON cannot represent, are parsed at the start.
    return value !== undefined && isDeepStrictEqual(JSON.parse(json), value)
      ? [[createHash('sha256').update(text).digest('hex'), json]]
      : []
  })
}

// `npm run build`
if (process.argv[1] === import.meta.filename) await compile()
