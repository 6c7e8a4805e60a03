import { callbackField } from './callback-field.ts'
import { voiceDocument } from '../../deliver/twilio/callback-urls.ts'
import { readVoiceStep, voiceTurn, voiceWithoutWords } from '../../deliver/twilio-voice/voice-script.ts'
import { WORDS_UNAVAILABLE } from '../../model/delivery-merge.ts'
import { applyReceipt } from '../../pipeline/apply-receipt.ts'
import { applyVoiceKey } from '../../pipeline/apply-voice-keys.ts'
import { installedVoicemail, sentMessage } from '../../pipeline/sent-message.ts'
import type { Shell } from '../../pipeline/shell.ts'
import { sentWords } from '../../record/reading/sent-words.ts'
import { countCallWithoutWords } from '../../report/counters.ts'
import type { Hooks } from '../services/hooks.ts'
import { signedBy } from './twilio-account.ts'

/**
 * What is said during a call, and what does a pressed key mean?
 *
 * Words that cannot be made again are not improvised: the call leaves the voicemail text or an apology, is
 * recorded as failed, whatever the provider calls its end, and raises an alarm.
 */
export function twilioVoice(shell: Shell): Pick<Hooks, 'twilioVoice'> {
  return {
    async twilioVoice(call, reminderId, attemptNo) {
      const sent = await sentWords(shell.ledger.db, null, reminderId, attemptNo)
      if (signedBy(shell.config, call, sent?.route ?? null) === null) return { kind: 'refused' }
      if (sent === null) return { kind: 'unknown' }
      const again = await sentMessage(shell, sent)
      const step = readVoiceStep(callbackField(call, 'step'))
      if (again.state !== 'kept' || again.message.channel !== 'phone') {
        shell.log.error({ event: 'call.words_unavailable', reminder: reminderId, attempt: attemptNo, state: again.state }, 'words of a call unavailable: voicemail text said instead, attempt recorded as failed')
        countCallWithoutWords()
        await applyReceipt(shell, { reminderId, attemptNo, word: WORDS_UNAVAILABLE, dedupe: 'words unavailable', saidAt: null })
        return { kind: 'xml', body: voiceWithoutWords(installedVoicemail(shell, sent), sent.locale, step) }
      }
      const turn = voiceTurn(again.message, {
        step,
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
