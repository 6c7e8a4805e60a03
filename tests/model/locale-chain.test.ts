import { describe, expect, it } from 'vitest'
import { localeChain } from '../../src/model/locale.ts'

const LOCALES = { default: 'en', fallback: { 'zh-HK': ['zh-CN'], zh: ['zh-CN'] } }

describe('where words are looked for', () => {
  it.each([
    [['zh-CN'], ['zh-CN', 'zh', 'en']],
    [['zh-HK'], ['zh-HK', 'zh-CN', 'zh', 'en']],
    [['zh-Hans-SG'], ['zh-Hans-SG', 'zh-Hans', 'zh', 'zh-CN', 'en']],
    [
      [null, 'en-GB'],
      ['en-GB', 'en'],
    ],
    [
      ['fr', 'zh-CN'],
      ['fr', 'zh-CN', 'zh', 'en'],
    ],
    [[null], ['en']],
  ])('%j: %j', (wanted, chain) => {
    expect(localeChain(wanted, LOCALES)).toEqual(chain)
  })
})

describe('a reader of one Chinese script', () => {
  const inChina = { default: 'zh-CN', fallback: { zh: ['zh-CN'], 'zh-SG': ['zh-CN'] } }

  it.each([
    [
      ['zh-TW', 'zh-CN'],
      ['zh-TW', 'zh-Hant', 'en'],
    ],
    [['zh-HK'], ['zh-HK', 'zh-Hant', 'en']],
    [
      ['zh-MO', null],
      ['zh-MO', 'zh-Hant', 'en'],
    ],
    [['zh-Hant'], ['zh-Hant', 'en']],
    [
      ['zh-Hant-MO', 'zh-Hans'],
      ['zh-Hant-MO', 'zh-Hant', 'en'],
    ],
    [
      ['zh-CN', 'zh-TW'],
      ['zh-CN', 'zh'],
    ],
    [['zh-Hans-HK'], ['zh-Hans-HK', 'zh-Hans', 'zh', 'zh-CN']],
    [
      ['yue', 'zh-CN'],
      ['yue', 'zh-Hant', 'en'],
    ],
    [['yue-HK'], ['yue-HK', 'yue', 'zh-Hant', 'en']],
    [['yue-Hant-MO'], ['yue-Hant-MO', 'yue-Hant', 'yue', 'zh-Hant', 'en']],
    [
      ['yue-CN', 'zh-TW'],
      ['yue-CN', 'zh', 'zh-CN'],
    ],
    [
      ['nan-TW', 'zh'],
      ['nan-TW', 'zh-Hant', 'en'],
    ],
    [['hak-Hant'], ['hak-Hant', 'zh-Hant', 'en']],
    [
      ['wuu', 'zh-HK'],
      ['wuu', 'zh', 'zh-CN'],
    ],
    [
      ['zh-SG', 'zh-HK'],
      ['zh-SG', 'zh-CN', 'zh'],
    ],
  ])('%j is never given the other by falling back: %j', (wanted, chain) => {
    expect(localeChain(wanted, inChina)).toEqual(chain)
  })

  it('keeps the default of the deployment where they read it', () => {
    expect(localeChain(['zh-CN'], { default: 'zh-HK', fallback: {} })).toEqual(['zh-CN', 'zh', 'en'])
    expect(localeChain(['zh-TW'], { default: 'ja', fallback: {} })).toEqual(['zh-TW', 'zh-Hant', 'ja'])
    expect(localeChain(['zh-TW'], { default: 'zh-HK', fallback: {} })).toEqual(['zh-TW', 'zh-Hant', 'zh-HK'])
  })

  it('is given the other where a fallback says so for their own language, not for Chinese at large', () => {
    expect(localeChain(['zh-TW'], { default: 'en', fallback: { 'zh-Hant': ['zh-CN'] } })).toContain('zh-CN')
    expect(localeChain(['zh-TW'], { default: 'en', fallback: { zh: ['zh-CN'] } })).not.toContain('zh-CN')
  })
})
