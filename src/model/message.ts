import type { Channel } from './channel.ts'

/**
 * Words ready to go out, for one channel.
 *
 * `registered` is what Chinese SMS vendors take: a template they have approved, by
 * code, with parameters; `preview` is our own rendering of it, for people and for the hash.
 */
export type Message = SmsMessage | RegisteredSmsMessage | EmailMessage | VoiceMessage

export interface SmsMessage {
  channel: 'sms'
  form: 'text'
  text: string
  /** Whole segments, ≥ 1: GSM-7 160/153, UCS-2 70/67. */
  segments: number
}

export interface RegisteredSmsMessage {
  channel: 'sms'
  form: 'registered'
  signature: string
  templateCode: string
  /** In the vendor's order; vendors take them by name or by position. */
  params: { name: string; value: string }[]
  preview: string
  segments: number
}

export interface EmailMessage {
  channel: 'email'
  form: 'text'
  subject: string
  text: string
  html: string
}

/**
 * A call's script. `opening` reveals nothing and asks for the right person;
 * `body` is spoken only after that person has confirmed; `voicemail` is all
 * that a machine or an unsure listener ever hears.
 */
export interface VoiceMessage {
  channel: 'phone'
  form: 'text'
  locale: string
  opening: string
  body: string
  voicemail: string
  /** Spoken after a key: `repeat`, `paid`, `promise`, `person`, `dispute`, `wrong-number`, `stop`, `goodbye`. */
  replies: Record<string, string>
}

/** What the provider is charged for and the rate gate counts: segments for SMS, 1 otherwise. */
export const weightOf = (message: Message): number => (message.channel === 'sms' ? message.segments : 1)

export type MessageOf<C extends Channel> = Extract<Message, { channel: C }>
