import type { TwilioAccount } from './client.ts'
import { TwilioRefusal } from './judge.ts'
import { TransportFault } from './transport.ts'

/** Can this account be reached with these credentials? Null: yes; otherwise what is wrong and what to do. */
export async function checkAccount(account: TwilioAccount, accountSid: string): Promise<string | null> {
  try {
    const client = await account.within(10_000)
    const { status } = await client.api.v2010.accounts(accountSid).fetch()
    return status === 'active' ? null : `the Twilio account is ${status}; look at its console`
  } catch (error) {
    if (error instanceof TwilioRefusal && (error.status === 401 || error.status === 403)) {
      return 'Twilio does not accept these credentials; check settings.accountSid and settings.authToken'
    }
    if (error instanceof TransportFault) return `Twilio does not answer (${error.code}); check settings.baseUrl and the network`
    return `Twilio answers, but not as expected${error instanceof TwilioRefusal ? ` (${error.message})` : ''}`
  }
}
