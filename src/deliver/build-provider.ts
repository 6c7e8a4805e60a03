import type { Route } from '../model/route.ts'
import { captureProvider, type Keep } from './capture/capture.ts'
import type { Provider } from './provider.ts'
import { smtpProvider } from './smtp/smtp.ts'
import { twilioSmsProvider } from './twilio-sms/twilio-sms.ts'
import { twilioVoiceProvider } from './twilio-voice/twilio-voice.ts'

export interface Surroundings {
  /** Where providers can call back, without a trailing slash; null: no callbacks, everything is polled. */
  publicUrl: string | null
  /** Where capture puts what it would have sent. */
  keep: Keep
}

/**
 * Which provider serves this route?
 *
 * Opens nothing: connections are made by the first call, and the Twilio SDK is loaded
 * by it too. `from` is not part of a provider; it comes with each request.
 */
export function buildProvider(route: Pick<Route, 'provider' | 'channel' | 'settings'>, surroundings: Surroundings): Provider {
  // A Pick of a union loses the tie between provider and settings; Route has it.
  const { provider, channel, settings } = route as Route
  switch (provider) {
    case 'twilio':
      return channel === 'sms'
        ? twilioSmsProvider(settings, surroundings.publicUrl)
        : twilioVoiceProvider(settings, surroundings.publicUrl)
    case 'smtp':
      return smtpProvider(settings)
    case 'capture':
      return captureProvider(channel, settings, surroundings.keep)
  }
}
