import { CHANNELS } from '../model/channel.ts'
import type { Route } from '../model/route.ts'
import type { Config, ConfigWarning } from './config.ts'

/** What of this valid configuration deserves a look before anything is sent? */
export function warningsOf(config: Config): ConfigWarning[] {
  const warnings: ConfigWarning[] = []
  const real = config.routes.filter(reachesPeople)
  if (real.length > 0 && !config.production && config.delivery.onlyTo.length === 0) {
    warnings.push({
      code: 'live_without_only_to',
      message: `REAL MESSAGES: this is not production (DECORUM_ENV), yet ${real.map((r) => r.id).join(', ')} can reach anybody; `
        + 'list your own addresses in delivery.onlyTo (or DECORUM_ONLY_TO), or set DECORUM_ENV=production',
    })
  }
  if (config.databaseUrl !== null && config.keys === null) {
    warnings.push({ code: 'keys_missing', message: `DECORUM_KEYS is not set: the key for personal data is kept in ${config.dataDir}; every process must see that directory` })
  }
  if (config.publicUrl === null && real.some((r) => r.provider === 'twilio')) {
    warnings.push({ code: 'public_url_missing', message: 'PUBLIC_URL is not set: Twilio cannot send receipts or fetch a call’s script; receipts are asked for instead, and a call speaks only the voicemail text, which reveals nothing' })
  }
  const china = [...config.creditors.values()].find((c) => c.defaults.jurisdiction?.startsWith('CN'))
  const unbounded = real.find((r) => r.channel === 'sms' && r.provider === 'twilio' && r.serves.jurisdictions === undefined && r.serves.creditors === undefined)
  if (china !== undefined && unbounded !== undefined) {
    warnings.push({
      code: 'unregistered_china',
      message: `route ${unbounded.id} would carry SMS of ${china.id} to mainland China, where only registered signatures and templates are delivered; give it serves.jurisdictions, and a registered route for CN`,
    })
  }
  for (const channel of CHANNELS) {
    if (!config.routes.some((r) => r.channel === channel)) warnings.push({ code: 'no_route', message: `no route carries ${channel}; reminders for it will be refused` })
  }
  return warnings
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/

/** Could a message on this route arrive at somebody? Not when it is captured or goes to this very machine. */
function reachesPeople(route: Route): boolean {
  if (route.provider === 'capture') return false
  const address = route.provider === 'twilio' ? route.settings.baseUrl : route.settings.url
  return !LOOPBACK.test(new URL(address).hostname)
}
