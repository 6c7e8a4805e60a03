import { describe, expect, it } from 'vitest'
import { parseTemplate, type Template, type TemplateFile } from '../../src/model/template.ts'
import { TONES } from '../../src/model/vocabulary.ts'
import { carriedBlocks } from '../../src/render/carried-blocks.ts'
import { filesOf, SHIPPED, shippedTemplate, withFile } from './shipped-templates.ts'

const made = (id: string, files: readonly TemplateFile[]): Template => {
  const parsed = parseTemplate(id, files)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.template
}
const carried = (
  template: Template,
  channel: 'phone' | 'sms' | 'email',
  tone: (typeof TONES)[number] = 'firm',
  locale = 'en',
) => carriedBlocks(template, { channel, tone, locales: [locale] })

describe('what the words of a template carry', () => {
  it.each(SHIPPED)('%s: every email says who writes, what is owed, whom to ask and how to stop', (id) => {
    for (const locale of ['en', 'zh-CN']) {
      for (const tone of TONES)
        expect(carried(shippedTemplate(id), 'email', tone, locale)?.message).toEqual(
          expect.arrayContaining(['business-name', 'contact', 'balance', 'opt-out-instruction']),
        )
    }
  })

  it.each(SHIPPED)('%s: no voicemail names an amount or a debt', (id) => {
    for (const locale of ['en', 'zh-CN']) {
      const { voicemail } = carried(shippedTemplate(id), 'phone', 'firm', locale) ?? { voicemail: null }
      expect(voicemail).toEqual(expect.arrayContaining(['phone-number', 'request-to-reply']))
      expect(voicemail).not.toContain('amount')
      expect(voicemail).not.toContain('creditor-relationship')
    }
  })

  it('a collector’s say on each channel that it is one, and leave a limited-content voicemail', () => {
    const template = shippedTemplate('us-third-party')
    for (const channel of ['phone', 'sms', 'email'] as const)
      expect(carried(template, channel)?.message).toContain('debt-collector-disclosure')
    expect(carried(template, 'phone')?.voicemail).toEqual(
      expect.arrayContaining(['business-name', 'person-name', 'phone-number', 'request-to-reply']),
    )
    expect(carried(shippedTemplate('us-first-party-loan'), 'email')?.message).not.toContain('debt-collector-disclosure')
  })

  it('mainland China’s texts are signed in any language, others in Chinese alone', () => {
    expect(carried(shippedTemplate('cn-consumer-loan'), 'sms', 'firm', 'en')?.message).toContain(
      'registered-signature-2-to-16-characters',
    )
    expect(carried(shippedTemplate('default'), 'sms', 'firm', 'en')?.message).not.toContain(
      'registered-signature-2-to-16-characters',
    )
    expect(carried(shippedTemplate('default'), 'sms', 'firm', 'zh-CN')?.message).toContain(
      'registered-signature-2-to-16-characters',
    )
  })

  it('what stands there only where a fact is known is not counted on', () => {
    const path = 'en/frame.phone.hbs'
    const voicemail = (words: string) =>
      carried(
        made(
          'default',
          withFile('default', path, (text) => text.replace(/--- voicemail ---\n.*/, `--- voicemail ---\n${words}`)),
        ),
        'phone',
      )?.voicemail
    expect(voicemail('This is {{voiceName}}. Please call {{helpLine}}.')).toContain('business-name')
    expect(voicemail('This is {{#known voiceName}}{{voiceName}}{{/known}}. Please call {{helpLine}}.')).not.toContain(
      'business-name',
    )
    expect(
      voicemail('This is {{#known voiceName}}{{voiceName}}{{else}}{{sender}}{{/known}}. Please call {{helpLine}}.'),
    ).toContain('business-name')
  })

  it('what no phrase shows is taken from the manifest', () => {
    const files = withFile(
      'default',
      'template.yaml',
      (text) => `${text}\ncarries: { email: [rights, how-to-query-or-dispute] }\n`,
    )
    expect(carried(made('default', files), 'email')?.message).toEqual(
      expect.arrayContaining(['rights', 'how-to-query-or-dispute']),
    )
    expect(carried(made('default', files), 'sms')?.message).not.toContain('rights')
    const wrong = parseTemplate(
      'default',
      withFile('default', 'template.yaml', (text) => `${text}\ncarries: { email: [right] }\n`),
    )
    expect(wrong.ok ? [] : wrong.faults.map((fault) => fault.path)).toHaveLength(1)
  })

  it('is not known where there are no words', () => {
    expect(
      carriedBlocks(made('default', filesOf('default')), { channel: 'email', tone: 'firm', locales: ['fr'] }),
    ).toBeNull()
  })
})
