import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFileOptions } from '../../src/cli/arguments.ts'
import { runCli } from './run-cli.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'decorum-import-'))
  for (const folder of ['config', 'templates'])
    cpSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)), join(root, folder), { recursive: true })
  mkdirSync(join(root, 'data'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const run = (args: readonly string[]) =>
  runCli(args, { env: { DECORUM_ROOT: root, DECORUM_DATA_DIR: join(root, 'data') } })
const file = (name: string, text: string): string => {
  const path = join(root, name)
  writeFileSync(path, text)
  return path
}

describe('decorum accounts import', () => {
  it('reads a lender’s own list by a mapping, explains what it rejects by the file’s own columns, and takes the same file again once the cause is mended', async () => {
    const path = file(
      '台账.csv',
      '借据号,客户号,客户姓名,手机号,逾期金额,应还日期,自动扣款,备注\nJ-1,K-1,张三,13800138000,"1250.00",2026/11/20,否,x\nJ-2,K-2,李四,13900139000,1250,2026/11/31,是,\n,,,,,,,\n',
    )
    const first = await run([
      'accounts',
      'import',
      path,
      '--mapping',
      'example-cn',
      '--as-of',
      '2026-11-25T00:00:00+08:00',
    ])
    expect(first.stdout).toContain('2 accounts: 1 applied, 0 unchanged, 1 rejected.')
    expect(first.stdout).toContain('import the same file again')
    expect(first.code).toBe(1)
    expect(readFileSync(`${path}.rejects.csv`, 'utf8').split('\n')[1]).toBe(
      '3,J-2,应还日期,is not a calendar day,"Write it in the format that was stated, yyyy/M/d."',
    )
    const again = await run([
      'accounts',
      'import',
      path,
      '--mapping',
      'example-cn',
      '--as-of',
      '2026-11-25T00:00:00+08:00',
      '--json',
    ])
    expect(JSON.parse(again.stdout)).toMatchObject({ already: false, applied: 0, unchanged: 1, rejected: 1 })
  })

  it.each([
    [['--mapping', 'exmaple-cn'], 'Did you mean "example-cn"?'],
    [['--date-format', 'dd/mm'], 'does not have a year'],
    [['--time-zone', 'CST'], 'Name the place'],
    [['--as-of', 'yesterday'], 'Write it like'],
    [['--delimiter', 'x'], 'Give one of them'],
    [['--encoding', 'koi8-r'], 'gb18030'],
  ])('answers %j with what would be right', async (flags, cure) => {
    const { code, stderr } = await run(['accounts', 'import', file('one.csv', 'id,asOf\n'), ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining(cure)])
  })

  it.each([
    ['gbk', 'gb18030'],
    ['GB2312', 'gb18030'],
    ['utf8', 'utf-8'],
    ['Latin1', 'windows-1252'],
    // Which half comes first is for the file to say.
    ['utf-16', 'detect'],
  ])('takes --encoding %s for what it is', (name, encoding) => {
    const command = withFileOptions(new Command()).parse(['--encoding', name], { from: 'user' })
    expect(command.opts<{ encoding?: string }>().encoding).toBe(encoding)
  })

  it('`check` tells of a mapping’s fields that an account does not have, with their lines', async () => {
    writeFileSync(
      join(root, 'config/imports/odd.yaml'),
      '# yaml-language-server: $schema=../schemas/import.schema.json\nid: odd\ncolumns:\n  Konto: id\n  Saldo: overdue.amonut\nvalues:\n  autoDebit: { ja: "true" }\n',
    )
    const { code, stdout } = await run(['check'])
    rmSync(join(root, 'config/imports/odd.yaml'))
    expect(stdout).toContain('✗ config/imports/odd.yaml:5 columns.Saldo: is not a known key')
    expect(stdout).toContain('✗ config/imports/odd.yaml:7 values.autoDebit: is a field that no column fills')
    expect(code).toBe(1)
  })
})
