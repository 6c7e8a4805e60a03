/**
 * A rendered message for one channel.
 *
 * `registered` is the form Chinese SMS vendors accept: the code of a template they have approved, with parameters;
 * `preview` is our own rendering of it, for display and for the hash.
 */
export type Message = SmsMessage | RegisteredSmsMessage | EmailMessage | VoiceMessage

export interface SmsMessage {
  channel: 'sms'
  form: 'text'
  /** The whole message, sender's signature included. */
  text: string
  /** Whole segments, ≥ 1: GSM-7 160/153, UCS-2 70/67. */
  segments: number
}

export interface RegisteredSmsMessage {
  channel: 'sms'
  form: 'registered'
  /** Without 【】; the vendor adds the brackets. */
  signature: string
  templateCode: string
  /** In the vendor's order; vendors read them by name or by position. */
  params: { name: string; value: string }[]
  preview: string
  segments: number
}

export interface EmailMessage {
  channel: 'email'
  form: 'text'
  /** One line, no control characters: safe as a header value before encoding. */
  subject: string
  text: string
  html: string
}

/**
 * A call's script. `opening` reveals nothing and asks for the recipient; `body` is spoken only after the recipient has
 * confirmed; `voicemail` is all that an answering machine or an unidentified listener hears. Every part fits
 * `MAX_SPOKEN_ENCODED`.
 */
export interface VoiceMessage {
  channel: 'phone'
  form: 'text'
  locale: string
  opening: string
  body: string
  voicemail: string
  /** Spoken after a key: see `VOICE_REPLIES`. */
  replies: Record<VoiceReply, string>
}

/**
 * Longest part of a call's script, in characters once URL-encoded: about 500 Han characters.
 * Twilio error 13521.
 */
export const MAX_SPOKEN_ENCODED = 4500

/** Replies to a key or at the end of a call; each is a sentence of the template's phone frame. */
export const VOICE_REPLIES = [
  'repeat',
  'paid',
  'promise',
  'person',
  'dispute',
  'wrong-number',
  'stop',
  'goodbye',
] as const
export type VoiceReply = (typeof VOICE_REPLIES)[number]

/** Keys offered by every opening: is this the recipient? */
export const OPENING_KEYS: Readonly<Record<string, 'confirmed' | 'wrong-number'>> = {
  '1': 'confirmed',
  '2': 'wrong-number',
}

/** Keys offered by every body, once the recipient has confirmed. */
export const MENU_KEYS: Readonly<Record<string, VoiceReply>> = {
  '1': 'repeat',
  '2': 'paid',
  '3': 'promise',
  '4': 'person',
  '5': 'dispute',
  '9': 'stop',
}

/** Units that the provider bills and the rate gate counts: segments for SMS, 1 otherwise. */
export const weightOf = (message: Message): number => (message.channel === 'sms' ? message.segments : 1)
