import { describe, expect, it } from 'vitest'
import { asksToStop } from '../../src/model/stop-words.ts'

describe('a reply that asks to stop', () => {
  it.each(['STOP', 'stop', ' Stop. ', 'STOP ALL', 'Opt-out', 'unsubscribe!', 'End', 'CANCEL', 'quit', 'revoke', 'TD', 'td', 'T', '退订', ' 退订。', 'ＳＴＯＰ', 'Arrêt', 'please opt me out'])(
    'is understood: %s', (reply) => { expect(asksToStop(reply)).toBe(true) })

  it.each(['I cannot stop thinking about it', 'When does this end?', 'OK', '', 'Y', '1', '已还款', 'stop it or I will sue', 'START'])(
    'is not read into other words, which people read: %s', (reply) => { expect(asksToStop(reply)).toBe(false) })
})
