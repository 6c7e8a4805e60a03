import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findContentGaps, gapText } from '../../src/authoring/check.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Creditor } from '../../src/model/creditor.ts'

const NOW = Date.UTC(2026, 10, 23)
const loaded = loadConfig({ root: fileURLToPath(new URL('../..', import.meta.url)), env: {} })
const config = loaded.ok ? loaded.config : null

/** The shipped configuration with one creditor that says other things of itself. */
function gapsOf(id: string, defaults: Partial<Creditor['defaults']>) {
  const shipped = config as Config
  const creditor = shipped.creditors.get(id) as Creditor
  return findContentGaps(
    { ...shipped, creditors: new Map([[id, { ...creditor, defaults: { ...creditor.defaults, ...defaults } }]]) },
    NOW,
  )
}
const shown = (gaps: ReturnType<typeof gapsOf>) =>
  gaps.map(({ template, channel, rule, missing, refused }) => [template, channel, rule, missing.join('+'), refused])

describe('words that fall short of what the packs ask for', () => {
  it('are none on what is shipped', () => {
    expect(findContentGaps(config as Config, NOW)).toEqual([])
  })

  it('are found where a collector speaks in a lender’s words', () => {
    expect(shown(gapsOf('lakeside', { ladder: 'us-first-party-loan' }))).toEqual(
      expect.arrayContaining([
        ['us-first-party-loan', 'email', 'us-reg-f/debt-collector-disclosure', 'debt-collector-disclosure', true],
      ]),
    )
  })

  it('are no more than told where law gives guidance', () => {
    expect(shown(gapsOf('meridian', { jurisdiction: 'GB' }))).toEqual(
      expect.arrayContaining([['default', 'email', 'uk/debt-advice', 'debt-advice-signposting', false]]),
    )
    expect(gapsOf('meridian', { jurisdiction: 'GB' }).every(({ refused }) => !refused)).toBe(true)
  })

  it('and where only a route could show it', () => {
    expect(shown(gapsOf('meridian', { jurisdiction: 'IN' }))).toEqual(
      expect.arrayContaining([['default', 'sms', 'in/dlt-registration', 'dlt-entity+dlt-header+dlt-template', false]]),
    )
  })

  it('are not asked of a creditor that names no place', () => {
    expect(gapsOf('meridian', {})).toEqual([])
  })

  it('are told with the law and what becomes of them', () => {
    const [gap] = gapsOf('lakeside', { ladder: 'us-first-party-loan' }).filter(({ channel }) => channel === 'email')
    expect(gap === undefined ? '' : gapText(gap)).toBe(
      'the email words of template us-first-party-loan, for lakeside, lack debt-collector-disclosure: us-reg-f/debt-collector-disclosure, 15 USC 1692e(11); 12 CFR 1006.18(e); such reminders are refused until the words change',
    )
  })
})
