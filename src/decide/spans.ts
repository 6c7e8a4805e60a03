import type { Instant } from '../model/instant.ts'
import type { ObjectionCode } from '../model/decision.ts'
import { allows, NEVER, objects, type Answer } from './rule.ts'

/** A stretch of time in which something stands in the way; `until` NEVER when no end is known. */
export interface Span {
  from: Instant
  until: Instant
}

/** Objects while any span holds, until the first instant at which none does; otherwise allows until the next begins. */
export function askSpans(spans: readonly Span[], code: ObjectionCode, at: Instant, answer: Answer): void {
  let free = at
  let next = NEVER
  for (let settled = false; !settled;) {
    settled = true
    for (const span of spans) {
      if (span.from <= free && span.until > free) {
        free = span.until
        settled = false
      }
    }
    if (free === NEVER) break
  }
  if (free > at) return objects(answer, code, free)
  for (const span of spans) if (span.from > at && span.until > span.from) next = Math.min(next, span.from)
  allows(answer, next)
}
