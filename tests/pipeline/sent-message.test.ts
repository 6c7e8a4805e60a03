import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { wordsMismatch, wordsVersion } from '../../src/app/process-register.ts'
import type { Config } from '../../src/config/config.ts'
import { parse } from '../../src/intake/parse.ts'
import { reminderBody } from '../../src/intake/bodies.ts'
import type { Channel } from '../../src/model/vocabulary.ts'
import type { Template } from '../../src/model/template.ts'
import { sentMessage } from '../../src/pipeline/sent-message.ts'
import { sentWords } from '../../src/record/history.ts'
import { reportProcess } from '../../src/record/processes.ts'
import { newId } from '../../src/record/id.ts'
import { emptyLedger } from '../support/empty-ledger.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'
import { scriptedRoutes } from '../support/scripted-routes.ts'
import { LENDER, overdueAccount, shippedConfig, Stage } from '../support/stage.ts'

/** The shipped templates with something done to one of them. */
const edited = (id: string, edit: (template: Template) => Template | null): Pick<Config, 'templates'> => {
  const templates = new Map(shippedConfig().templates)
  const changed = edit(templates.get(id) as Template)
  if (changed === null) templates.delete(id)
  else templates.set(id, changed)
  return { templates }
}

const EDITS: readonly [what: string, edit: (template: Template) => Template | null][] = [
  [
    'a word was added to every text',
    (t) => ({
      ...t,
      sources: Object.fromEntries(
        Object.entries(t.sources).map(([key, s]) => [key, { ...s, text: `${s.text.trimEnd()} 。\n` }]),
      ),
    }),
  ],
  [
    'every frame was emptied of what it added',
    (t) => ({
      ...t,
      frames: Object.fromEntries(Object.entries(t.frames).map(([key, s]) => [key, { ...s, text: '{{body}}' }])),
    }),
  ],
  [
    'its texts are no templates any more',
    (t) => ({
      ...t,
      sources: Object.fromEntries(Object.entries(t.sources).map(([key, s]) => [key, { ...s, text: '{{#if' }])),
    }),
  ],
  ['it demands more facts now', (t) => ({ ...t, manifest: { ...t.manifest, requires: { gentle: ['nextStep'] } } })],
  ['the language of the message was taken out of it', (t) => ({ ...t, sources: {}, frames: {} })],
  ['it is not installed any more', () => null],
]

eachLedger('what was sent can always be shown', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  beforeAll(async () => {
    fresh = await openFresh()
  })

  const open = async (channels: Channel[] = ['sms']) => {
    await emptyLedger(fresh.ledger)
    const shipped = shippedConfig()
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: {
        ...shipped,
        routes: shipped.routes.filter((route) => route.id.endsWith('-main') && channels.includes(route.channel)),
      },
      overrides: scriptedRoutes({
        sms: new ScriptedProvider('sms'),
        phone: new ScriptedProvider('phone'),
        email: new ScriptedProvider('email'),
      }),
    })
  }
  beforeEach(() => open())
  afterEach(() => stage.app.stop())

  const lastAttempt = async () => {
    const row = await fresh.ledger.db
      .selectFrom('decorum.attempt')
      .select(['reminder_id', 'no'])
      .orderBy('reserved_at', 'desc')
      .executeTakeFirstOrThrow()
    const sent = await sentWords(fresh.ledger.db, { creditor: null, live: true }, row.reminder_id, row.no)
    if (sent === null) throw new TypeError('no attempt')
    return sent
  }
  const shownWith = async (config: Partial<Config>) =>
    sentMessage({ ...stage.app.runtime, config: { ...stage.app.runtime.config, ...config } }, await lastAttempt())

  describe('after its template was edited', () => {
    it.each(EDITS)('when %s', async (_what, edit) => {
      await stage.account('a-1', overdueAccount())
      await stage.settle()
      const installed = await shownWith({})
      expect(installed).toMatchObject({ state: 'kept', message: { channel: 'sms' } })
      expect(await shownWith(edited('cn-consumer-loan', edit))).toEqual(installed)
    })

    it('also an email, with its page', async () => {
      await stage.app.stop()
      await open(['email'])
      await stage.account(
        'a-1',
        overdueAccount({
          recipient: {
            id: 'r-1',
            name: '张三',
            locale: 'zh-CN',
            jurisdiction: 'CN',
            addresses: [{ channel: 'email', value: 'zhang@example.com' }],
          },
        }),
      )
      const asked = parse(reminderBody, {
        accountId: 'a-1',
        template: 'cn-consumer-loan',
        tone: 'gentle',
        channels: ['email'],
      })
      if (!asked.ok) throw new TypeError(JSON.stringify(asked.faults))
      await stage.app.services.createReminder(LENDER, null, asked.value)
      await stage.settle()
      const installed = await shownWith({})
      expect(installed).toMatchObject({ state: 'kept', message: { channel: 'email' } })
      expect(await shownWith(edited('cn-consumer-loan', () => null))).toEqual(installed)
    })
  })

  it('its text is kept once, however many messages it makes', async () => {
    for (const n of [1, 2, 3]) {
      await stage.account(
        `a-${n}`,
        overdueAccount({
          recipient: {
            id: `r-${n}`,
            name: '张三',
            locale: 'zh-CN',
            jurisdiction: 'CN',
            addresses: [{ channel: 'sms', value: `1380013800${n}` }],
          },
        }),
      )
      await stage.settle()
    }
    const attempts = await fresh.ledger.db.selectFrom('decorum.attempt').select('template_version').execute()
    expect(attempts).toHaveLength(3)
    const kept = await fresh.ledger.db.selectFrom('decorum.template_words').select(['version', 'template']).execute()
    expect(kept.filter(({ version }) => version === attempts[0]?.template_version)).toEqual([
      { version: attempts[0]?.template_version, template: 'cn-consumer-loan' },
    ])
  })

  it('says what is wrong when neither the installed nor a kept text makes it, and shows no other words', async () => {
    await stage.account('a-1', overdueAccount())
    await stage.settle()
    await sql`DELETE FROM decorum.template_words`.execute(fresh.ledger.db)
    const [, edit] = EDITS[0] as (typeof EDITS)[number]
    expect(await shownWith(edited('cn-consumer-loan', edit))).toMatchObject({
      state: 'unavailable',
      problem: expect.stringContaining('neither installed nor kept'),
    })
  })
})

describe('words that differ between processes', () => {
  const config = shippedConfig()

  it('have one version for equal texts, and another for each changed word of a template or a creditor', () => {
    expect(wordsVersion(shippedConfig())).toBe(wordsVersion(config))
    for (const [what, edit] of EDITS)
      expect(wordsVersion({ ...config, ...edited('cn-consumer-loan', edit) }), what).not.toBe(wordsVersion(config))
    const creditors = new Map(config.creditors)
    const [id, creditor] = [...creditors][0] as [string, NonNullable<ReturnType<typeof creditors.get>>]
    creditors.set(id, { ...creditor, words: { ...creditor.words, helpLine: '95001' } })
    expect(wordsVersion({ ...config, creditors })).not.toBe(wordsVersion(config))
  })

  it('are named with the process that has them and with what to do', () => {
    const process = (name: string, words: string, ...daemons: string[]) => ({ name, words, daemons })
    expect(wordsMismatch('w1', [])).toBeNull()
    expect(wordsMismatch('w1', [process('host:1', 'w1', 'sms')])).toBeNull()
    expect(
      wordsMismatch('w1', [
        process('host:1', 'w1', 'sms'),
        process('host:2', 'w2', 'phone', 'sms'),
        process('host:3', 'w2'),
      ]),
    ).toBe(
      'other words are in use by host:2 (phone, sms); host:3 (serve): bring templates/ and config/creditors/ to the same state everywhere and restart those processes',
    )
  })
})

eachLedger('a process with other words', (_name, openFresh) => {
  it('is seen by every other one, and by nobody once it has ended', async () => {
    const fresh = await openFresh()
    const stage = await Stage.set(fresh, '2026-11-23T03:00:00Z')
    const words = async () => (await stage.app.health()).find((part) => part.part === 'words')
    expect(await words()).toBeUndefined()
    const other = {
      id: newId(),
      name: 'elsewhere:7',
      daemons: ['phone'],
      build: '0.1.0',
      words: '0000000000000000',
      ring: ['k1'],
    }
    await reportProcess(fresh.ledger.db, other)
    expect(await words()).toMatchObject({ ok: true, warning: expect.stringContaining('elsewhere:7 (phone)') })
    expect(await stage.app.services.measurements()).toContain('decorum_words_versions 2')
    await sql`UPDATE decorum.process SET seen_at = clock_timestamp() - interval '61 seconds' WHERE id = ${other.id}::uuid`.execute(
      fresh.ledger.db,
    )
    expect(await words()).toBeUndefined()
    await stage.app.stop()
    expect(
      await fresh.ledger.db.selectFrom('decorum.process').select('id').where('id', '!=', other.id).execute(),
    ).toEqual([])
  })
})
