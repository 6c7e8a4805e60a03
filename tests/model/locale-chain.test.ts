import { describe, expect, it } from 'vitest'
import { localeChain } from '../../src/model/locale-chain.ts'

const LOCALES = { default: 'en', fallback: { 'zh-HK': ['zh-CN'], zh: ['zh-CN'] } }

describe('where words are looked for', () => {
  it.each([
    [['zh-CN'], ['zh-CN', 'zh', 'en']],
    [['zh-HK'], ['zh-HK', 'zh-CN', 'zh', 'en']],
    [['zh-Hans-SG'], ['zh-Hans-SG', 'zh-Hans', 'zh', 'zh-CN', 'en']],
    [[null, 'en-GB'], ['en-GB', 'en']],
    [['fr', 'zh-CN'], ['fr', 'zh-CN', 'zh', 'en']],
    [[null], ['en']],
  ])('%j: %j', (wanted, chain) => {
    expect(localeChain(wanted, LOCALES)).toEqual(chain)
  })
})
