import { describe, expect, it } from 'vitest'
import { parseTemplate } from '../../src/model/template.ts'

const YAML = 'id: t\ntitle: T\nlocales: [en]\nchannels: [sms]\ntones: [gentle]\n'
const SMS = { path: 'en/1-gentle.sms.hbs', text: 'Hello' }
const parse = (yaml: string, ...files: { path: string; text: string }[]) =>
  parseTemplate('t', [{ path: 'template.yaml', text: yaml }, ...files])
const faults = (result: ReturnType<typeof parseTemplate>) => (result.ok ? [] : result.faults)

describe('a template folder', () => {
  it('is taken when every promised file is there', () => {
    expect(parse(YAML, SMS)).toMatchObject({
      ok: true,
      template: { id: 't', sources: { 'en/1-gentle.sms.hbs': { path: 't/en/1-gentle.sms.hbs', text: 'Hello' } } },
    })
  })

  it.each([
    [
      'an unknown key',
      `${YAML}titel: x\n`,
      { path: 't/template.yaml.titel', problem: 'is not a known key', cure: 'Did you mean "title"?' },
    ],
    [
      'an unknown key further in',
      `${YAML}mustCarry: { optout: [sms] }\n`,
      { path: 't/template.yaml.mustCarry.optout', cure: 'Did you mean "optOut"?' },
    ],
    ["another folder's id", YAML.replace('id: t', 'id: u'), { path: 't/template.yaml.id' }],
    ['broken YAML', 'id: [', { path: expect.stringMatching(/^t\/template\.yaml:\d+$/) as string }],
    ['an unknown tone', YAML.replace('gentle', 'gentel'), { path: 't/template.yaml.tones[0]' }],
    ['nothing', '', { path: 't/template.yaml' }],
  ])('is refused for %s', (_, yaml, fault) => {
    expect(faults(parse(yaml, SMS))).toContainEqual(expect.objectContaining(fault))
  })

  it('is refused without template.yaml, without a promised file and with a stray one, all named at once', () => {
    expect(faults(parseTemplate('t', [SMS]))).toMatchObject([{ path: 't/template.yaml', problem: 'is missing' }])
    expect(faults(parse(YAML, { path: 'en/1-gentel.sms.hbs', text: '' })).map((f) => f.path)).toEqual([
      't/en/1-gentel.sms.hbs',
      't/en/1-gentle.sms.hbs',
    ])
  })
})
