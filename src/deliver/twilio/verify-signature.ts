import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'

/** A form post as it arrived: repeated names as arrays, nothing trimmed, nothing left out. */
export type Form = Record<string, string | string[]>

/**
 * Did Twilio, holding our auth token, make this request?
 *
 * The address that was signed is the one that we gave out, so it is built from the
 * configured PUBLIC_URL: Host and X-Forwarded-* headers are whatever the caller says.
 * A signature has no time in it; a captured request verifies for ever, so what it says
 * must be safe to hear twice.
 *
 * @param publicUrl  as configured, with or without a trailing slash
 * @param path       path and query exactly as requested, e.g. `/hooks/twilio/message/…/1`
 * @param signature  the X-Twilio-Signature header
 * @returns          false for anything odd; never throws
 */
export function isFromTwilio(authToken: string, publicUrl: string, path: string, signature: string | undefined, form: Form): boolean {
  if (signature === undefined || signature === '' || authToken === '' || !path.startsWith('/')) return false
  try {
    return validateRequest(authToken, signature, publicUrl.replace(/\/+$/, '') + path, form)
  } catch {
    return false
  }
}
