import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_LINE_BYTES, readLines, type Line } from '../../src/intake/lines.ts'

const read = async (pieces: Iterable<Uint8Array>): Promise<Line[]> => {
  const lines: Line[] = []
  for await (const line of readLines(pieces)) lines.push(line)
  return lines
}
const cut = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

describe('the lines of a stream', () => {
  it('are the same however its bytes come in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).filter((s) => !/[\r\n]/.test(s))),
        fc.integer({ min: 1, max: 20 }),
        async (texts, size) => {
          const bytes = Buffer.from(texts.join('\n'))
          expect(await read(cut(bytes, size))).toEqual(await read([bytes]))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('are counted with the empty ones, which are left out', async () => {
    expect(await read([Buffer.from('\ufeffa\r\n\r\n \nb')])).toEqual([
      { no: 1, ok: true, text: 'a' },
      { no: 4, ok: true, text: 'b' },
    ])
  })

  it('that are too long, or not UTF-8, are refused alone and not kept in memory', async () => {
    const huge = function* (): Generator<Buffer> {
      yield Buffer.from('a\n')
      for (let i = 0; i < 200; i++) yield Buffer.alloc(MAX_LINE_BYTES, 0x78)
      yield Buffer.from([0x0a, 0xc3, 0x28, 0x0a, 0x62])
    }
    const before = process.memoryUsage().arrayBuffers
    const lines = await read(huge())
    expect(lines.map((line) => [line.no, line.ok])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, true],
    ])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250 * MAX_LINE_BYTES)
  })
})
