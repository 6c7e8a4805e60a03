import type { Channel } from '../../src/model/vocabulary.ts'
import type { Api } from './api.ts'
import type { Diary } from './diary.ts'

/** An operator who throws switches and lifts them again, over HTTP. */
export class Switches {
  readonly #api: Api
  readonly #diary: Diary

  constructor(api: Api, diary: Diary) {
    this.#api = api
    this.#diary = diary
  }

  /** Throws a switch over a channel, or over everything; answers how it is lifted. */
  async throw(state: 'stopped' | 'paused' | 'draining', channel: Channel | null): Promise<() => Promise<void>> {
    const answer = await this.#api.ask({
      method: 'POST',
      path: '/v1/switches',
      body: { scope: channel === null ? {} : { channel }, state, reason: 'a run of chaos' },
    })
    if (answer === null) return async () => undefined
    const thrown = { state, channel, ackedAt: answer.answeredAt, liftedAt: Number.POSITIVE_INFINITY }
    if (answer.status >= 300)
      this.#diary.surprises.push(`POST /v1/switches: ${answer.status} ${String(answer.body.code)}`)
    else this.#diary.switches.push(thrown)
    return async () => {
      // From the first time it is asked for, the lift may have happened, whatever became of the answer.
      thrown.liftedAt = Date.now()
      await this.liftAll()
    }
  }

  /** Lifts what stands: of a switch that was thrown twice, because the first answer was lost, only one id is known. */
  async liftAll(): Promise<void> {
    const answer = await this.#api.ask({ method: 'GET', path: '/v1/switches?active=true' })
    for (const { id } of (answer?.body.items ?? []) as { id: string }[]) await this.#lift(id)
  }

  async #lift(id: string): Promise<void> {
    await this.#api.ask({ method: 'POST', path: `/v1/switches/${id}:lift`, body: { reason: 'the run goes on' } })
  }
}
