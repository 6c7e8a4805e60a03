import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calculatedSize, smsSize } from '../../src/render/text.ts'

describe('SMS segments', () => {
  it.each([
    ['', 1, 'GSM-7'],
    ['a'.repeat(160), 1, 'GSM-7'],
    ['a'.repeat(161), 2, 'GSM-7'],
    ['a'.repeat(307), 3, 'GSM-7'],
    ['字'.repeat(70), 1, 'UCS-2'],
    ['字'.repeat(71), 2, 'UCS-2'],
    ['字'.repeat(135), 3, 'UCS-2'],
    [`${'a'.repeat(158)}€`, 1, 'GSM-7'],
    [`${'a'.repeat(159)}€`, 2, 'GSM-7'],
    [`${'a'.repeat(69)}😀`, 2, 'UCS-2'],
    ['é'.repeat(160), 1, 'GSM-7'],
    ['ê', 1, 'UCS-2'],
  ] as const)('%j takes %i in %s', (text, segments, encoding) => {
    expect(smsSize(text)).toEqual({ segments, encoding })
  })

  it('are counted as the calculator counts them', () => {
    const unit = fc.oneof(
      fc.constantFrom(
        ...'aZ9 @£$¥èÇ_ΔΩ!"%&(),.?ÄÖ§à',
        '\n',
        '\r\n',
        '€',
        '[',
        '~',
        '^',
        '|',
        '\\',
        'ê',
        '“',
        '–',
        '…',
        '【',
        '】',
        '，',
        '。',
        '元',
        '逾',
        'か',
        '゙',
        '゚',
        'ﾞ',
        'é',
        'e\u0301',
        '한',
        '각',
        '👨‍👩‍👧',
        '😀',
        'हि',
        '\u200d',
        '‼',
        '〰',
        '㊗',
        '\ufe0f',
        '©',
        '™',
        '́',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (units, times) => {
        const text = units.join('').repeat(times)
        expect(smsSize(text)).toEqual(calculatedSize(text))
      }),
      { numRuns: 150 },
    )
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'aZ9@£¥èΔ!,.?Ä元逾，。【】êか“–'), { maxLength: 320 }), (units) => {
        expect(smsSize(units.join(''))).toEqual(calculatedSize(units.join('')))
      }),
      { numRuns: 60 },
    )
  })
})
