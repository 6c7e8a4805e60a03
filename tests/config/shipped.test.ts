import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Config, ConfigWarning } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function shipped(env: Record<string, string>): { config: Config; warnings: ConfigWarning[] } {
  const loaded = loadConfig({ root: ROOT, env })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2))
  return loaded
}

const TWILIO = { TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000', TWILIO_AUTH_TOKEN: 'x' }

describe('the configuration that is shipped', () => {
  it('needs no credential: every route captures', () => {
    const { config, warnings } = shipped({})
    expect(new Set(config.routes.map((r) => r.provider))).toEqual(new Set(['capture']))
    expect(new Set(config.routes.map((r) => r.channel))).toEqual(new Set(['sms', 'phone', 'email']))
    expect(new Set(warnings.map((w) => w.code))).toEqual(new Set(['capture_instead']))
  })

  it('sends SMS and calls through Twilio once its credentials are there, wherever TWILIO_BASE_URL points', () => {
    const { config } = shipped({ ...TWILIO, TWILIO_FROM: '+12125550100', TWILIO_BASE_URL: 'http://127.0.0.1:4010' })
    const twilio = config.routes.filter((r) => r.provider === 'twilio')
    expect(twilio.map((r) => [r.id, r.channel, r.from, r.settings.baseUrl])).toEqual([
      ['sms-main', 'sms', '+12125550100', 'http://127.0.0.1:4010'],
      ['phone-main', 'phone', '+12125550100', 'http://127.0.0.1:4010'],
    ])
  })

  it('sends email through SMTP once SMTP_URL is there', () => {
    const { config } = shipped({ SMTP_URL: 'smtp://127.0.0.1:1025' })
    const email = config.routes.filter((r) => r.channel === 'email')
    expect(email.length).toBeGreaterThan(0)
    expect(email.every((r) => r.provider === 'smtp' && r.settings.url === 'smtp://127.0.0.1:1025')).toBe(true)
  })

  it('warns before Twilio would carry SMS to mainland China, where only registered texts arrive', () => {
    expect(shipped(TWILIO).warnings.map((w) => w.code)).toContain('unregistered_china')
    expect(shipped({}).warnings.map((w) => w.code)).not.toContain('unregistered_china')
  })

  it('gives every creditor its own sender of email', () => {
    const { config } = shipped({})
    for (const id of config.creditors.keys()) {
      const route = config.routes.find(
        (r) => r.channel === 'email' && (r.serves.creditors === undefined || r.serves.creditors.includes(id)),
      )
      expect(route?.id).toBe(id === 'northwind' ? 'email-main' : `email-${id.split('-')[0]}`)
    }
  })
})

describe('the laws that are shipped', () => {
  const laws = shipped({}).config.packs.filter(({ kind }) => kind === 'law')

  it('say of every rule when its source was retrieved; only what is from memory was not', () => {
    const undated = laws.flatMap(({ id, rules }) =>
      rules
        .filter((rule) => rule.retrieved === undefined || (rule.retrieved === null && rule.verified !== 'no'))
        .map((rule) => `${id}/${rule.id}`),
    )
    expect(undated).toEqual([])
  })

  it('were retrieved before the pack was written', () => {
    expect(
      laws.flatMap(({ id, version, rules }) =>
        rules.filter(({ retrieved }) => retrieved != null && retrieved > version).map((rule) => `${id}/${rule.id}`),
      ),
    ).toEqual([])
  })

  it('switch off whatever nobody has read', () => {
    expect(
      laws.flatMap(({ id, rules }) =>
        rules.filter(({ verified, status }) => verified === 'no' && status !== 'off').map((rule) => `${id}/${rule.id}`),
      ),
    ).toEqual([])
  })

  it('say who read them, or that nobody has', () => {
    for (const { readBy, readOn } of laws) expect(readBy === null).toBe(readOn === null)
  })
})
