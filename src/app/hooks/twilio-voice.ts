import { callbackField } from './callback-field.ts'
import { voiceDocument } from '../../deliver/twilio/callback-urls.ts'
import { readVoiceStep, voiceTurn } from '../../deliver/twilio-voice/voice-script.ts'
import { applyVoiceKey } from '../../pipeline/apply-voice-keys.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { sentWords } from '../../record/reading/sent-words.ts'
import { messageOfAttempt } from '../reading/message-of-attempt.ts'
import type { HookAnswer, Hooks } from '../services/hooks.ts'
import { signedBy } from './twilio-account.ts'

const HANG_UP: HookAnswer = { kind: 'xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>' }

/** What is said during a call, and what a pressed key means. Words that cannot be made again are not improvised: the call ends. */
export function twilioVoice(shell: Shell): Pick<Hooks, 'twilioVoice'> {
  return {
    async twilioVoice(call, reminderId, attemptNo) {
      const sent = await sentWords(shell.ledger.db, null, reminderId, attemptNo)
      if (signedBy(shell.config, call, sent?.route ?? null) === null) return { kind: 'refused' }
      if (sent === null) return { kind: 'unknown' }
      const again = messageOfAttempt(shell, sent)
      if (again.state !== 'kept' || again.message.channel !== 'phone') {
        shell.log.error({ reminder: reminderId, attempt: attemptNo, state: again.state }, 'a call asks for words that cannot be made again')
        return HANG_UP
      }
      const turn = voiceTurn(again.message, {
        step: readVoiceStep(callbackField(call, 'step')),
        digits: callbackField(call, 'Digits'),
        answeredBy: callbackField(call, 'AnsweredBy'),
        // Signed, so there is a public address.
        actionUrl: voiceDocument(shell.config.publicUrl as string, { reminderId, attemptNo }),
      })
      if (turn.meaning !== null && turn.meaning !== 'repeat') await applyVoiceKey(shell, { reminderId, attemptNo, meaning: turn.meaning })
      return { kind: 'xml', body: turn.twiml }
    },
  }
}
