import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asksToStop, readReply } from '../../src/model/stop-words.ts'

describe('a reply that asks to stop', () => {
  it.each([
    'STOP',
    'stop',
    ' Stop. ',
    'STOP ALL',
    'Opt-out',
    'unsubscribe!',
    'End',
    'CANCEL',
    'quit',
    'revoke',
    'TD',
    'td',
    'T',
    '退订',
    ' 退订。',
    'ＳＴＯＰ',
    'Arrêt',
    'Arre\u0302t',
    'please opt me out',
    'S.T.O.P.',
    '"stop"',
  ])('is understood: %s', (reply) => {
    expect(asksToStop(reply)).toBe(true)
  })

  it.each([
    ['a heart', 'STOP ❤️'],
    ['a zero-width space', 'STOP\u200B'],
    ['a variation selector', 'STOP\uFE0F'],
    ['zero-width spaces between', 'S\u200BT\u200BO\u200BP'],
    ['an angry face', 'STOP 😡'],
    ['a hand with a skin tone', 'STOP✋🏽'],
    ['a flag', 'STOP 🇺🇸'],
    ['a keycap', 'STOP 1️⃣'.replace('1', '')],
    ['a soft hyphen', 'ST\u00ADOP'],
    ['text direction marks', '\u202ASTOP\u202C'],
    ['a byte order mark', '\uFEFFSTOP'],
    ['a joiner family', 'STOP 👨‍👩‍👧'],
    ['a tag character', 'STOP\u{E0041}'],
    ['a Hangul filler', 'STOP\u3164'],
    ['stacked accents', 'S\u0301T\u0308O\u0323P\u0337'],
    ['a no-break space', '\u00A0STOP\u202F'],
  ])('is understood with %s', (_name, reply) => {
    expect(readReply(reply)).toMatchObject({ meaning: 'stop' })
  })

  it.each([
    'STOP STOP STOP',
    'stop please',
    'Please stop',
    'Remove me',
    'unsub',
    'STOP\n\nSent from my phone',
    'STOP\n\nSent from my iPhone',
    'stop texting me',
    'Please stop texting me, I will not answer these. Call my lawyer.',
    'Stop. I have told you.',
    'stop it or I will sue',
    'ok stop',
    'Hi, please stop',
    "Don't text me any more",
    'dont text me',
    'don’t call me',
    'take me off your list',
    'Remove my number from your list',
    'no more texts',
    'I do not want these messages',
    'I revoke my consent',
    'opt out please',
    'quit messaging me',
    'I want these texts to stop',
    'please delete my number',
    'STOP\n> Reply STOP to opt out',
    'unsubscribe me',
    'fuck off',
    'no me escriban más',
    'No quiero más mensajes',
    'dejen de llamarme',
    'dame de baja',
    'ya basta',
    'cessez',
    'Ne m’appelez plus',
    'Arrêtez de m’écrire',
    'désabonnez-moi',
    'keine SMS mehr',
    'Rufen Sie mich nicht mehr an',
    'schreiben Sie mir nicht mehr',
    'Hören Sie auf',
    'SAIR',
    'não me liguem',
    'parem de enviar mensagens',
    'non mi scrivete più',
    'СТОП',
    'не звоните мне',
    'хватит писать',
    'nie dzwońcie do mnie',
    'bel me niet meer',
    'jangan sms saya lagi',
    'berhenti',
    'TD退订',
    '回T',
    '回复TD',
    'T退订',
    '拒收',
    '退訂',
    '别再发了',
    '不要再打电话',
    '請不要再傳簡訊',
    '别给我发短信了',
    '别打了',
    '배송 말고 문자 보내지 마세요',
    '送らないでください',
    'やめてください',
    'อย่าส่งมาอีก',
    'मैसेज मत भेजो',
    'لا ترسلوا رسائل',
    'stoppp!!',
    'Never text me again',
    'cease all texts',
    'no more please',
    'no texts',
    'don’t bug me',
    'I don’t want to receive your texts',
    'do not wish to hear',
    'I no longer want texts',
    'cancel these messages',
    'end all messages',
    'turn off notifications',
    'turn these off',
    'get me off your list',
    'please remove number',
    'consent withdrawn',
    'you do not have my consent',
    'den de baja mi número',
    'quiero dejar de recibir mensajes',
    'revoco mi consentimiento',
    'enlevez mon numéro',
    'Ich widerrufe meine Einwilligung',
    'meine Nummer löschen',
    'chega de mensagem',
    'non mandatemi più messaggi',
    'proszę o usunięcie numeru',
    'уберите мой номер',
    'перестаньте',
    'skicka inga fler',
    'poista numeroni',
    'ΣΤΟΠ',
    'σταματήστε',
    'הסר',
    'OPRIȚI mesajele',
    'přestaňte',
    'RET',
    'từ chối',
    'لغو',
    'বন্ধ করুন',
    'நிறுத்து',
    '停止发短信',
    '把我的号码删了',
    '请停止',
    '取消',
    '唔好煩我',
    '送ってこないで',
    '문자 그만',
  ])('is understood in own words: %s', (reply) => {
    expect(readReply(reply).meaning).toMatch(/^stop/)
  })

  it.each([
    'I told you to stop',
    'I want you to stop',
    'For the last time: STOP',
    'would you please stop?',
    'not interested, stop',
    'You have the wrong number, stop.',
    'To whom it may concern: stop',
    'RE: stop',
    'Bitte stopp',
  ])('may ask as its last word: %s', (reply) => {
    expect(readReply(reply).meaning).toBe('stop')
  })

  it.each([
    'do not contact me',
    'never contact me again',
    'I don’t want to be contacted',
    'I do not want any contact',
    'Cease & desist',
    'Stop contacting me.',
    'cease and desist',
    'leave me alone',
    'No further contact please',
    'no me contacten',
    'Ne me contactez plus',
    'bitte nicht mehr kontaktieren',
    'nicht mehr kontaktieren',
    'Lassen Sie mich in Ruhe',
    '不要再联系我',
    '別再聯絡我',
    '연락하지 마세요',
    '連絡しないでください',
  ])('may ask to be left alone altogether: %s', (reply) => {
    expect(readReply(reply).meaning).toBe('stop-all')
  })

  it('is understood however it is dressed: case, hidden characters, emoji, punctuation and space around a known word change nothing', () => {
    const dress = fc
      .array(
        fc.constantFrom(
          ' ',
          '.',
          '!',
          '?',
          '*',
          '"',
          '\u200B',
          '\u200D',
          '\uFE0F',
          '\u00AD',
          '\u2060',
          '\u2764',
          '\u{1F621}',
          '\n',
        ),
        { maxLength: 8 },
      )
      .map((marks) => marks.join(''))
    fc.assert(
      fc.property(
        fc.constantFrom('stop', 'Unsubscribe', 'TD', '退订', 'arrêt', 'baja', 'стоп', 'sair'),
        dress,
        dress,
        (word, before, after) => asksToStop(before + word + after),
      ),
    )
  })
})

describe('other replies', () => {
  it.each([
    'I cannot stop thinking about it',
    'When does this end?',
    'OK',
    'Y',
    '1',
    '已还款',
    'I will stop by the branch tomorrow',
    'Stop by tomorrow?',
    'when will the calls stop?',
    "don't stop",
    'Call me at work before five',
    'Please do not call me before 6pm',
    'I paid on Friday',
    'YES',
    'End of month I will pay',
    'I was at the bus stop',
    'When does this stop?',
    'how do I make the interest stop',
    'my benefits did stop',
    'this never stops',
    'it is non-stop',
    'I never text on this phone',
    '公司停止发工资',
    '不用发愁',
    'para el viernes',
    '我明天去还',
    'Not now',
    'no',
    'el viernes pago',
    '👍',
    '🛑',
    'Tomorrow',
  ])('are left to people: %s', (reply) => {
    expect(readReply(reply).meaning).toBe('other')
  })

  it.each([
    ['START', 'start'],
    ['unstop', 'start'],
    ['恢复', 'start'],
    ['HELP', 'help'],
    ['帮助', 'help'],
    ['', 'empty'],
    ['  \u200B ', 'empty'],
    ['\u3164', 'empty'],
  ])('are known words: %j', (reply, meaning) => {
    expect(readReply(reply).meaning).toBe(meaning)
  })

  it.each([
    ['Please stop texting me, I will not answer these. Call my lawyer.', ['attorney']],
    ['My attorney handles this', ['attorney']],
    ['联系我的律师', ['attorney']],
    ['He passed away in May', ['deceased']],
    ['I filed chapter 7', ['bankruptcy']],
    ['wrong number', ['wrong-person']],
    ['打错了', ['wrong-person']],
    ['this was identity theft', ['identity-fraud']],
    ['I already paid', ['dispute']],
    ['I want to die', ['distress']],
    ['see you', []],
  ])('say to the person who reads them what they seem to speak of: %s', (reply, hints) => {
    expect(readReply(reply).hints).toEqual(hints)
  })

  it('are read whatever they hold, and the same way twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (reply) => {
        expect(readReply(reply)).toEqual(readReply(reply))
      }),
    )
  })

  it('are read in bounded time however long and odd they are', () => {
    const began = performance.now()
    for (const piece of [
      'STOP SENDING ',
      'do not ',
      '不要',
      'no me ',
      'a ',
      'sto',
      '\u200B',
      '> ',
      'on x wrote',
      '\n>\n',
    ])
      readReply(piece.repeat(200_000))
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})
