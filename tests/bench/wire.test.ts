import { describe, expect, it } from 'vitest'
import { messagesOf, nameOfParse, READY_FOR_QUERY, textOfError } from './scale/wire.ts'

const message = (type: string, body: string): Buffer => {
  const contents = Buffer.from(body)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeUInt32BE(contents.length + 4, 1)
  return Buffer.concat([head, contents])
}

describe("PostgreSQL's messages, read from bytes as they come", () => {
  const three = Buffer.concat([
    message('P', 'read_1\0SELECT 1\0'),
    message('Z', 'I'),
    message('E', 'SERROR\0Mno such row\0\0'),
  ])

  for (const size of [1, 3, 7, three.length])
    it(`finds the same messages in pieces of ${size} bytes`, () => {
      const found: [number, string][] = []
      const read = messagesOf((type, bytes) => found.push([type, bytes.toString('latin1')]))
      for (let at = 0; at < three.length; at += size) read(three.subarray(at, at + size))
      expect(found.map(([type]) => String.fromCharCode(type))).toEqual(['P', 'Z', 'E'])
      expect(found.map(([, bytes]) => bytes).join('')).toBe(three.toString('latin1'))
      expect(found[1]?.[0]).toBe(READY_FOR_QUERY)
    })

  it('tells a statement that is prepared from one that is run once', () => {
    expect(nameOfParse(message('P', 'read_1\0SELECT 1\0'))).toBe('read_1')
    expect(nameOfParse(message('P', '\0SELECT 1\0'))).toBe('')
  })

  it('repeats what an error says', () => {
    expect(textOfError(message('E', 'SERROR\0Mno such row\0\0'))).toBe('no such row')
  })
})
