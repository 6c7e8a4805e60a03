/** One call, as a provider that is asked to send a message hears it. */
export interface BookedCall {
  /** Reminder and number of the attempt, as the callback URL names them; null: the call names none. */
  attempt: string | null
  to: string
  words: string
}

/** What the provider's own books say of all calls so far. */
export interface BooksRead {
  calls: number
  /** Attempts that came more than once, each as often as it came again. */
  attemptsTwice: string[]
  /** Calls with a number and words that had come before: the attempts of the first and of this one. */
  bodiesTwice: { first: string | null; again: string | null }[]
  /** Calls that name no attempt: nothing could be told of them. */
  unnamed: number
}

/** Did any attempt, or the same words to the same number, come to this provider twice? */
export class ProviderBooks {
  readonly #attempts = new Set<string>()
  /** By number and words: the attempt that brought them first. */
  readonly #bodies = new Map<string, string | null>()
  readonly #read: BooksRead = { calls: 0, attemptsTwice: [], bodiesTwice: [], unnamed: 0 }

  add({ attempt, to, words }: BookedCall): void {
    this.#read.calls += 1
    if (attempt === null) this.#read.unnamed += 1
    else if (this.#attempts.has(attempt)) this.#read.attemptsTwice.push(attempt)
    else this.#attempts.add(attempt)
    const body = `${to}\n${words}`
    const first = this.#bodies.get(body)
    if (first === undefined) this.#bodies.set(body, attempt)
    else this.#read.bodiesTwice.push({ first, again: attempt })
  }

  get read(): BooksRead {
    return this.#read
  }
}

/** Reminder and number of the attempt at the end of the callback's path. */
const ATTEMPT = /\/(?:message|call)\/([^/]+\/\d+)(?:#|$)/

/** Which attempt does this callback URL name? */
export const attemptIn = (callback: string | null): string | null => ATTEMPT.exec(callback ?? '')?.[1] ?? null

/** What does this request to create a message say? A URL-encoded form. */
export function callOf(body: string): BookedCall {
  const form = new URLSearchParams(body)
  return {
    attempt: attemptIn(form.get('StatusCallback')),
    to: form.get('To') ?? '',
    words: form.get('Body') ?? '',
  }
}

/** How many examples an error names. */
const EXAMPLES = 5

/** @throws Error when anything came twice, names no attempt, or the calls are not as many as `owed` */
export function assertBooks(who: string, owed: number, books: BooksRead): void {
  const { calls, attemptsTwice, bodiesTwice, unnamed } = books
  const wrong = [
    ...(calls === owed ? [] : [`${owed} calls were owed and ${calls} were made`]),
    ...(attemptsTwice.length === 0
      ? []
      : [`${attemptsTwice.length} attempts came again: ${attemptsTwice.slice(0, EXAMPLES).join(', ')}`]),
    ...(bodiesTwice.length === 0
      ? []
      : [
          `${bodiesTwice.length} calls had the number and words of an earlier one: ${bodiesTwice
            .slice(0, EXAMPLES)
            .map(({ first, again }) => `${again} those of ${first}`)
            .join(', ')}`,
        ]),
    ...(unnamed === 0 ? [] : [`${unnamed} calls named no attempt`]),
  ]
  if (wrong.length > 0) throw new Error(`${who}: by the provider's books ${wrong.join('; ')}`)
}
