import type { Channel } from '../model/vocabulary.ts'
import type { Message } from '../model/message.ts'
import type { CallOutcome, DeliveryReport } from '../model/delivery.ts'

/** Identifies the attempt in callback URLs and Message-IDs; holds no personal data. */
export interface AttemptKey {
  reminderId: string
  attemptNo: number
}

/** One message to one address, decided and rendered. */
export interface DeliveryRequest {
  attempt: AttemptKey
  /** E.164 or a mailbox. Never logged. */
  to: string
  from: string
  message: Message
  /** How long after the call the provider may still deliver, in whole seconds (SMS validity). */
  validForSeconds: number
  /** One-click unsubscribe address for this recipient, for email headers; null when none applies. */
  unsubscribeUrl: string | null
  /** Total time the call may take, in milliseconds; a later answer is `unknown`. */
  deadlineMs: number
}

/** One message or call in the provider's records. */
export interface ProviderRecord {
  reference: string
  word: DeliveryReport | null
}

/**
 * What a look-up of an attempt in doubt found in the provider's records.
 *
 * `found`: certainly this attempt's. `alike`: records with the same number, text and time, earliest first, any of which may be
 * the attempt's; unless `complete` there may be more.
 */
export type LookUp =
  | ({ kind: 'found' } & ProviderRecord)
  | { kind: 'alike'; rows: readonly ProviderRecord[]; complete: boolean }
  | { kind: 'not-found' }
  | { kind: 'unavailable'; detail: string }

/** What a look-up needs: the same address and text, and when the call can have begun. */
export interface LookUpRequest {
  attempt: AttemptKey
  to: string
  from: string
  message: Message
  notBefore: number
  notAfter: number
  /** The provider's reference, where the attempt has one and only its latest status is wanted. */
  reference?: string
}

/**
 * One provider account behind one route.
 *
 * `send` never throws and never retries: it returns one of three outcomes, and `rejected` (certainly not sent) only where
 * the protocol proves it.
 */
export interface Provider {
  readonly name: string
  readonly channel: Channel
  /** Message forms it accepts. */
  readonly forms: readonly Message['form'][]
  /** Is `not-found` proof once every deadline has passed? False: only an operator can resolve a doubt. */
  readonly lookUpIsConclusive: boolean
  /** Nothing sent here reaches a recipient (capture); allowed with a virtual clock and for test keys. */
  readonly harmless: boolean
  send(request: DeliveryRequest): Promise<CallOutcome>
  lookUp(request: LookUpRequest): Promise<LookUp>
  /** Can the provider be reached with these credentials? Null: yes; otherwise what is wrong and what to do. */
  check(): Promise<string | null>
  close(): Promise<void>
}
