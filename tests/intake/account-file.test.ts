import { zipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idInRecord, openAccountFile, readAccountRecord } from '../../src/intake/account-file.ts'
import { workbookLines } from '../../src/intake/workbook.ts'
import { importMappingSchema, PLAIN_FILE, type FileOptions } from '../../src/model/import-mapping.ts'
import { formatInstant } from '../../src/model/time.ts'
import { workbook, type SheetCell } from '../support/workbook.ts'

/** Chinese text in GB18030, which Node reads and does not write: the characters that the tests use. */
const GB: Readonly<Record<string, string>> = {
  借: 'BDE8',
  据: 'BEDD',
  号: 'BAC5',
  客: 'BFCD',
  户: 'BBA7',
  姓: 'D0D5',
  名: 'C3FB',
  逾: 'D3E2',
  期: 'C6DA',
  金: 'BDF0',
  额: 'B6EE',
  张: 'D5C5',
  三: 'C8FD',
  喆: '86B4',
  丽: 'C0F6',
  年: 'C4EA',
  月: 'D4C2',
  日: 'C8D5',
}
const gb18030 = (text: string): Buffer =>
  Buffer.concat(
    [...text].map((c) =>
      c.charCodeAt(0) < 0x80
        ? Buffer.from(c)
        : Buffer.from(
            GB[c] ??
              (() => {
                throw new RangeError(`no GB18030 for ${c}`)
              })(),
            'hex',
          ),
    ),
  )
const utf16 = (text: string, order: 'le' | 'be', mark: boolean): Buffer => {
  const bytes = Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

async function read(bytes: Buffer | string, over: Partial<FileOptions> = {}, size = 61) {
  const file = Buffer.from(bytes as string)
  const opened = await openAccountFile(
    async function* () {
      for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
    },
    { ...PLAIN_FILE, ...over },
  )
  if (!opened.ok) return { faults: opened.faults, rows: [] }
  const rows: { line: number; id: string | null; value?: Record<string, unknown>; faults?: string[] }[] = []
  for await (const line of opened.value.records()) {
    if (!line.ok) {
      const id = line.lossy === undefined ? null : idInRecord(line.lossy, opened.value.columns)
      rows.push({ line: line.no, id, faults: [line.fault.problem] })
      continue
    }
    const record = readAccountRecord(line.text, opened.value.columns)
    if (record.ok)
      rows.push({ line: line.no, id: record.value.id, value: record.value as unknown as Record<string, unknown> })
    else
      rows.push({
        line: line.no,
        id: idInRecord(line.text, opened.value.columns),
        faults: record.faults.map(({ path, problem }) => `${path} ${problem}`.trim()),
      })
  }
  return { faults: [], format: opened.value.format, rows }
}
const AS_OF = '2026-11-26T00:00:00Z'
const HEAD = 'id,asOf,recipient.id,recipient.name,overdue.amount,overdue.currency,dueDate'
const row = (id: string, over: { name?: string; amount?: string; currency?: string; due?: string } = {}) =>
  `${id},${AS_OF},r-${id},${over.name ?? 'Ana'},${over.amount ?? '125.00'},${over.currency ?? 'USD'},${over.due ?? '2026-11-20'}`
const nameOf = (one: { value?: Record<string, unknown> } | undefined): unknown =>
  (one?.value?.['recipient'] as { name?: unknown } | undefined)?.name
const mapping = (over: Record<string, unknown>) => importMappingSchema.parse({ id: 'm', ...over })

describe('a file of accounts, however it is encoded', () => {
  const text = (name: string) => `${HEAD}\r\n${row('a', { name })}\r\n`

  it.each([
    ['UTF-8', Buffer.from(text('张三'))],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text('张三')}`)],
    ['GB18030, as Excel in China saves it', gb18030(text('张三'))],
    ['UTF-16 with a byte order mark', utf16(text('张三'), 'le', true)],
    ['UTF-16, big end first', utf16(text('张三'), 'be', true)],
    ['UTF-16 without a mark', utf16(text('张三'), 'le', false)],
    ['UTF-16, big end first, without a mark', utf16(text('张三'), 'be', false)],
  ])('reads the name in %s', async (_what, bytes) => {
    for (const size of [1, 7, 4_096]) expect(nameOf((await read(bytes, {}, size)).rows[0])).toBe('张三')
  })

  it('tells GB18030 by names that stand far down, and reads rare ones among common ones', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => row(`n-${i}`))
    const file = gb18030(
      `${HEAD}\n${rows.join('\n')}\n${row('z', { name: '张喆' })}\n${row('y', { name: '张三丽' })}\n`,
    )
    const { rows: read500 } = await read(file)
    expect([nameOf(read500.at(-2)), nameOf(read500.at(-1)), read500.length]).toEqual(['张喆', '张三丽', 502])
  })

  it.each([
    ['a Western name', 'José'],
    ['an umlaut before a letter that would make a Chinese pair', 'Müller'],
    ['two accents beside each other', 'créée'],
    ['many of them', 'Éléonore Çağlayan'.replaceAll('ğ', 'g')],
  ])(
    'never takes Windows text for Chinese: %s is refused with what to state, and read once it is stated',
    async (_what, name) => {
      const file = latin1(`${HEAD}\n${row('a', { name })}\n${row('b')}\n`)
      const { rows } = await read(file)
      expect(rows.map(({ line, faults, value }) => [line, faults ?? value?.['id']])).toEqual([
        [2, ['is not UTF-8']],
        [3, 'b'],
      ])
      expect(nameOf((await read(file, { encoding: 'windows-1252' })).rows[0])).toBe(name)
    },
  )

  it('refuses a line alone that does not fit the stated encoding', async () => {
    const file = Buffer.concat([
      gb18030(`${HEAD}\n${row('a', { name: '张三' })}\n`),
      Buffer.from([0xff, 0x0a]),
      gb18030(`${row('b')}\n`),
    ])
    const { rows } = await read(file, { encoding: 'gb18030' })
    expect(rows.map(({ line, faults, value }) => [line, faults ?? value?.['id']])).toEqual([
      [2, 'a'],
      [3, ['holds bytes that are no GB18030']],
      [4, 'b'],
    ])
  })

  it.each([
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old Excel workbook'],
    ['a picture', Buffer.from('89504e470d0a1a0a00000000', 'hex'), 'is not a text file'],
    ['nothing', Buffer.from(''), 'is empty'],
    ['empty lines', Buffer.from('\n \n'), 'is empty'],
    ['one JSON list', Buffer.from('[{"id":"a"}]'), 'is one JSON list'],
  ])('says what %s is, and what to do', async (_what, bytes, problem) => {
    const { faults } = await read(bytes)
    expect(faults).toEqual([
      { path: '', problem: expect.stringContaining(problem), cure: expect.stringMatching(/\S{3}/) },
    ])
  })
})

describe('a file of accounts, however it is laid out', () => {
  const ids = async (file: string, over: Partial<FileOptions> = {}) =>
    (await read(file, over)).rows.map((one) => one.value?.['id'] ?? one.faults)

  it.each([
    ['lines that end as on old Macintoshes', `${HEAD}\r${row('a')}\r${row('b')}\r`],
    ['mixed ends of lines', `${HEAD}\r\n${row('a')}\n${row('b')}`],
    ['empty columns at the end of every line', `${HEAD},,,\n${row('a')},,,\n${row('b')},,,\n`],
    ['empty columns at the end of the header alone', `${HEAD},,\n${row('a')}\n${row('b')}\n`],
    ['empty columns at the end of the lines alone', `${HEAD}\n${row('a')},,\n${row('b')},\n`],
    ['rows of quoted empty cells', `${HEAD}\n"","","","","","",""\n${row('a')}\n"", ,"",,,,\n${row('b')}\n`],
    [
      'empty columns at the end, and a line break in a cell',
      `${HEAD},,\n${row('a', { name: '"Ana\nOrtiz"' })},,\n${row('b')},,\n`,
    ],
    ['a separator line that was saved again', `sep=,,,,,,,\n${HEAD}\n${row('a')}\n${row('b')}\n`],
    ['rows of nothing but commas', `${HEAD}\n,,,,,,\n${row('a')}\n , , ,,,,\n${row('b')}\n,,,,,,\n`],
    [
      'a separator line of Excel',
      `sep=;\n${HEAD.replaceAll(',', ';')}\n${row('a').replaceAll(',', ';')}\n${row('b').replaceAll(',', ';')}\n`,
    ],
    [
      'a quoted separator line',
      `"sep=|"\r\n${HEAD.replaceAll(',', '|')}\r\n${row('a').replaceAll(',', '|')}\r\n${row('b').replaceAll(',', '|')}\r\n`,
    ],
    ['tabs', `${HEAD}\n${row('a')}\n${row('b')}`.replaceAll(',', '\t')],
    ['column names in capitals', `${HEAD.toUpperCase()}\n${row('a')}\n${row('b')}\n`],
    [
      'column names with spaces and underscores',
      `ID,As Of,recipient.id,Recipient.Name,overdue.amount,overdue.currency,due_date\n${row('a')}\n${row('b')}\n`,
    ],
  ])('reads %s', async (_what, file) => {
    expect(await ids(file)).toEqual(['a', 'b'])
  })

  it.each([
    ['quotes after spaces', '  "Ortiz, Ana"  ', 'Ortiz, Ana'],
    ['quotes at once', '"Ana ""A"" Ortiz"', 'Ana "A" Ortiz'],
    ['a formula that keeps it text', '="Ana 7"', 'Ana 7'],
    ['a quoted formula that keeps it text', '"=""Ana 7"""', 'Ana 7'],
    ['a formula after spaces, and a comma in it', '  ="Ortiz, Ana" ', 'Ortiz, Ana'],
    ['an equals sign of its own', '"a ="', 'a ='],
    ['a line break in a cell', '"Ana\nOrtiz"', 'Ana Ortiz'],
    ['a Windows line break in a cell', '"Ana \r\n Ortiz"', 'Ana Ortiz'],
    ['several line breaks', '"Ana\n\n\nMaria\nOrtiz"', 'Ana Maria Ortiz'],
  ])('reads a cell with %s', async (_what, cell, name) => {
    const { rows } = await read(`${HEAD}\n${row('a', { name: cell })}\n${row('b')}\n`)
    expect([nameOf(rows[0]), rows[1]?.id, rows.length]).toEqual([name, 'b', 2])
  })

  it('keeps the zeros of an id that is written as a formula', async () => {
    expect(
      await ids(`${HEAD}\n${row('a').replace('a,', '="007",')}\n${row('a').replace('a,', '"=""0049""",')}\n`),
    ).toEqual(['007', '0049'])
  })

  it.each([
    ['one that is never closed', [row('a', { name: '"Ana' }), row('b'), row('c')], [3, 4]],
    [
      'two that are never closed, rows apart',
      [row('a', { name: '"Ana' }), row('b'), row('c', { name: 'Ana"' }), row('d')],
      [3, 5],
    ],
    ['two on neighbouring lines', [row('a', { name: '"Ana' }), row('b', { name: '"Bo' }), row('c')], [4]],
    ['one inside a word', [row('a', { name: 'A"na' }), row('b')], [3]],
  ])('loses the lines with a stray quote and no other: %s', async (_what, lines, whole) => {
    const { rows } = await read(`${HEAD}\n${lines.join('\n')}\n`)
    expect(rows.filter((one) => one.value !== undefined).map((one) => one.line)).toEqual(whole)
    expect(rows.map((one) => one.line)).toEqual(lines.map((_, i) => i + 2))
  })

  it('finds every good line whatever stands on the others', async () => {
    const junk = fc.oneof(
      fc.string({ maxLength: 30 }).map((text) => text.replace(/[\r\n]/g, ' ')),
      fc.constantFrom(
        '"',
        '""',
        'a,"',
        '",,',
        '"a","b',
        ',"",',
        '{"',
        row('x', { name: '"' }),
        row('x', { name: 'a"b' }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ junk: fc.option(junk), n: fc.nat(99) }), { maxLength: 8 }),
        async (lines) => {
          const good = lines.flatMap(({ junk: text }, i) => (text === null ? [`g-${i}`] : []))
          const { rows } = await read(
            `${HEAD}\n${lines.map(({ junk: text }, i) => text ?? row(`g-${i}`)).join('\n')}\n`,
          )
          const found = rows.flatMap((one) => (one.value === undefined ? [] : [String(one.value['id'])]))
          expect(found.filter((id) => id.startsWith('g-'))).toEqual(good)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('says which column has a value and no name, and which row has too few cells', async () => {
    expect(await ids(`${HEAD},\n${row('a')},oops\n${row('b').replace(',2026-11-20', '')}\n`)).toEqual([
      ['has 8 cells, the header has 7'],
      ['has 6 cells, the header has 7'],
    ])
  })

  it('names the account of a rejected line, and the column as the file calls it', async () => {
    const head = 'ID,asOf,Recipient.ID,recipient.jurisdiction,recipient.sms,Overdue.Amount,overdue.currency,Due Date'
    const { rows } = await read(`${head}\nA-7,${AS_OF},r,US,555,12x,USD,2026-02-30\n`)
    expect(rows).toEqual([
      {
        line: 2,
        id: 'A-7',
        faults: expect.arrayContaining([
          expect.stringMatching(/^Overdue\.Amount /),
          expect.stringMatching(/^Due Date is not a calendar day/),
        ]),
      },
    ])
  })

  it.each([
    ['a stray quote behind it', `${row('A-7', { name: 'A"na' })}`, 'A-7'],
    ['a quote that is never closed', `${row('A-7', { name: '"Ana' })}`, 'A-7'],
    ['too few cells', 'A-7,x', 'A-7'],
    ['a stray quote in it', row('A"7'), null],
  ])('names the account of a line with %s', async (_what, line, id) => {
    expect((await read(`${HEAD}\n${line}\n`)).rows).toMatchObject([{ line: 2, id, faults: [expect.any(String)] }])
  })

  it('names the account of a line whose bytes do not fit, unless its id is among them', async () => {
    const file = latin1(`${HEAD}\n${row('A-7', { name: 'José' })}\n${row('é')}\n`)
    expect((await read(file)).rows.map(({ id, faults }) => [id, faults])).toEqual([
      ['A-7', ['is not UTF-8']],
      [null, ['is not UTF-8']],
    ])
  })

  it.each([
    ['id', '1.23457E+17', HEAD, (cell: string) => row(cell)],
    ['recipient.name', '1.2E+05', HEAD, (cell: string) => row('a', { name: cell })],
    ['variables.card', '6.22202E+18', `${HEAD},variables.card`, (cell: string) => `${row('a')},${cell}`],
  ])('refuses a %s of which a spreadsheet has left %s', async (field, cell, head, line) => {
    expect((await read(`${head}\n${line(cell)}\n`)).rows[0]?.faults).toEqual([
      `${field} is a long number that a spreadsheet has shortened; its last digits are lost`,
    ])
  })

  it('counts the rows above the header as a spreadsheet does: empty ones too, the line that names the separator not', async () => {
    const own = (headerRow: number) => ({ mapping: mapping({ headerRow }) })
    const table = `${HEAD}\n${row('a')}\n`
    expect(await ids(`Overdue\n\n${table}`, own(3))).toEqual(['a'])
    expect(await ids(`Overdue\nof today\n${table}`, own(3))).toEqual(['a'])
    expect(await ids(`sep=,\nOverdue\n\n${table}`, own(3))).toEqual(['a'])
    expect(await ids(`\n\n${table}`, own(1))).toEqual(['a'])
  })

  it('names the account of a rejected line of NDJSON, unless not even that can be read', () => {
    expect(
      ['{"id":"A-7","overdue":5}', '{"id":"A-7"', '{"id":7}', '{"id":"a\\u0000b"}', '[]', 'null'].map((text) =>
        idInRecord(text, null),
      ),
    ).toEqual(['A-7', null, null, null, null, null])
  })

  it.each([
    ['a name in the middle', 'id,,asOf', 'column 2'],
    ['no id', 'asOf,dueDate', 'id'],
    ['a name twice', 'id,ID,asOf', 'ID'],
    ['a name that no account has', 'id,asOf,Saldo', 'Saldo'],
  ])('refuses a header that lacks %s', async (_what, header, path) => {
    expect((await read(`${header}\nx,y,z\n`)).faults.map((fault) => fault.path)).toContain(path)
  })
})

describe('days, times and amounts as a file writes them', () => {
  const due = async (cell: string, over: Partial<FileOptions>) => {
    const [one] = (await read(`${HEAD}\n${row('a', { due: cell })}\n`, over)).rows
    return one?.value?.['dueDate'] ?? one?.faults
  }

  it.each([
    ['yyyy/MM/dd', '2026/11/20'],
    ['yyyy/M/d', '2026/11/20'],
    ['yyyyMMdd', '20261120'],
    ['dd/MM/yyyy', '20/11/2026'],
    ['MM/dd/yyyy', '11/20/2026'],
    ['d.M.yyyy', '20.11.2026'],
    ['yyyy年M月d日', '2026年11月20日'],
    ['excel', '46346'],
    ['yyyy-MM-dd HH:mm:ss', '2026-11-20 00:00:00'],
    ['yyyy-MM-dd', '2026-11-20'],
    ['dd-MMM-yyyy', '20-Nov-2026'],
    ['d MMM yyyy', '20 NOV 2026'],
    ['MMM d, yyyy', '"Nov 20, 2026"'],
    ['ddMMMyyyy', '20Nov2026'],
    ['yyyy/MM/dd', '2026-11-20'],
  ])('stated as %s, %s is the twentieth of November', async (dateFormat, cell) => {
    expect(await due(cell, { dateFormat })).toBe('2026-11-20')
  })

  it.each([
    ['2026/11/20', null],
    ['20/11/2026', null],
    ['20261120', null],
    ['46346', null],
    ['2026年11月20日', null],
    ['2026-11-20 00:00:00', null],
    ['20/11/2026', 'MM/dd/yyyy'],
    ['2026/02/29', 'yyyy/MM/dd'],
    ['2026/11/31', 'yyyy/M/d'],
    ['2026112', 'yyyyMMdd'],
    ['5', 'excel'],
    ['146346', 'excel'],
    ['46346x', 'excel'],
    ['20-Nix-2026', 'dd-MMM-yyyy'],
    ['31-Nov-2026', 'dd-MMM-yyyy'],
    ['20-11-2026', 'dd-MMM-yyyy'],
  ])('%s is refused when the format is stated as %s: no day is guessed', async (cell, dateFormat) => {
    expect(await due(cell, { dateFormat })).toEqual(['dueDate is not a calendar day'])
  })

  it.each([
    ['2026/11/26 08:30:00', 'yyyy/MM/dd HH:mm:ss', 'Asia/Shanghai', '2026-11-26T00:30:00Z'],
    ['2026-11-26T08:30', null, 'Asia/Shanghai', '2026-11-26T00:30:00Z'],
    ['46352.5', 'excel', 'Europe/Berlin', '2026-11-26T11:00:00Z'],
    ['2026/11/26', 'yyyy/MM/dd', 'America/New_York', '2026-11-26T05:00:00Z'],
    ['2026-11-26T08:30:00+08:00', 'yyyy/MM/dd', 'America/New_York', '2026-11-26T00:30:00Z'],
  ])('the time %s is read by the stated clock', async (cell, dateFormat, timeZone, meant) => {
    const [one] = (await read(`${HEAD}\n${row('a').replace(AS_OF, cell)}\n`, { dateFormat, timeZone })).rows
    expect(formatInstant(one?.value?.['asOf'] as number)).toBe(meant)
  })

  it('a time without an offset is refused when no clock is stated', async () => {
    expect((await read(`${HEAD}\n${row('a').replace(AS_OF, '2026-11-26 08:30:00')}\n`)).rows[0]?.faults).toEqual([
      'asOf has no offset, and no time zone was stated',
    ])
  })

  it('a file that does not say when it was true may be told so', async () => {
    const file = `${HEAD.replace('asOf,', '')}\n${row('a').replace(`${AS_OF},`, '')}\n`
    expect((await read(file)).rows[0]?.faults).toEqual(['asOf is missing'])
    expect((await read(file, { asOf: AS_OF })).rows[0]?.value).toMatchObject({ asOf: Date.parse(AS_OF) })
  })

  const overdue = async (amount: string, over: Partial<FileOptions> = {}, currency = 'EUR') => {
    const [one] = (
      await read(
        `${HEAD.replaceAll(',', '\t')}\n${row('a', { amount, currency }).replace(`r-a,Ana,${amount}`, `r-a\tAna\t${amount}`).replace('a,2', 'a\t2').replace('Z,r', 'Z\tr').replace(`${amount},`, `${amount}\t`).replace(`${currency},`, `${currency}\t`)}\n`,
        over,
      )
    ).rows
    return (one?.value?.['overdue'] as { amount?: string } | undefined)?.amount ?? one?.faults
  }

  it.each([
    ['125.0000', 'EUR', '125.00'],
    ['125.500', 'EUR', '125.50'],
    ['1250.00', 'JPY', '1250'],
  ])('takes %s %s, where nothing is lost', async (amount, currency, meant) => {
    expect(await overdue(amount, {}, currency)).toBe(meant)
  })

  it.each([
    ['125,00', 'has a decimal comma'],
    ['1250,5', 'has a decimal comma'],
    ['1.250,00', 'has a decimal comma'],
    ['1,250.00', 'has thousands marks'],
    ['1,250', 'has thousands marks'],
    ['1 250,00', 'has a decimal comma'],
    ['1\u00a0250,00', 'has a decimal comma'],
    ['1\u202f250,00', 'has a decimal comma'],
    ['1’250.00', 'has thousands marks'],
  ])('refuses %s by its right name', async (amount, problem) => {
    expect(await overdue(amount)).toEqual([`overdue.amount ${problem}`])
  })

  it.each([
    ['1.250,00', '1250.00'],
    ['125,5', '125.50'],
    ['1.250', '1250.00'],
    ['1 250,00', '1250.00'],
    ['1\u202f250,5', '1250.50'],
    ["12'345'678,90", '12345678.90'],
    ['12.345.678,90', '12345678.90'],
    ['125', '125.00'],
  ])('reads %s where the decimal comma is stated', async (amount, meant) => {
    expect(await overdue(amount, { mapping: mapping({ decimal: 'comma', delimiter: '\t' }) })).toBe(meant)
  })

  it.each(['1,250.00', '1.25,0.0', '12.34,00', '1.250 000,00', '12 34,00'])('and still refuses %s', async (amount) => {
    expect(await overdue(amount, { mapping: mapping({ decimal: 'comma', delimiter: '\t' }) })).toEqual([
      expect.stringMatching(/^overdue\.amount /),
    ])
  })
})

describe("a creditor's own file, read by a mapping", () => {
  const own = mapping({
    dateFormat: 'yyyy年M月d日',
    headerRow: 2,
    columns: {
      借据号: 'id',
      客户号: 'recipient.id',
      客户姓名: 'recipient.name',
      逾期金额: 'overdue.amount',
      逾期日期: 'dueDate',
      自动扣款: 'autoDebit',
    },
    values: { autoDebit: { 是: 'true', 否: 'false' } },
    constants: { 'overdue.currency': 'CNY', 'recipient.jurisdiction': 'CN', product: 'loan' },
    ignore: ['备注'],
  })
  const file =
    '逾期客户台账,,,,,,\n借据号,客户号,客户姓名,逾期金额,逾期日期,自动扣款,备注\nJ-1,K-1,张三,1250.00,2026年11月20日,是,"随便"\n'

  it('has its own names, a title above them, what is the same on every line, and columns that nobody needs', async () => {
    expect((await read(file, { mapping: own, asOf: AS_OF })).rows).toMatchObject([
      {
        line: 3,
        value: {
          id: 'J-1',
          product: 'loan',
          autoDebit: true,
          dueDate: '2026-11-20',
          overdue: { amount: '1250.00', currency: 'CNY' },
          recipient: { id: 'K-1', name: '张三', jurisdiction: 'CN' },
        },
      },
    ])
  })

  it('names its own column when a cell is wrong, and a column that the mapping leaves out', async () => {
    const { rows } = await read(file.replace('1250.00', '12x').replace('11月', '13月'), { mapping: own, asOf: AS_OF })
    expect(rows[0]).toMatchObject({
      id: 'J-1',
      faults: expect.arrayContaining([
        expect.stringMatching(/^逾期日期 is not a calendar day/),
        expect.stringMatching(/^逾期金额 is not a decimal amount/),
      ]),
    })
    const { faults } = await read(file.replace('备注', '经理'), { mapping: own, asOf: AS_OF })
    expect(faults).toEqual([{ path: '经理', problem: 'is not a known key', cure: expect.stringContaining('ignore') }])
  })

  it('gives way to what the command says', async () => {
    const { rows } = await read(file.replace('2026年11月20日', '20.11.2026'), {
      mapping: own,
      asOf: AS_OF,
      dateFormat: 'dd.MM.yyyy',
    })
    expect(rows[0]?.value).toMatchObject({ dueDate: '2026-11-20' })
  })
})

describe('a workbook', () => {
  const head: SheetCell[] = HEAD.split(',')
  const cells = (id: string, over: { amount?: SheetCell; due?: SheetCell; name?: SheetCell } = {}): SheetCell[] => [
    id,
    AS_OF,
    `r-${id}`,
    over.name ?? 'Ana, the "first"',
    over.amount ?? { stored: '125.5' },
    'USD',
    over.due ?? { day: 46346 },
  ]

  it('is read as the CSV that it would be saved as: text, numbers as Excel shows them, days', async () => {
    const file = workbook({
      台账: [
        head,
        cells('a'),
        [null, null],
        cells('b', { amount: { stored: '1250.0999999999999' }, name: '张三\n先生' }),
        cells('c', { amount: '99.00', due: '2026-11-19' }),
      ],
    })
    const { format, rows } = await read(file)
    expect(format).toBe('xlsx')
    expect(
      rows.map(({ line, value, faults }) => [
        line,
        faults ?? (value?.['overdue'] as { amount: string } | undefined)?.amount,
        value?.['dueDate'],
        nameOf({ value: value ?? {} }),
      ]),
    ).toEqual([
      [2, '125.50', '2026-11-20', 'Ana, the "first"'],
      [4, '1250.10', '2026-11-20', '张三 先生'],
      [5, '99.00', '2026-11-19', 'Ana, the "first"'],
    ])
  })

  it('keeps the digits of long numbers, and refuses what Excel has made of them', async () => {
    const sheet = (stored: string) =>
      workbook({
        s: [
          [...head, 'recipient.sms', 'recipient.jurisdiction'],
          [...cells('a'), { stored }, 'CN'],
        ],
      })
    const sms = async (stored: string) => {
      const [one] = (await read(sheet(stored))).rows
      return (
        (one?.value?.['recipient'] as { addresses?: { value: string }[] } | undefined)?.addresses?.[0]?.value ?? null
      )
    }
    expect(await sms('13800138000')).toBe('+8613800138000')
    expect(await sms('8.613800138E+25')).toBeNull()
    const id = async (stored: string) =>
      (await read(workbook({ s: [head, [{ stored }, ...cells('a').slice(1)]] }))).rows.map(
        (one) => one.value?.['id'] ?? one.faults,
      )
    expect(await id('123456789012345')).toEqual(['123456789012345'])
    // Two loans of eighteen digits that differ in the last three are one number to Excel.
    for (const stored of ['1.23456789012345E+17', '123456789012345678', '123456789012345999'])
      expect(await id(stored)).toEqual([
        ['id is a long number that a spreadsheet has shortened; its last digits are lost'],
      ])
  })

  it.each(['#N/A', '#REF!', '#DIV/0!', '#VALUE!', '#NAME?'])(
    'never takes %s for nothing: an amount that is not known is not one that is not stated',
    async (error) => {
      const wrong = cells('a').map((cell, i) => (i === 4 ? { error } : cell))
      const fault = 'overdue.amount is an error of the spreadsheet, and no value'
      expect((await read(workbook({ s: [head, wrong, cells('b')] }))).rows.map((one) => one.faults ?? one.id)).toEqual([
        [fault],
        'b',
      ])
      expect((await read(`${HEAD}\n${row('a', { amount: error })}\n`)).rows[0]?.faults).toEqual([fault])
    },
  )

  it('has the sheet that is named, by name or by place', async () => {
    const file = workbook({ cover: [['notes']], data: [head, cells('a')] })
    for (const sheet of ['data', '2']) expect((await read(file, { sheet })).rows.map((one) => one.id)).toEqual(['a'])
    expect((await read(file, { sheet: 'dta' })).faults).toEqual([
      { path: '', problem: 'the file has no sheet "dta"', cure: expect.any(String) },
    ])
    expect((await read(file, { sheet: '7' })).faults).toHaveLength(1)
  })

  it('that is broken, or is none, is refused with what to do', async () => {
    const whole = workbook({ s: [head, cells('a')] })
    for (const broken of [
      whole.subarray(0, 200),
      Buffer.concat([whole.subarray(0, 300), Buffer.alloc(400, 7)]),
      Buffer.from(zipSync({ 'a.txt': Buffer.from('x') })),
    ]) {
      expect((await read(broken)).faults).toEqual([
        { path: '', problem: expect.stringContaining('not a workbook that can be read'), cure: expect.any(String) },
      ])
    }
  })

  it('that unpacks to more than memory is to hold is stopped on the way', async () => {
    const bomb = Buffer.from(zipSync({ 'xl/worksheets/sheet1.xml': new Uint8Array(40 << 20) }, { level: 1 }))
    expect(bomb.length).toBeLessThan(1 << 20)
    const lines = await workbookLines(
      (async function* () {
        yield bomb
      })(),
      1,
      16 << 20,
    )
    expect(lines).toEqual({
      ok: false,
      faults: [{ path: '', problem: 'the file unpacks to more than 16 MiB', cure: expect.any(String) }],
    })
  })
})
