import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Doorbell, Listener, Ticket } from '../../src/queue/doorbell.ts'
import { endsWithin } from '../support/ends-within.ts'

/** A backend under test, with the ways it can fail. */
export interface DoorbellFixture {
  doorbell: Doorbell
  /** Loses every ticket that waits. */
  flush(): Promise<void>
  /** Makes it unreachable or unresponsive. */
  die(): Promise<void>
  revive(): Promise<void>
  dispose(): Promise<void>
}

const ticket = (ring: string = randomUUID()): Ticket => ({ ring, reminderIds: [randomUUID(), randomUUID()] })

/** Collects what arrives, and lets a test wait for it. */
class Ear {
  readonly heard: Ticket[] = []
  #waiting: (() => void)[] = []

  readonly answer = async (heard: Ticket): Promise<void> => {
    this.heard.push(heard)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async until(count: number): Promise<Ticket[]> {
    while (this.heard.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.heard
  }
}

/** What every doorbell must do, whatever it rings through. */
export function doorbellContract(backend: string, open: () => Promise<DoorbellFixture>): void {
  describe(`the doorbell on ${backend}`, () => {
    let fixture: DoorbellFixture
    let bell: Doorbell
    let route: string
    const listeners: Listener[] = []
    const listen = async (concurrency: number, answer: (t: Ticket) => Promise<void>, on = route): Promise<Listener> => {
      const listener = await bell.listen(on, concurrency, answer)
      listeners.push(listener)
      return listener
    }
    /** A ring before the backend has answered is refused, by design. */
    const connected = async (): Promise<DoorbellFixture> => {
      const opened = await open()
      while ((await opened.doorbell.check()) !== null);
      return opened
    }
    beforeAll(async () => {
      fixture = await connected()
      bell = fixture.doorbell
    })
    beforeEach(async () => {
      await Promise.all(listeners.splice(0).map((listener) => listener.stop()))
      route = `sms-${randomUUID()}`
    })
    afterAll(() => fixture.dispose())

    it('wakes a listener with the ticket as it was rung', async () => {
      const ear = new Ear()
      await listen(1, ear.answer)
      const rung = ticket()
      expect(await bell.ring(route, rung)).toBe(true)
      expect(await ear.until(1)).toEqual([rung])
    })

    it('keeps what is rung before anybody listens', async () => {
      const rung = ticket()
      await bell.ring(route, rung)
      const ear = new Ear()
      await listen(1, ear.answer)
      expect(await ear.until(1)).toEqual([rung])
    })

    it('wakes nobody on another route', async () => {
      const [here, there] = [new Ear(), new Ear()]
      await listen(1, here.answer)
      await listen(1, there.answer, `${route}-other`)
      await bell.ring(route, ticket())
      await here.until(1)
      await bell.ring(`${route}-other`, ticket())
      await there.until(1)
      expect([here.heard.length, there.heard.length]).toEqual([1, 1])
    })

    it('can be rung twice with one ring without harm', async () => {
      const rung = ticket()
      expect(await bell.ring(route, rung)).toBe(true)
      expect(await bell.ring(route, rung)).toBe(true)
      const ear = new Ear()
      await listen(1, ear.answer)
      const last = ticket()
      await ear.until(1)
      await bell.ring(route, last)
      while (!ear.heard.some((t) => t.ring === last.ring)) await ear.until(ear.heard.length + 1)
      expect(new Set(ear.heard.map((t) => t.ring))).toEqual(new Set([rung.ring, last.ring]))
    })

    it('rings again after the same ring was answered, and after an answer failed', async () => {
      const rung = ticket()
      const ear = new Ear()
      let failing = true
      const idle = new Ear()
      const listener = await listen(1, async (heard) => {
        await ear.answer(heard)
        if (failing) throw new Error('the answer failed')
      })
      await bell.ring(route, rung)
      await ear.until(1)
      await listener.stop()
      failing = false
      await listen(1, idle.answer)
      await bell.ring(route, rung)
      await idle.until(1)
      expect([ear.heard, idle.heard]).toEqual([[rung], [rung]])
    })

    it('answers up to its concurrency at once, and no more', async () => {
      let now = 0
      let most = 0
      const ear = new Ear()
      const gate = new Ear()
      await listen(3, async (heard) => {
        most = Math.max(most, ++now)
        await gate.answer(heard)
        await gate.until(3)
        now--
        await ear.answer(heard)
      })
      await Promise.all(Array.from({ length: 6 }, () => bell.ring(route, ticket())))
      await ear.until(6)
      expect(most).toBe(3)
    })

    it('loses what is flushed, and hears the next ring all the same', async () => {
      await bell.ring(route, ticket())
      await fixture.flush()
      const ear = new Ear()
      await listen(1, ear.answer)
      const next = ticket()
      await bell.ring(route, next)
      expect(await ear.until(1)).toEqual([next])
    })

    it('goes on listening when the flush comes while it waits', async () => {
      const ear = new Ear()
      await listen(1, ear.answer)
      await bell.ring(route, ticket())
      await ear.until(1)
      await fixture.flush()
      const next = ticket()
      await bell.ring(route, next)
      expect((await ear.until(2))[1]).toEqual(next)
    })

    it('finishes what is in hand before it stops, and takes nothing more', async () => {
      const begun = new Ear()
      let finish = (): void => undefined
      let done = 0
      const listener = await listen(1, async (heard) => {
        await begun.answer(heard)
        await new Promise<void>((resolve) => (finish = resolve))
        done++
      })
      await bell.ring(route, ticket())
      await begun.until(1)
      let stopped = false
      const stopping = listener.stop().then(() => (stopped = true))
      await bell.ring(route, ticket())
      expect(stopped).toBe(false)
      finish()
      await stopping
      expect([done, begun.heard.length]).toEqual([1, 1])
    })

    it('forgets what is in hand when it aborts', async () => {
      const begun = new Ear()
      const listener = await listen(1, async (heard) => {
        await begun.answer(heard)
        await new Promise(() => undefined)
      })
      await bell.ring(route, ticket())
      await begun.until(1)
      await listener.abort()
      expect(begun.heard.length).toBe(1)
    })

    it('is told to be well by a check', async () => {
      expect(await bell.check()).toBeNull()
    })

    it('gives up within 2.5 s when its backend is dead, says so, and works again afterwards', async () => {
      const ear = new Ear()
      await listen(1, ear.answer)
      await bell.ring(route, ticket())
      await ear.until(1)
      await fixture.die()
      const ringing = bell.ring(route, ticket())
      expect(await endsWithin(2_500, ringing)).toBe(true)
      expect(await ringing).toBe(false)
      expect(await bell.check()).toMatch(/does not answer: .+\. Is .+\?$/)
      await fixture.revive()
      while (!(await bell.ring(route, ticket()))) await bell.check()
      await ear.until(2)
    })

    it('closes while its backend is dead', async () => {
      const other = await connected()
      await other.doorbell.listen(route, 1, async () => undefined)
      expect(await other.doorbell.ring(route, ticket())).toBe(true)
      await other.die()
      const closing = other.doorbell.close()
      expect(await endsWithin(8_000, closing)).toBe(true)
      await other.revive()
      await other.dispose()
    })
  })
}
