import { createHmac, randomUUID } from 'node:crypto'

export interface WebhookOptions {
  /** Send each status callback this many times. */
  copies: number
  /** Send the callbacks of one message in reverse order. */
  reversed: boolean
  /** Send none at all. */
  lost: boolean
  /** Wait before each, in ms. */
  delayMs: number
}

/**
 * X-Twilio-Signature, worked out here from Twilio's description and not with the SDK that
 * the product checks it with.
 */
export function signatureOf(authToken: string, url: string, form: Record<string, string>): string {
  const data = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + form[name], url)
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64')
}

/** Posts a signed form as Twilio does: the fragment is neither sent nor signed, 15 s at most, retried as rc and rp ask. */
export async function post(
  authToken: string,
  target: string,
  form: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const [url, fragment] = target.split('#') as [string, string?]
  const asked = new URLSearchParams(fragment ?? '')
  const tries = 1 + (asked.has('rc') ? Number(asked.get('rc')) : 1)
  const onEverything = asked.get('rp') === 'all'
  const token = randomUUID()
  let answer = { status: 0, body: '' }
  for (let n = 0; n < tries; n += 1) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'x-twilio-signature': signatureOf(authToken, url, form),
          'i-twilio-idempotency-token': token,
          'user-agent': 'TwilioProxy/1.1',
        },
        body: new URLSearchParams(form).toString(),
        signal: AbortSignal.timeout(15_000),
      })
      answer = { status: response.status, body: await response.text() }
      if (answer.status < 500 || !onEverything) return answer
    } catch {
      answer = { status: 0, body: '' }
    }
  }
  return answer
}
