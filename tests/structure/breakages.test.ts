import { describe, expect, it } from 'vitest'
import { BREAKS, breakGuard } from '../chaos/broken-source.ts'

describe('a guard that the chaos harness breaks on purpose', () => {
  it.each(BREAKS)('stands in the source as its breakage quotes it: %s', (name) => {
    expect(() => breakGuard(name).remove()).not.toThrow()
  })
})
