import type { Config } from '../../config/config.ts'
import { field } from '../../deliver/twilio/receipts.ts'
import { isFromTwilio } from '../../deliver/twilio/verify-signature.ts'
import type { Route } from '../../model/route.ts'
import type { SignedCall } from '../services/hooks.ts'

export type TwilioRoute = Extract<Route, { provider: 'twilio' }>

const isTwilio = (route: Route): route is TwilioRoute => route.provider === 'twilio'

/**
 * Which of our Twilio routes made this call, as its signature shows? Null: none, or it cannot be known.
 *
 * @param routeId  the route that carried the attempt; null when the call is about none of ours
 */
export function signedBy(config: Pick<Config, 'routes' | 'publicUrl'>, call: SignedCall, routeId: string | null): TwilioRoute | null {
  const { publicUrl } = config
  if (publicUrl === null) return null
  const candidates = config.routes.filter(isTwilio).filter((route) => routeId === null || route.id === routeId)
  return candidates.find((route) => isFromTwilio(route.settings.authToken, publicUrl, call.path, call.signature ?? undefined, call.form)) ?? null
}

/** The route that answers to the number which was written to; the first of the account when none is. */
export function routeOfNumber(config: Pick<Config, 'routes'>, signer: TwilioRoute, call: SignedCall): TwilioRoute {
  const to = field(call.form, 'To')
  const service = field(call.form, 'MessagingServiceSid')
  const ofAccount = config.routes.filter(isTwilio).filter((route) => route.settings.accountSid === signer.settings.accountSid && route.channel === 'sms')
  return ofAccount.find((route) => route.from === to || (service !== null && route.settings.messagingServiceSid === service)) ?? ofAccount[0] ?? signer
}
