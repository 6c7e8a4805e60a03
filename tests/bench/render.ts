import { loadConfig } from '../../src/config/load.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { render } from '../../src/render/render.ts'
import { sampleFacts } from '../../src/render/lint-samples.ts'
import { repeated, type Figure, type Section, type Setting } from './bench.ts'
import { perSecond } from './processor-time.ts'
import { ROOT } from './root.ts'

const CASES: readonly { channel: Channel; locale: string; template: string }[] = [
  { channel: 'sms', locale: 'zh-CN', template: 'cn-consumer-loan' },
  { channel: 'sms', locale: 'en', template: 'us-first-party-loan' },
  { channel: 'email', locale: 'en', template: 'us-first-party-loan' },
  { channel: 'phone', locale: 'zh-CN', template: 'cn-consumer-loan' },
  { channel: 'phone', locale: 'en', template: 'us-first-party-loan' },
]

/** Different people with different debts, so that nothing is measured that only works for the same words again. */
function manyFacts(locale: string): TemplateFacts[] {
  const sample = sampleFacts(locale, 'neutral')
  return Array.from({ length: 2_000 }, (_, no) => ({
    ...sample,
    recipient: { ...sample.recipient, name: `${sample.recipient.name} ${no}` },
    accounts: sample.accounts.map((account) => ({
      ...account,
      masked: String(1_000 + no),
      overdue:
        account.overdue === null
          ? null
          : { ...account.overdue, amount: `${100 + no}.${String(no % 100).padStart(2, '0')}` },
    })),
  }))
}

/** How many messages a second does one core render, hash included? */
export async function renderBench({ quick }: Setting): Promise<Section> {
  const loaded = loadConfig({ root: ROOT, env: {} })
  if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.problems))
  const [forMs, runs] = quick ? [400, 3] : [1_000, 5]
  const figures: Figure[] = []
  for (const { channel, locale, template: id } of CASES) {
    const template = loaded.config.templates.get(id)
    if (template === undefined) throw new TypeError(`no template ${id}`)
    const facts = manyFacts(locale)
    const one = (no: number): void => {
      const result = render(template, facts[no % facts.length] as TemplateFacts, {
        channel,
        tone: 'neutral',
        locales: [locale],
      })
      if (!result.ok) throw new Error(JSON.stringify(result.problem))
    }
    perSecond(forMs / 2, one)
    const values = await repeated(runs, () => perSecond(forMs, one))
    figures.push({
      name: `${channel}, ${locale}`,
      unit: 'messages/s',
      values,
      note: `${(1_000_000 / Math.max(...values)).toFixed(0)} µs each at best`,
    })
  }
  return {
    bench: 'render',
    configuration: 'one core, processor time; shipped templates, neutral tone, 2,000 different people',
    figures,
    leftOut: [],
  }
}
