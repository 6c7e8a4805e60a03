import type { Config } from '../../src/config/config.ts'
import { buildProvider } from '../../src/app/open-routes.ts'
import type { AttemptKey } from '../../src/deliver/provider.ts'
import type { TemplateFacts } from '../../src/model/template-facts.ts'
import { render } from '../../src/render/render.ts'
import { phoneOf, TEMPLATE, wordFactsOf } from './borrowers.ts'

/** What a worker that checks nothing finds in its job: name, number and amounts in clear, as such workers have them. */
export interface PlainJob {
  no: number
  to: string
  facts: TemplateFacts
}

export const plainJobOf = (no: number, config: Config): PlainJob => ({
  no,
  to: phoneOf(no),
  facts: wordFactsOf(no, config),
})

/** The attempt that a worker without a ledger of attempts names in its call. */
export const attemptOf = (no: number): AttemptKey => ({
  reminderId: `00000000-0000-7000-8000-${String(no).padStart(12, '0')}`,
  attemptNo: 1,
})

/** The two things that any worker must do: the same render and the same call, through the same adapter. */
export function providerWork(config: Config): {
  /** Both. */
  sendOne(job: PlainJob): Promise<void>
  wordsOf(facts: TemplateFacts): string
  /** Answers the provider's reference. */
  call(job: Pick<PlainJob, 'no' | 'to'>, text: string): Promise<string>
} {
  const template = config.templates.get(TEMPLATE)
  const route = config.routes.find((r) => r.id === 'sms-main')
  if (template === undefined || route === undefined)
    throw new TypeError('the shipped configuration has no such template or route')
  const provider = buildProvider(route, {
    publicUrl: config.publicUrl,
    keep: () => Promise.reject(new Error('nothing is captured here')),
  })
  const call = async ({ no, to }: Pick<PlainJob, 'no' | 'to'>, text: string): Promise<string> => {
    const outcome = await provider.send({
      attempt: attemptOf(no),
      to,
      from: route.from,
      message: { channel: 'sms', form: 'text', text, segments: 1 },
      validForSeconds: 3_600,
      unsubscribeUrl: null,
      deadlineMs: 35_000,
    })
    if (outcome.kind !== 'accepted') throw new Error(`the stub did not accept: ${outcome.kind} ${outcome.code}`)
    return outcome.reference
  }
  const wordsOf = (facts: TemplateFacts): string => {
    const result = render(template, facts, { channel: 'sms', tone: 'gentle', locales: ['zh-CN', 'en'] })
    if (!result.ok || result.message.channel !== 'sms' || result.message.form !== 'text')
      throw new Error('the template does not render')
    return result.message.text
  }
  return {
    call,
    wordsOf,
    sendOne: async (job) => {
      await call(job, wordsOf(job.facts))
    },
  }
}
