import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.ts'

const CASE = {
  now: '2026-11-23T15:00:00Z',
  packs: ['us-reg-f'],
  reminder: { channel: 'phone', tone: 'firm', kind: 'reminder', mode: 'automated' },
  address: { value: '+12125550123', kind: 'mobile', relation: 'self' },
  recipient: {
    id: 'r-1',
    timeZone: null,
    jurisdiction: 'US-NY',
    locationEvidence: [{ kind: 'postal-address', jurisdiction: 'US-CA', at: '2026-10-01T00:00:00Z' }],
  },
  account: { id: 'a-1', role: 'collector', product: 'consumer-loan', dueDate: '2026-10-01', state: 'open' },
  events: [{ type: 'notice', kind: 'validation', at: '2026-10-02T00:00:00Z' }],
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'decorum-decide-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('decorum decide', () => {
  it('waits for eight in the morning wherever the person may be', async () => {
    const { code, stdout } = await runCli(['decide', '--json'], { input: JSON.stringify(CASE) })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'defer',
      until: '2026-11-23T16:00:00Z',
      candidateZones: expect.arrayContaining(['America/New_York', 'America/Los_Angeles']) as string[],
      packs: [{ id: 'us-reg-f' }],
      reasons: [
        {
          code: 'outside_contact_window',
          rule: 'us-reg-f/contact-window',
          citation: '12 CFR 1006.6(b)(1)(i)',
          until: '2026-11-23T16:00:00Z',
        },
      ],
    })
  })

  it('reads the case from a file too, and says the same in words', async () => {
    const path = join(folder, 'case.json')
    writeFileSync(path, `\uFEFF${JSON.stringify(CASE)}`)
    const { code, stdout } = await runCli(['decide', path, '--explain'])
    expect(code).toBe(0)
    expect(stdout).toContain(
      'It waits until Mon 2026-11-23 11:00 in America/New_York; Mon 2026-11-23 08:00 in America/Los_Angeles (2026-11-23T16:00:00Z), the first moment at which no rule objects.',
    )
    expect(stdout).toContain('(us-reg-f/contact-window; 12 CFR 1006.6(b)(1)(i))')
    expect(stdout).toContain('America/Los_Angeles, Mon 2026-11-23 07:00: a postal address US-CA, of 2026-10-01')
  })

  it('says it in Chinese when asked to', async () => {
    const { code, stdout } = await runCli(['decide', '--explain', '--lang', 'zh-CN'], { input: JSON.stringify(CASE) })
    expect(code).toBe(0)
    expect(stdout).toContain('顺延至 2026-11-23（周一）11:00 America/New_York')
    expect(stdout).toContain('适用的合规规则包\n  us-reg-f 2026-11-26')
  })

  it('gives the explanation as a document too, and names the languages there are', async () => {
    const [asked, strange] = await Promise.all([
      runCli(['decide', '--explain', '--json'], { input: JSON.stringify(CASE) }),
      runCli(['decide', '--lang', 'zh-TW'], { input: JSON.stringify(CASE) }),
    ])
    expect(JSON.parse(asked.stdout)).toMatchObject({
      verdict: 'defer',
      explanation: {
        verdict: 'defer',
        eventsStated: true,
        rules: expect.arrayContaining([
          expect.objectContaining({ rule: 'us-reg-f/contact-window', verdict: 'objects' }),
        ]) as object[],
      },
    })
    expect([strange.code, strange.stdout]).toEqual([2, ''])
    expect(strange.stderr).toContain('Choose one of: en, zh-CN.')
  })

  it('answers any verdict with exit code 0, whatever else is wrong with the configuration', async () => {
    const stopped = { ...CASE, suppressions: [{ scope: 'all', reason: 'deceased' }] }
    const refused = await runCli(['decide', '--json'], {
      input: JSON.stringify(stopped),
      env: { PORT: 'x', DECORUM_KEYS: 'x' },
    })
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([0, { verdict: 'refuse', until: null }])
  })

  it('refuses a case that does not fit with exit code 2, the path of each fault and no number', async () => {
    const { code, stderr, stdout } = await runCli(['decide'], {
      input: JSON.stringify({ ...CASE, recipent: {}, now: 'today' }),
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('recipent: is not a known key. Did you mean "recipient"?')
    expect(stderr).toContain('now: ')
    expect(stderr).not.toContain('+12125550123')
  })

  it('refuses what is not JSON, and a key that stands twice, with exit code 2', async () => {
    const [broken, twice] = await Promise.all([
      runCli(['decide'], { input: '{ "now": }' }),
      runCli(['decide'], { input: '{ "now": "2026-11-23T15:00:00Z", "now": "2026-11-24T15:00:00Z" }' }),
    ])
    expect([broken.code, twice.code]).toEqual([2, 2])
    expect(twice.stderr).toContain('stands twice')
  })

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await runCli(['decide', join(folder, 'none.json')])
    expect(code).toBe(2)
    expect(stderr).toContain('cannot be read')
  })

  it('prints a fault as one JSON document with --json', async () => {
    const { code, stdout } = await runCli(['decide', '--json'], { input: '{"packs":1}' })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'DECORUM_BAD_INPUT',
        faults: expect.arrayContaining([expect.objectContaining({ path: 'packs' })]) as object[],
      },
    })
  })
})
