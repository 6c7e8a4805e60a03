import type { Channel } from '../../model/channel.ts'
import { TONES } from '../../model/tone.ts'
import type { Actor } from '../../pipeline/shell.ts'
import type { SentAttempt } from '../../record/demo/sent-attempts.ts'
import type { DemoSample } from '../../report/demo/demo-account.ts'
import { localTime } from '../../report/local-time.ts'
import type { Services } from '../services.ts'

/** Which languages are shown, best to borrowers in their own country, and over which channels each tone is looked for first. */
const LANGUAGES = [{ language: 'zh', atHome: (s: SentAttempt) => s.jurisdiction === 'CN' }, { language: 'en', atHome: (s: SentAttempt) => s.jurisdiction !== 'CN' }]
const FIRST: readonly Channel[] = ['sms', 'phone', 'email']

/** One message at each tone in each language, over different channels where there are some. */
export async function chooseSamples(services: Services, actor: Actor, sent: readonly SentAttempt[]): Promise<DemoSample[]> {
  const samples: DemoSample[] = []
  for (const { language, atHome } of LANGUAGES) {
    for (const [i, tone] of TONES.entries()) {
      const fitting = sent.filter((s) => s.tone === tone && s.locale.startsWith(language))
      const order = [...FIRST.slice(i % FIRST.length), ...FIRST.slice(0, i % FIRST.length)]
      const chosen = [fitting.filter(atHome), fitting].flatMap((some) => order.map((channel) => some.find((s) => s.channel === channel))).find((s) => s !== undefined)
      if (chosen !== undefined) samples.push(await sampleOf(services, actor, chosen))
    }
  }
  return samples
}

async function sampleOf(services: Services, actor: Actor, sent: SentAttempt): Promise<DemoSample> {
  const words = await services.attemptWords(actor, sent.reminderId, sent.no)
  const zone = sent.timeZone ?? 'UTC'
  return {
    tone: sent.tone, channel: sent.channel, locale: sent.locale, account: sent.accounts.join(', '), reminderId: sent.reminderId,
    at: sent.at.toISOString(), local: `${localTime(sent.at.getTime(), zone)} ${zone}`,
    parts: words?.state === 'kept' ? partsOf(messageIn(words.content)) : [],
  }
}

/** A captured message stands beside its address; one that was rendered again stands alone. */
const messageIn = (content: unknown): Record<string, unknown> => {
  const known = content as { message?: Record<string, unknown> }
  return known.message ?? (content as Record<string, unknown>)
}

/** What the person would have read or heard; a mail's HTML says the same as its text. */
const PARTS = ['subject', 'text', 'preview', 'opening', 'body', 'voicemail'] as const

const partsOf = (message: Record<string, unknown>): DemoSample['parts'] =>
  PARTS.flatMap((part) => (typeof message[part] === 'string' ? [{ part, text: message[part] }] : []))
