import { isE164 } from '../../model/address-rules.ts'
import type { CallOutcome } from '../../model/delivery.ts'
import type { TwilioSettings } from '../../model/route.ts'
import type { DeliveryRequest, LookUp, LookUpRequest, Provider } from '../provider.ts'
import {
  callCallback,
  checkAccount,
  findAttempt,
  LOOK_UP_DEADLINE_MS,
  MOST_ROWS,
  PAGE_SIZE,
  twilioAccount,
  type TwilioAccount,
  lookUpFailure,
  voiceDocument,
} from './client.ts'
import { classifyFailure } from './error-codes.ts'
import { callReport } from './receipts.ts'
import { inlineScript, voiceFor } from './voice-script.ts'

/**
 * Calls through Twilio's Calls resource.
 *
 * With a public URL Twilio fetches what to say, after answering machine detection; without one the call speaks only the
 * voicemail text. Calls have no validity period and may wait at Twilio, so the route's rate must keep them from queueing
 * there. Retrieval is eventually consistent (Call resource page): `not-found` is proof only after a margin of minutes.
 */
export function twilioVoiceProvider(
  settings: TwilioSettings,
  publicUrl: string | null,
  account: TwilioAccount = twilioAccount(settings),
): Provider {
  return {
    name: 'twilio',
    channel: 'phone',
    forms: ['text'],
    lookUpIsConclusive: true,
    harmless: false,
    send: (request) => send(account, settings, publicUrl, request),
    lookUp: (request) => lookUp(account, request),
    check: () => checkAccount(account, settings.accountSid),
    close: () => account.close(),
  }
}

async function send(
  account: TwilioAccount,
  settings: TwilioSettings,
  publicUrl: string | null,
  request: DeliveryRequest,
): Promise<CallOutcome> {
  const { message, to, from } = request
  if (message.channel !== 'phone')
    return { kind: 'rejected', class: 'configuration', code: 'FORM', detail: 'this route makes calls only' }
  if (!isE164(to))
    return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'the recipient is not an E.164 number' }
  if (voiceFor(message.locale) === null)
    return { kind: 'rejected', class: 'content', code: 'NO_VOICE', detail: 'no voice reads this locale' }
  const said = whatToSay(publicUrl, request)
  if (said === null)
    return {
      kind: 'rejected',
      class: 'content',
      code: '32018',
      detail: 'inline call document longer than 4000 characters',
    }
  try {
    const client = await account.within(request.deadlineMs)
    const made = await client.calls.create({
      to,
      from,
      ...said,
      // Waits for the end of a machine's greeting, so that the voicemail text is not cut off.
      machineDetection: 'DetectMessageEnd',
      timeout: settings.ringSeconds,
      ...(publicUrl === null
        ? {}
        : {
            statusCallback: callCallback(publicUrl, request.attempt),
            statusCallbackMethod: 'POST',
            statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          }),
    })
    if (typeof made.sid !== 'string' || made.sid === '') {
      return { kind: 'unknown', code: 'UNCLEAR_REPLY', detail: 'Twilio answered without a call SID' }
    }
    return { kind: 'accepted', reference: made.sid, status: made.status }
  } catch (error) {
    return classifyFailure(error)
  }
}

function whatToSay(
  publicUrl: string | null,
  { attempt, message }: DeliveryRequest,
): { url: string; method: 'POST' } | { twiml: string } | null {
  if (publicUrl !== null) return { url: voiceDocument(publicUrl, attempt), method: 'POST' }
  const twiml = message.channel === 'phone' ? inlineScript(message) : null
  return twiml === null ? null : { twiml }
}

/** Twilio's records hold no text of a call: it is matched by To, From and time alone. */
async function lookUp(account: TwilioAccount, request: LookUpRequest): Promise<LookUp> {
  try {
    const client = await account.within(LOOK_UP_DEADLINE_MS)
    const rows = await client.calls.list({ to: request.to, pageSize: PAGE_SIZE, limit: MOST_ROWS })
    const ours = rows.filter((row) => row.direction === 'outbound-api' && (!row.from || row.from === request.from))
    return findAttempt(
      ours.map((row) => ({
        reference: row.sid,
        createdAt: row.dateCreated.getTime(),
        word: callReport(row.status, row.answeredBy || null, null),
      })),
      request,
      rows.length,
    )
  } catch (error) {
    return lookUpFailure(error)
  }
}
