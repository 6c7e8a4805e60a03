import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../../src/app/errors.ts'
import { COMMANDS } from '../../src/cli/main.ts'
import { CURABLE, type ObjectionCode } from '../../src/model/decision.ts'
import { REMINDER_STATUSES } from '../../src/model/vocabulary.ts'
import { afterDecision } from '../../src/pipeline/dispatch/after-decision.ts'
import { type AttemptEnd, settlementOf } from '../../src/pipeline/dispatch/settlement.ts'
import { receiptMeaning } from '../../src/pipeline/receipts.ts'
import { ROOT } from './source-files.ts'

const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8')

const documents = ['.', 'config', 'src', 'templates', 'tests', 'workers'].flatMap((folder) =>
  readdirSync(`${ROOT}/${folder}`, { recursive: folder !== '.', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
)

/** As GitHub makes them from headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )

const rowsOf = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, first]) => first as string)

describe('the documents', () => {
  it('have a concept index, and a list of folders, whose paths exist', () => {
    const text = read('src/README.md')
    const between = (from: string, to: string): string =>
      text.slice(text.indexOf(`\n## ${from}`), text.indexOf(`\n## ${to}`))
    const named = [
      ...`${between('Where is', 'The states of a reminder')}${between('Promises', 'Habits')}`.matchAll(
        /`([a-z-]+\/[a-z/-]*(?:\.ts)?)`/g,
      ),
    ].map(([, path]) => path as string)
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((path) => !existsSync(`${ROOT}/src/${path}`))).toEqual([])
    const folders = rowsOf(between('One line a folder', 'Where is'), /^\| `([a-z]+)\/` \|/gm)
    expect(folders.toSorted()).toEqual(
      readdirSync(`${ROOT}/src`, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .toSorted(),
    )
  })

  it('link to files and headings that exist', () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, file = '', anchor]) => {
        const target = resolve(ROOT, dirname(path), file === '' ? (path.split('/').at(-1) as string) : file)
        if (!existsSync(target)) return [`${path}: ${link}`]
        return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
          ? []
          : [`${path}: ${link}`]
      }),
    )
    expect(broken).toEqual([])
  })

  it('have a first page that is short and says how to try and how to test', () => {
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(10_000)
    expect(read('README.md')).toMatch(/npm ci && npm run demo[^]*npm ci && npm test/)
  })

  it('list each exit code', () => {
    expect(rowsOf(read('workers/README.md'), /^\| (\d+) \|/gm).map(Number)).toEqual(
      Object.values(EXIT).toSorted((a, b) => a - b),
    )
  })

  it('list each command', () => {
    const listed = rowsOf(read('src/cli/README.md'), /^\| `([a-z]+(?: [a-z]+(?:\\\|[a-z]+)*)?)/gm)
    const named = COMMANDS.map(({ words }) => words.join(' '))
    const covers = (row: string, command: string): boolean => {
      const [first = '', second = ''] = row.split(' ')
      return command === first || second.split('\\|').some((word) => command === `${first} ${word}`)
    }
    expect(named.filter((command) => !listed.some((row) => covers(row, command)))).toEqual([])
    expect(listed.filter((row) => !named.some((command) => covers(row, command)))).toEqual([])
  })

  it('list each variable of the environment that .env.example has', () => {
    const listed = rowsOf(read('config/README.md').replaceAll('=`, `', '` |\n| `'), /^\| `([A-Z_]+)=?`/gm)
    const offered = rowsOf(read('.env.example'), /^(?:# )?([A-Z_]+)=/gm)
    expect(offered.length).toBeGreaterThan(10)
    expect(offered.filter((name) => !listed.includes(name))).toEqual([])
  })
})

/** The transitions that src/README.md draws under a heading, as `from to`. */
function drawn(heading: string): string[] {
  const [, section = ''] = new RegExp(`\\n## ${heading}\\n([^]*?)(?=\\n## )`).exec(read('src/README.md')) ?? []
  return [...section.matchAll(/^ {2}(\S+) --> (\S+):/gm)].map(([, from, to]) => `${from} ${to}`)
}

const ENDS: AttemptEnd[] = [
  { kind: 'accepted', reference: 'SM1' },
  { kind: 'unknown', code: 'timeout', detail: '' },
  { kind: 'not_sent', why: 'no_slot', waitMs: 0 },
  ...(['throttled', 'configuration', 'retriable', 'address', 'opted-out', 'content', 'permanent'] as const).map(
    (kind): AttemptEnd => ({ kind: 'rejected', class: kind, code: '1', detail: '' }),
  ),
]

describe('the states that src/README.md draws', () => {
  const reminder = drawn('The states of a reminder')
  const attempt = drawn('The states of an attempt')

  it('are those of the code', () => {
    const states = (edges: string[]): string[] =>
      [...new Set(edges.flatMap((edge) => edge.split(' ')))].filter((state) => state !== '[*]').toSorted()
    expect(states(reminder)).toEqual([...REMINDER_STATUSES].toSorted())
    expect(states(attempt)).toEqual(['accepted', 'in_doubt', 'not_sent', 'rejected', 'sending'])
  })

  it('have every way that the end of a call takes', () => {
    const taken = ENDS.flatMap((end) =>
      [0, 4].map(
        (spent) => settlementOf({ reminderId: 'r', attemptNo: 1, reservedAt: 0 }, 'sms', end, spent, 0, 0).entry,
      ),
    )
    expect(taken.map((entry) => `sending ${entry.reminder.status}`).filter((edge) => !reminder.includes(edge))).toEqual(
      [],
    )
    expect(taken.map((entry) => `sending ${entry.status}`).filter((edge) => !attempt.includes(edge))).toEqual([])
  })

  it('have every way that a receipt takes from sent', () => {
    const states = [
      'in-flight',
      'sent',
      'delivered',
      'conversation',
      'voicemail',
      'no-answer',
      'failed',
      'not-sent',
    ] as const
    const taken = states.map(
      (state) => receiptMeaning('phone', { state, final: true, code: null, class: null }).reminder,
    )
    expect(taken.filter((status) => status !== 'sent' && !reminder.includes(`sent ${status}`))).toEqual([])
    expect(taken.filter((status) => !reminder.includes(`in_doubt ${status}`))).toEqual([])
  })

  it('have every way that a decision takes', () => {
    const curable = [...CURABLE][0] as ObjectionCode
    const because = (verdict: 'defer' | 'refuse', code: ObjectionCode, until: number | null) =>
      afterDecision(
        {
          verdict,
          until,
          candidateZones: [],
          packs: [],
          zoneData: '',
          reasons: [{ code, rule: 'p/r', pack: 'p', version: '1', citation: '', verified: true, until }],
        },
        0,
        1_000,
      )
    const taken = [
      because('defer', 'holiday', 10),
      because('refuse', curable, null),
      because('refuse', 'suppressed', null),
      because('refuse', 'expired', null),
    ]
    expect(taken.map(({ status }) => `queued ${status}`)).toEqual([
      'queued scheduled',
      'queued scheduled',
      'queued refused',
      'queued expired',
    ])
    expect(taken.map(({ status }) => `queued ${status}`).filter((edge) => !reminder.includes(edge))).toEqual([])
  })
})
