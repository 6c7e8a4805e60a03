import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAccountRow, readHeader } from '../../src/intake/csv.ts'
import { delimiterOf, splitRow } from '../../src/intake/csv-row.ts'

const columns = (header: string) => {
  const read = readHeader(header)
  if (!read.ok) throw new TypeError(JSON.stringify(read.faults))
  return read.value
}

describe('a CSV row', () => {
  it('gives back every cell that was quoted into it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string().filter((s) => !/[\r\n]/.test(s)),
          { minLength: 1 },
        ),
        fc.constantFrom(',', ';', '\t', '|'),
        (cells, delimiter) => {
          const row = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)
          expect(splitRow(row, delimiter)).toEqual({ ok: true, value: cells })
        },
      ),
    )
  })

  it('with a stray quote is refused alone', () => {
    expect(splitRow('a,"b', ',').ok).toBe(false)
    expect(splitRow('a,"b"c', ',').ok).toBe(false)
  })

  it('is split by the delimiter that the header uses', () => {
    expect(['a,b;c', 'a;b;c', 'a\tb', 'a|b', 'id'].map(delimiterOf)).toEqual([',', ';', '\t', '|', ','])
  })
})

describe('a CSV file of accounts', () => {
  it('names nested fields with dots, and lists with numbers', () => {
    const read = columns(
      'id;asOf;recipient.id;recipient.jurisdiction;recipient.addresses[0].channel;recipient.addresses.0.value;recipient.email;autoDebit',
    )
    expect(readAccountRow('a;2026-11-23T00:00:00Z;r;CN;sms;13800138000;A@Example.com;TRUE', read)).toMatchObject({
      ok: true,
      value: {
        id: 'a',
        autoDebit: true,
        recipient: {
          addresses: [
            { channel: 'sms', value: '+8613800138000' },
            { channel: 'email', value: 'A@example.com' },
          ],
        },
      },
    })
  })

  it('says nothing with an empty cell, and has no address without its value', () => {
    const read = columns(
      'id,asOf,recipient.id,recipient.name,recipient.addresses.0.channel,recipient.addresses.0.value,riskBand',
    )
    expect(readAccountRow('a,2026-11-23T00:00:00Z,r,,sms,,', read)).toEqual({
      ok: true,
      value: { id: 'a', asOf: expect.any(Number), recipient: { id: 'r', addresses: [] } },
    })
  })

  it.each([
    ['-5.00', '-5.00'],
    ['(125.00)', '-125.00'],
    ['5.00-', '-5.00'],
  ])('reads %s as what was paid beyond what was owed', (cell, amount) => {
    for (const [name, value] of [
      ['overdue', { overdue: { amount } }],
      ['balance', { overdue: { amount } }],
    ] as const) {
      expect(
        readAccountRow(`a,2026-11-23T00:00:00Z,${cell},USD`, columns(`id,asOf,${name}.amount,${name}.currency`)),
      ).toMatchObject({ ok: true, value })
    }
    expect(
      readAccountRow(`a,2026-11-23T00:00:00Z,${cell},${cell}`, columns('id,asOf,outstanding,minimumDue')),
    ).toMatchObject({ ok: true, value: { outstanding: { amount }, minimumDue: { amount } } })
  })

  it('refuses a row with too few or too many cells', () => {
    expect(readAccountRow('a,b,c', columns('id,asOf')).ok).toBe(false)
  })

  it.each([
    ['asOf', 'id'],
    ['id,id', 'id'],
    ['id,,asOf', 'column 2'],
    ['id,__proto__', '__proto__'],
    ['id,recipient.addresses.99.value', 'recipient.addresses.99.value'],
  ])('with the header %s is refused at %s', (header, path) => {
    const read = readHeader(header)
    expect(read.ok ? [] : read.faults.map((fault) => fault.path)).toContain(path)
  })
})
