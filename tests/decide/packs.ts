import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { compilePacks } from '../../src/decide/compile-pack.ts'
import type { CompiledPack } from '../../src/decide/packs.ts'
import { parsePack, type Pack } from '../../src/model/pack.ts'

const FOLDER = new URL('../../config/policies/', import.meta.url)

/** Every shipped pack, parsed; a pack that does not parse fails the test file that asks. */
export const shippedPacks: Pack[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => {
    const parsed = parsePack(parse(readFileSync(new URL(name, FOLDER), 'utf8')))
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.faults)}`)
    return parsed.pack
  })

export const compiledPacks: CompiledPack[] = compilePacks(shippedPacks)
