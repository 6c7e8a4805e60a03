import { isE164 } from '../../model/address-rules.ts'
import type { CallOutcome } from '../../model/delivery.ts'
import type { TwilioSettings } from '../../model/route.ts'
import type { DeliveryRequest, LookUp, LookUpRequest, Provider } from '../provider.ts'
import {
  checkAccount,
  findAttempt,
  LOOK_UP_DEADLINE_MS,
  messageCallback,
  MOST_ROWS,
  PAGE_SIZE,
  sameText,
  twilioAccount,
  type TwilioAccount,
  lookUpFailure,
} from './client.ts'
import { classifyFailure } from './error-codes.ts'
import { messageReport } from './receipts.ts'

/** Twilio refuses longer bodies (21617). */
const LONGEST_BODY = 1600
/** Twilio accepts 1 to 36000 and advises more than 5 (resource description of Message). */
const VALIDITY_SECONDS = { least: 6, most: 36_000 }

/**
 * SMS through Twilio's Messages resource.
 *
 * Its look-up is conclusive: every message that Twilio accepted is in its list some minutes later at the latest.
 * `not-found` is proof only after the call's deadline, the validity period and that margin.
 */
export function twilioSmsProvider(
  settings: TwilioSettings,
  publicUrl: string | null,
  account: TwilioAccount = twilioAccount(settings),
): Provider {
  return {
    name: 'twilio',
    channel: 'sms',
    forms: ['text'],
    lookUpIsConclusive: true,
    harmless: false,
    send: (request) => send(account, settings, publicUrl, request),
    lookUp: (request) => lookUp(account, settings, request),
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
  const { message, to } = request
  if (message.channel !== 'sms' || message.form !== 'text') {
    return { kind: 'rejected', class: 'configuration', code: 'FORM', detail: 'Twilio takes plain SMS text only' }
  }
  if (!isE164(to))
    return { kind: 'rejected', class: 'address', code: 'INVALID_TO', detail: 'the recipient is not an E.164 number' }
  if (message.text.length > LONGEST_BODY)
    return { kind: 'rejected', class: 'content', code: '21617', detail: 'body longer than 1600 characters' }
  try {
    const client = await account.within(request.deadlineMs)
    const made = await client.messages.create({
      to,
      ...sender(settings, request.from),
      body: message.text,
      validityPeriod: Math.min(
        Math.max(Math.floor(request.validForSeconds), VALIDITY_SECONDS.least),
        VALIDITY_SECONDS.most,
      ),
      ...(publicUrl === null ? {} : { statusCallback: messageCallback(publicUrl, request.attempt) }),
    })
    if (typeof made.sid !== 'string' || made.sid === '') {
      return { kind: 'unknown', code: 'UNCLEAR_REPLY', detail: 'Twilio answered without a message SID' }
    }
    return { kind: 'accepted', reference: made.sid, status: made.status }
  } catch (error) {
    return classifyFailure(error)
  }
}

/** A Messaging Service chooses the number itself; `from` may hold its SID. */
function sender(settings: TwilioSettings, from: string): { from?: string; messagingServiceSid?: string } {
  const service = settings.messagingServiceSid ?? (from.startsWith('MG') ? from : undefined)
  return service === undefined ? { from } : { messagingServiceSid: service }
}

async function lookUp(account: TwilioAccount, settings: TwilioSettings, request: LookUpRequest): Promise<LookUp> {
  const { message } = request
  if (message.channel !== 'sms' || message.form !== 'text') return { kind: 'not-found' }
  const chosen = sender(settings, request.from).from
  try {
    const client = await account.within(LOOK_UP_DEADLINE_MS)
    const rows = await client.messages.list({ to: request.to, pageSize: PAGE_SIZE, limit: MOST_ROWS })
    const ours = rows.filter(
      (row) =>
        row.direction.startsWith('outbound') &&
        sameText(message.text, row.body) &&
        (chosen === undefined || row.from === null || row.from === chosen),
    )
    return findAttempt(
      ours.map((row) => ({
        reference: row.sid,
        createdAt: row.dateCreated.getTime(),
        word: messageReport(
          row.status,
          row.errorCode === null || row.errorCode === undefined ? null : String(row.errorCode),
        ),
      })),
      request,
      rows.length,
    )
  } catch (error) {
    return lookUpFailure(error)
  }
}
