/** A way of speaking that no reminder uses, at any tone, and why. */
export interface NeverSay {
  pattern: RegExp
  reason: string
}
