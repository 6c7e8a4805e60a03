import { describe, expect, it } from 'vitest'
import { codeOf, sourceFiles } from './source-files.ts'

/**
 * Collections of a module that are added to, and why each of them stays small. Whatever else is kept from one call
 * to the next is an LRU cache with a limit, or a WeakMap, which holds nothing that nobody else holds.
 */
const GROWING: Readonly<Record<string, string>> = {
  'src/decide/zone-table.ts tables': 'by places of the zone data',
  'src/model/zones/zone-data.ts read': 'by names of the zone data',
  'src/model/zones/zone-data.ts names': 'filled while loading',
  'src/model/zones/zone-names.ts byClock': 'filled while loading',
  'src/model/zones/zone-names.ts byLetters': 'filled while loading',
  'src/model/places/jurisdiction.ts prefixZones': 'filled while loading',
  'src/model/places/jurisdiction.ts areaCodePlaces': 'filled while loading',
  'src/record/pg/connection.ts names': 'by texts of statements that say their name, which stand in the code',
}

const COLLECTION = /^(?:export )?(?:const|let) (\w+)[^=\n]*= new (?:Map|Set)\b/gm
const OF_A_CLASS = /^\s+(?:public |private |protected )?static (?:readonly )?(#?\w+)[^=\n]*= new (?:Map|Set)\b/gm

/** The collections that a file's module or its classes hold and add to. */
function growingIn(text: string): string[] {
  const code = codeOf(text)
  return [COLLECTION, OF_A_CLASS]
    .flatMap((kind) => [...code.matchAll(kind)].map(([, name]) => name as string))
    .filter((name) => new RegExp(`(?<![\\w$])${name}\\??\\.(?:set|add)\\(`).test(code))
}

describe('what modules keep', () => {
  it('is found', () => {
    expect(
      growingIn(
        'const kept = new Map<string, Set<string>>()\nconst fixed = new Set([1])\nexport const seen: Set<string> = new Set()\nf(kept.set(1, 2), seen.add(3), other.fixed)\n',
      ),
    ).toEqual(['kept', 'seen'])
    expect(
      growingIn('class A {\n  static readonly #all = new Map<string, A>()\n  b() { A.#all.set("a", this) }\n}\n'),
    ).toEqual(['#all'])
  })

  it('grows without a limit nowhere but where its keys are few by nature', () => {
    const found = sourceFiles().flatMap(({ path, text }) => growingIn(text).map((name) => `${path} ${name}`))
    expect(found.toSorted()).toEqual(Object.keys(GROWING).toSorted())
  })

  it('has a limit wherever it is an LRU cache', () => {
    const made = sourceFiles().flatMap(({ path, text }) =>
      [...codeOf(text).matchAll(/new LRUCache\b[^\n]*/g)].map(([line]) => `${path}: ${line}`),
    )
    expect(made.length).toBeGreaterThan(10)
    expect(made.filter((line) => !/\{ max: [\w.]+(?:, ttl: \w+)? \}/.test(line))).toEqual([])
  })
})
