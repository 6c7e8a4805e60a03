/** An answer with the instants between which it came about. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  askedAt: number
  answeredAt: number
}

export interface Question {
  method: string
  /** Path, or a whole address. */
  path: string
  body?: unknown
  form?: Record<string, string>
  headers?: Record<string, string>
}

const PATIENCE_MS = 5_000
const AGAIN_MS = 250

/**
 * Asks Decorum as an upstream system does: until there is an answer.
 *
 * A lost connection, silence and 5xx are asked again in the same words; any other answer counts.
 */
export class Api {
  readonly url: string
  readonly #key: string
  readonly #over: AbortSignal

  /** @param over  no question is asked again after that */
  constructor(url: string, key: string, over: AbortSignal) {
    this.url = url
    this.#key = key
    this.#over = over
  }

  /** Null: nothing was acknowledged before the run was over. */
  async ask(question: Question): Promise<Answer | null> {
    while (!this.#over.aborted) {
      const askedAt = Date.now()
      const answer = await this.#once(question)
      if (answer !== null && answer.status < 500 && answer.status !== 429)
        return { ...answer, askedAt, answeredAt: Date.now() }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
    return null
  }

  async #once({
    method,
    path,
    body,
    form,
    headers,
  }: Question): Promise<{ status: number; body: Record<string, unknown> } | null> {
    try {
      const response = await fetch(new URL(path, this.url), {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      })
      const text = await response.text()
      return {
        status: response.status,
        body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
      }
    } catch {
      return null
    }
  }
}
