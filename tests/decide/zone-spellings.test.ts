import { describe, expect, it, vi } from 'vitest'
import { zoneTable } from '../../src/decide/zone-table.ts'
import { changesOf } from '../../src/model/zones/zone-data.ts'

/** The n-th way to write a name in small and capital letters. */
function spelt(name: string, n: number): string {
  let letters = 0
  return name.replace(/[a-z]/gi, (letter) => ((n >> letters++) & 1 ? letter.toUpperCase() : letter.toLowerCase()))
}

describe('a zone that is written in ten thousand ways', () => {
  const spellingsOf = (name: string): string[] => Array.from({ length: 10_000 }, (_, n) => spelt(name, n))

  it('has one table of its clock and one list of its changes, whoever spells it how', () => {
    const spellings = spellingsOf('America/Argentina/Rio_Gallegos')
    expect(new Set(spellings).size).toBe(spellings.length)
    expect(new Set(spellings.map(zoneTable)).size).toBe(1)
    expect(new Set(spellings.map(changesOf)).size).toBe(1)
  })

  it('is kept under its own name alone: ten thousand spellings add nothing to what is kept', () => {
    const [first, ...others] = spellingsOf('America/Argentina/San_Luis')
    zoneTable(first as string)
    const set = vi.spyOn(Map.prototype, 'set')
    for (const other of others) zoneTable(other)
    const added = set.mock.calls.map(([key]) => key)
    set.mockRestore()
    expect(added).toEqual([])
  })
})
