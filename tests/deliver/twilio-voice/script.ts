import type { VoiceMessage } from '../../../src/model/message.ts'

/** A call's script whose parts can be told apart by one word each. */
export const script: VoiceMessage = {
  channel: 'phone',
  form: 'text',
  locale: 'en-US',
  opening: 'OPENING press 1 or 2',
  body: 'BODY 25.00 is due',
  voicemail: 'VOICEMAIL please call back',
  replies: {
    repeat: 'REPEAT',
    paid: 'PAID',
    promise: 'PROMISE',
    person: 'PERSON',
    dispute: 'DISPUTE',
    'wrong-number': 'WRONG',
    stop: 'STOP',
    goodbye: 'GOODBYE',
  },
}
