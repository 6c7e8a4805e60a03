import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryRequest, Provider } from '../../src/deliver/provider.ts'
import type { CallOutcome, RejectionClass } from '../../src/model/delivery.ts'
import { endsWithin } from '../support/ends-within.ts'

/** What a provider's fake must be able to do, so that the adapter can be held to the contract. */
export interface Bench {
  provider: Provider
  request: DeliveryRequest
  /** A request whose address no provider can take. */
  badAddress: DeliveryRequest
  /** How many messages reached the far side, whether or not it said so. */
  reached(): number
  /** How many times the far side was asked to take one. */
  asked(): number
  /** References under which the far side keeps what it took. */
  references(): string[]
  /** Makes the next send go wrong so. */
  next: Partial<Record<Trouble, () => void>>
  /** Strings that may appear in no outcome: credentials, addresses, words. */
  secrets: string[]
  /** The same adapter against a port where nobody listens. */
  nobodyThere(): Provider
  /** The same adapter with credentials that are refused. */
  wrongCredentials?(): Provider
  close(): Promise<void>
}

export type Trouble =
  'refused' | 'optedOut' | 'throttled' | 'acceptThenDrop' | 'hangAfter' | 'hangBefore' | 'serverError' | 'garbled'

/** What each adapter claims for itself where providers differ. */
export interface Claims {
  /** Which troubles its protocol knows; a provider that knows none has no far side at all. */
  troubles: readonly Trouble[]
  refusedClass: RejectionClass
  /** Is a hang before acceptance provably not sent? (HTTP cannot tell it from one after.) */
  hangBefore: CallOutcome['kind']
  /** Does it have credentials that can be wrong? */
  credentials: boolean
}

/** For what never answers; a busy machine gets a request to the far side in it. */
const SHORT_MS = 1_500

/** Every provider adapter passes this suite; what is promised here is what the pipeline relies on. */
export function providerContract(name: string, open: () => Promise<Bench>, claims: Claims): void {
  describe(`${name} keeps the provider contract`, () => {
    let bench: Bench
    beforeEach(async () => {
      bench = await open()
    })
    afterEach(() => bench.close())

    /** A promise that only some providers have to keep. */
    const where = (applies: boolean, sentence: string, check: () => Promise<void>): void => {
      // oxlint-disable-next-line vitest/valid-title, vitest/no-conditional-tests, vitest/expect-expect -- a suite over many providers; each check expects
      if (applies) it(sentence, check)
    }
    const after = (trouble: Trouble, sentence: string, check: () => Promise<void>): void => {
      where(claims.troubles.includes(trouble), sentence, async () => {
        bench.next[trouble]?.()
        await check()
      })
    }
    const clean = (outcome: CallOutcome): CallOutcome => {
      const text = JSON.stringify(outcome)
      for (const secret of bench.secrets) expect(text).not.toContain(secret)
      return outcome
    }

    it("answers an accepted message with the provider's own reference", async () => {
      const outcome = clean(await bench.provider.send(bench.request))
      expect(outcome.kind).toBe('accepted')
      expect(bench.references()).toContain((outcome as { reference: string }).reference)
      expect(bench.reached()).toBe(1)
    })

    after('refused', 'says why a refused message was surely not sent', async () => {
      expect(clean(await bench.provider.send(bench.request))).toMatchObject({
        kind: 'rejected',
        class: claims.refusedClass,
      })
      expect(bench.reached()).toBe(0)
    })

    after('optedOut', 'tells an opted-out recipient from every other refusal', async () => {
      expect(clean(await bench.provider.send(bench.request))).toMatchObject({ kind: 'rejected', class: 'opted-out' })
    })

    after('throttled', 'passes on how long a throttling provider asks to wait', async () => {
      expect(clean(await bench.provider.send(bench.request))).toMatchObject({
        kind: 'rejected',
        class: 'throttled',
        retryAfterMs: 2000,
      })
      expect(bench.reached()).toBe(0)
    })

    it('claims "surely not sent, try again" when nobody listens', async () => {
      const provider = bench.nobodyThere()
      expect(clean(await provider.send(bench.request))).toMatchObject({ kind: 'rejected', class: 'retriable' })
      expect(await provider.check()).toMatch(/./)
      await provider.close()
    })

    after('acceptThenDrop', 'leaves a message in doubt that was taken before the connection broke', async () => {
      expect(clean(await bench.provider.send(bench.request)).kind).toBe('unknown')
      expect(bench.reached()).toBe(1)
    })

    after('hangAfter', 'leaves a message in doubt that was taken by a provider which then fell silent', async () => {
      expect(clean(await bench.provider.send({ ...bench.request, deadlineMs: SHORT_MS })).kind).toBe('unknown')
      expect(bench.reached()).toBe(1)
    })

    after('hangBefore', 'never takes longer than its deadline', async () => {
      const sending = bench.provider.send({ ...bench.request, deadlineMs: SHORT_MS })
      expect(await endsWithin(SHORT_MS + 1_000, sending)).toBe(true)
      expect(clean(await sending).kind).toBe(claims.hangBefore)
      expect(bench.reached()).toBe(0)
    })

    after('serverError', 'leaves a message in doubt when the provider reports a fault of its own', async () => {
      expect(clean(await bench.provider.send(bench.request)).kind).toBe('unknown')
    })

    after('garbled', 'leaves a message in doubt when the answer cannot be read', async () => {
      expect(clean(await bench.provider.send(bench.request)).kind).toBe('unknown')
    })

    it('asks the provider at most once, whatever happens', async () => {
      for (const trouble of claims.troubles) {
        bench.next[trouble]?.()
        const before = bench.asked()
        await bench.provider.send({ ...bench.request, deadlineMs: 300 })
        expect({ trouble, asked: bench.asked() - before }).toEqual({
          trouble,
          asked: expect.toSatisfy((n: number) => n <= 1),
        })
      }
    })

    it('finds fault with an address before anything is sent', async () => {
      expect(clean(await bench.provider.send(bench.badAddress))).toMatchObject({ kind: 'rejected', class: 'address' })
      expect(bench.asked()).toBe(0)
    })

    where(
      claims.credentials,
      'takes refused credentials for a matter of configuration, and says so when checked',
      async () => {
        const provider = bench.wrongCredentials?.() as Provider
        expect(clean(await provider.send(bench.request))).toMatchObject({ kind: 'rejected', class: 'configuration' })
        const problem = await provider.check()
        expect(problem).toMatch(/credentials/)
        for (const secret of bench.secrets) expect(problem).not.toContain(secret)
        await provider.close()
      },
    )

    it('finds nothing wrong with a provider that works', async () => {
      expect(await bench.provider.check()).toBeNull()
    })

    where(claims.troubles.length > 0, 'refuses a message of another channel instead of throwing', async () => {
      const message =
        bench.request.message.channel === 'sms'
          ? { channel: 'email' as const, form: 'text' as const, subject: 's', text: 't', html: 'h' }
          : { channel: 'sms' as const, form: 'text' as const, text: 't', segments: 1 }
      expect(await bench.provider.send({ ...bench.request, message })).toMatchObject({
        kind: 'rejected',
        class: 'configuration',
      })
    })

    it('carries many messages at once, each exactly once', async () => {
      const requests = Array.from({ length: 40 }, (_, n) => ({
        ...bench.request,
        attempt: { ...bench.request.attempt, attemptNo: n + 1 },
      }))
      const outcomes = await Promise.all(requests.map((request) => bench.provider.send(request)))
      expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(40)
      expect(new Set(bench.references()).size).toBe(40)
      expect(bench.reached()).toBe(40)
    })
  })
}
