import type { AttemptKey } from '../../deliver/provider.ts'
import type { Instant } from '../../model/instant.ts'
import type { Kind } from '../../model/kind.ts'
import type { Message } from '../../model/message.ts'
import type { Desk } from './desk.ts'

/** A permission to call: committed, counted, and good until `goodUntil`. */
export interface Reserved {
  attempt: AttemptKey
  live: boolean
  kind: Kind
  to: string
  message: Message
  weight: number
  validForSeconds: number
  unsubscribeUrl: string | null
  /** Business time at and after which no call may begin. */
  goodUntil: Instant
  /** Tries that providers have failed before this one. */
  spent: number
  /** What switches are held against at the last look. */
  scope: Parameters<Desk['switches']['closed']>[0]
}
