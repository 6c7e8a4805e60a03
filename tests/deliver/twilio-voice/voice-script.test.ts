import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allVoices,
  inlineScript,
  readVoiceStep,
  speechChunks,
  VOICE_STEPS,
  voiceFor,
  type VoiceStep,
  voiceTurn,
} from '../../../src/deliver/twilio/voice-script.ts'
import { script } from './script.ts'

const actionUrl = 'https://pay.example/hooks/twilio/voice/r1/1'
const turn = (step: VoiceStep, digits: string | null, answeredBy: string | null = 'human') =>
  voiceTurn(script, { step, digits, answeredBy, actionUrl })

describe('on a call', () => {
  it.each(['human', null])('a listener (%s) first hears a question that reveals nothing', (answeredBy) => {
    const { twiml, meaning } = turn('opening', null, answeredBy)
    expect(twiml).toContain('OPENING')
    expect(twiml).toContain('?step=confirm-1')
    expect(twiml).not.toContain('BODY')
    expect(meaning).toBeNull()
  })

  it.each(['machine_start', 'machine_end_beep', 'machine_end_silence', 'machine_end_other', 'fax', 'unknown'])(
    'a listener taken for %s hears the voicemail text and nothing else',
    (answeredBy) => {
      const { twiml } = turn('opening', null, answeredBy)
      expect(twiml).toContain('VOICEMAIL')
      expect(twiml).not.toMatch(/BODY|OPENING|Gather/)
    },
  )

  it('the body follows the key of the right person', () => {
    expect(turn('confirm-1', '1')).toMatchObject({ meaning: 'confirmed', twiml: expect.stringMatching(/BODY.*/s) })
    expect(turn('confirm-2', '1').twiml).toContain('?step=menu-1')
  })

  it('the wrong person hears an apology, and we hear of the wrong number', () => {
    const { twiml, meaning } = turn('confirm-1', '2')
    expect(meaning).toBe('wrong-number')
    expect(twiml).toContain('WRONG')
    expect(twiml).not.toContain('BODY')
  })

  it.each([
    ['2', 'paid', 'PAID'],
    ['3', 'promise', 'PROMISE'],
    ['4', 'person', 'PERSON'],
    ['5', 'dispute', 'DISPUTE'],
    ['9', 'stop', 'STOP'],
    ['', null, 'GOODBYE'],
    ['7', null, 'GOODBYE'],
  ])('key "%s" after the body means %s', (digits, meaning, said) => {
    expect(turn('menu-1', digits)).toMatchObject({ meaning, twiml: expect.stringContaining(said) })
  })

  it('the body is repeated twice at most', () => {
    expect(turn('menu-1', '1').twiml).toContain('?step=menu-2')
    expect(turn('menu-2', '1').twiml).toContain('?step=menu-3')
    expect(turn('menu-3', '1').twiml).toContain('GOODBYE')
  })

  it('silence is asked once more and then left in peace', () => {
    expect(turn('confirm-1', '').twiml).toContain('?step=confirm-2')
    expect(turn('confirm-2', '').twiml).toContain('GOODBYE')
  })

  it('nobody ever hears the body without the key of the right person, whatever is pressed or posted', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VOICE_STEPS),
        fc.option(fc.string({ maxLength: 4 })),
        fc.option(fc.string()),
        (step, digits, answeredBy) => {
          const { twiml } = turn(step, digits, answeredBy)
          const mayHear =
            (step.startsWith('confirm') && digits?.[0] === '1') || (step.startsWith('menu') && digits?.[0] === '1')
          expect(twiml.includes('BODY')).toBe(mayHear && step !== 'menu-3')
        },
      ),
    )
  })

  it('a step that was tampered with starts from the opening', () => {
    for (const odd of ['menu-9', '', undefined, null, '__proto__']) expect(readVoiceStep(odd)).toBe('opening')
    expect(readVoiceStep('menu-2')).toBe('menu-2')
  })
})

describe('a call that cannot ask us what to say next', () => {
  it('speaks the voicemail text alone', () => {
    const twiml = inlineScript(script)
    expect(twiml).toContain('VOICEMAIL')
    expect(twiml).not.toMatch(/BODY|OPENING|Gather/)
  })

  it('does not exist when its document would be too long', () => {
    expect(inlineScript({ ...script, voicemail: '请回电。'.repeat(2000) })).toBeNull()
  })
})

describe('voices', () => {
  it('are all known to the SDK', () => {
    const known = readFileSync('node_modules/twilio/lib/twiml/VoiceResponse.d.ts', 'utf8')
    for (const { voice, language } of allVoices()) {
      expect(known).toContain(`"${voice}"`)
      expect(known).toContain(`"${language}"`)
    }
  })

  it.each([
    ['zh-CN', 'cmn-CN'],
    ['en', 'en-US'],
    ['en-GB', 'en-GB'],
    ['es-MX', 'es-US'],
    ['hi', 'hi-IN'],
    ['de-AT', 'de-DE'],
  ])('%s is read in %s', (locale, language) => {
    expect(voiceFor(locale)?.language).toBe(language)
  })

  it('of another language do not step in', () => {
    expect(voiceFor('tlh')).toBeNull()
    expect(voiceFor('')).toBeNull()
    expect(voiceFor('__proto__')).toBeNull()
  })
})

describe('spoken text', () => {
  it('comes in pieces that Twilio takes, with nothing lost but controls and spaces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const pieces = speechChunks(text)
        for (const piece of pieces) expect(encodeURIComponent(piece).length).toBeLessThanOrEqual(4500)
        const letters = (said: string) => said.replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff\s]+/gu, '')
        expect(letters(pieces.join(''))).toBe(letters(text))
      }),
    )
  })

  it('is cut after a sentence', () => {
    const sentence = `${'字'.repeat(300)}。`
    expect(speechChunks(sentence.repeat(3))).toEqual([sentence, sentence, sentence])
  })

  it('survives a sentence that is too long by itself, and says nothing of nothing', () => {
    expect(speechChunks('字'.repeat(1200)).length).toBe(3)
    expect(speechChunks(' \u0001\n ')).toEqual([])
  })

  it('never breaks the document, whatever the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() =>
          voiceTurn({ ...script, opening: text }, { step: 'opening', digits: null, answeredBy: 'human', actionUrl }),
        ).not.toThrow()
      }),
    )
  })
})
