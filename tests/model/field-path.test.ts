import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldPath } from '../../src/model/faults.ts'

describe('the path of a field', () => {
  it.each<[readonly PropertyKey[], string, string]>([
    [[], '', ''],
    [['recipient', 'addresses', 0, 'value'], '', 'recipient.addresses[0].value'],
    [[0, 'id'], '', '[0].id'],
    [[], 'rules[2]', 'rules[2]'],
    [['kind'], 'rules[2]', 'rules[2].kind'],
    [[1], 'lifts', 'lifts[1]'],
  ])('of %j within "%s" is "%s"', (parts, within, path) => expect(fieldPath(parts, within)).toBe(path))

  it('may be made in two goes', () => {
    const parts = fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.nat()))
    fc.assert(
      fc.property(parts, parts, (first, rest) => {
        expect(fieldPath(rest, fieldPath(first))).toBe(fieldPath([...first, ...rest]))
      }),
    )
  })
})
