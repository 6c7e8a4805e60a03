import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whenThere } from '../support/servers.ts'
import { startProcess, type AskedProcess } from './ask.ts'
import { openPlace, type Place } from './decorum-place.ts'
import { assertBooks, type BooksRead } from './provider-books.ts'

describe('the books of the benchmarks’ provider', () => {
  let stub: AskedProcess
  let url: string
  beforeAll(async () => {
    stub = await startProcess('stub-provider', null)
    url = await stub.ask<string>('url')
  })
  afterAll(() => stub.end())

  const call = async (attempt: string | null, to: string, words = 'Please pay.'): Promise<void> => {
    const answer = await fetch(`${url}/2010-04-01/Accounts/AC0/Messages.json`, {
      method: 'POST',
      body: new URLSearchParams({
        To: to,
        Body: words,
        ...(attempt === null
          ? {}
          : { StatusCallback: `https://reminders.example/hooks/twilio/message/${attempt}#rc=5&rp=all` }),
      }),
    })
    expect(answer.status).toBe(201)
  }
  const judged = async (owed: number): Promise<string> => {
    try {
      assertBooks('round 1', owed, await stub.ask<BooksRead>('books'))
      return 'as owed'
    } catch (error) {
      return (error as Error).message
    } finally {
      await stub.ask('forget')
    }
  }

  it('are as owed when every attempt and every body came once', async () => {
    await Promise.all([call('r-1/1', '+441'), call('r-2/1', '+442'), call('r-3/1', '+441', 'Please pay today.')])
    expect(await judged(3)).toBe('as owed')
  })

  it('name an attempt that came twice', async () => {
    await call('r-1/1', '+441')
    await call('r-1/1', '+441', 'Please pay today.')
    expect(await judged(2)).toBe("round 1: by the provider's books 1 attempts came again: r-1/1")
  })

  it('name both attempts that brought the same words to the same number', async () => {
    await call('r-1/1', '+441')
    await call('r-1/2', '+441')
    expect(await judged(2)).toBe(
      "round 1: by the provider's books 1 calls had the number and words of an earlier one: r-1/2 those of r-1/1",
    )
  })

  it('say so when more or fewer calls came than were owed', async () => {
    await call('r-1/1', '+441')
    expect(await judged(2)).toBe("round 1: by the provider's books 2 calls were owed and 1 were made")
    await call('r-1/1', '+441')
    await call('r-2/1', '+442')
    expect(await judged(1)).toBe("round 1: by the provider's books 1 calls were owed and 2 were made")
  })

  it('say so when a call names no attempt, for nothing could be told of it', async () => {
    await call(null, '+441')
    expect(await judged(1)).toBe("round 1: by the provider's books 1 calls named no attempt")
  })

  it('add what comes after they were read', async () => {
    await call('r-1/1', '+441')
    expect(await stub.ask<BooksRead>('books')).toMatchObject({ calls: 1, attemptsTwice: [] })
    await call('r-1/1', '+442')
    expect(await judged(2)).toContain('1 attempts came again: r-1/1')
  })
})

whenThere('PostgreSQL', 'when a benchmark is done', (url) => {
  describe('a benchmark’s ledger', () => {
    let place: Place
    let db: pg.Client
    let decorum: AskedProcess
    beforeAll(async () => {
      place = await openPlace('postgres', {
        quick: true,
        seconds: null,
        postgresUrl: url,
        redisUrl: null,
        progress: () => {},
      })
      db = new pg.Client({ connectionString: place.databaseUrl as string })
      await db.connect()
      decorum = await startProcess('decorum', {
        databaseUrl: place.databaseUrl,
        redisUrl: null,
        dataDir: place.dataDir,
        stubUrl: 'http://127.0.0.1:9',
        clockOrigin: Date.now(),
      })
    })
    afterAll(async () => {
      await decorum.end()
      await db.end()
      await place.clear()
    })

    it('is busy as long as anything waits, due or put off, and no longer', async () => {
      await decorum.ask('import', { from: 0, count: 1 })
      expect(await decorum.ask('busy')).toBe(true)
      await decorum.ask('plan')
      expect(await decorum.ask('busy')).toBe(true)
      await db.query(`UPDATE decorum.waiting SET next_at = next_at + interval '1 hour'`)
      expect(await decorum.ask('busy')).toBe(true)
      await db.query(`DELETE FROM decorum.waiting`)
      await db.query(`UPDATE decorum.reminder SET status = 'sent'`)
      expect(await decorum.ask('busy')).toBe(false)
    })
  })
})
