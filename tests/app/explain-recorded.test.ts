import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askAgain } from '../../src/services/reminders.ts'
import type { DecisionRow } from '../../src/record/history.ts'
import { timelineInWords } from '../../src/report/timeline-words.ts'
import { eachLedger, type FreshLedger } from '../support/ledger.ts'
import { overdueAccount, Stage } from '../support/stage.ts'

const ACTOR = { name: 'test', creditor: null, live: true }

eachLedger('a recorded decision explained', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage

  beforeAll(async () => {
    fresh = await openFresh()
    // Before eight in Shanghai: the first step waits for the hours; then it goes.
    stage = await Stage.set(fresh, '2026-11-22T22:30:00Z')
    await stage.account('A-1', overdueAccount({ asOf: '2026-11-22T22:30:00Z' }))
    await stage.until('2026-11-23T03:00:00Z')
  })
  afterAll(() => stage.app.stop())

  const first = async () => (await stage.reminders())[0] as { id: string }

  it('says what each rule of the last decision judged by, from the facts and pack versions on record', async () => {
    const explained = await stage.app.services.explainReminder(ACTOR, (await first()).id)
    expect(explained?.asked).toMatchObject({ verdict: 'send', eventsStated: true, zones: [{ zone: 'Asia/Shanghai' }] })
    const whole = explained?.lines.join('\n') ?? ''
    expect(whole).toContain('What each rule was asked, at the last decision')
    expect(whole).toMatch(
      /Where the person may be\n +Asia\/Shanghai, Mon 2026-11-23 \d\d:\d\d: .*the stated jurisdiction CN/,
    )
    expect(whole).toMatch(/Consents on record\n +none/)
    expect(whole).toContain('cn-gbt-45251/contact-window')
    expect(whole).toMatch(/not 22:00–08:00|not every day 22:00–08:00/)
  })

  it('says it in Chinese', async () => {
    const whole = (await stage.app.services.explainReminder(ACTOR, (await first()).id, 'zh-CN'))?.lines.join('\n') ?? ''
    expect(whole).toContain('一条短信，温馨提醒，提醒')
    expect(whole).toContain('已询问并放行的规则')
    expect(whole).toMatch(/借款人可能所在地\n +Asia\/Shanghai，2026-11-23（周一）\d\d:\d\d：.*所填所在地 CN/)
    expect(whole).toContain('未与债务人约定时间的，22:00—次日08:00不得催收。适用于各渠道')
    expect(whole).not.toMatch(/\b(?:the|was|until|because|rule|known)\b/)
  })

  it('says so where the pack version is not loaded any more, or the facts were erased', async () => {
    const row = (await stage.decisions((await first()).id)).at(-1) as unknown as DecisionRow
    expect(askAgain([], row)).toEqual({ packsMissing: row.packs.map(({ id, version }) => `${id} ${version}`) })
    expect(askAgain(stage.app.config.packs, { ...row, facts: {} as DecisionRow['facts'] })).toEqual({ erased: true })
    expect(askAgain(stage.app.config.packs, row)).toMatchObject({ agrees: true })
    expect(askAgain(stage.app.config.packs, { ...row, verdict: 'refuse' })).toMatchObject({ agrees: false })
  })

  it('is found from the timeline, which names the reminder and stands on the person’s clock; every instant ends in Z', async () => {
    const page = await stage.app.services.accountTimeline(ACTOR, { creditor: null, id: 'A-1' }, { limit: 500 })
    const entries = page?.items ?? []
    expect(JSON.stringify(entries)).not.toContain('+00:00')
    const en = timelineInWords(entries, 'UTC', 'en')
    expect(en).toContain('Local time in Asia/Shanghai')
    expect(en).toContain(`[${(await first()).id}]`)
    const zh = timelineInWords(entries, 'UTC', 'zh-CN')
    expect(zh).toContain('计划一条短信，温馨提醒，节点')
    expect(zh.replace(/\[[^\]]*\]/g, '')).not.toMatch(/\b(?:the|Planned|Decided|Attempt|until|because)\b/)
  })

  describe('of a person with several accounts', () => {
    it('names the account whose step it was on the timeline of the one that went along', async () => {
      await stage.account(
        'B-1',
        overdueAccount({
          dueDate: '2026-11-21',
          asOf: '2026-11-23T02:00:00Z',
          recipient: { ...(overdueAccount()['recipient'] as object), id: 'r-2' },
        }),
      )
      const { db } = fresh.ledger
      const lead = await db
        .selectFrom('decorum.account')
        .select(['id', 'recipient_id', 'creditor'])
        .where('external_id', '=', 'B-1')
        .executeTakeFirstOrThrow()
      const along = await db
        .selectFrom('decorum.account')
        .select('id')
        .where('external_id', '=', 'A-1')
        .executeTakeFirstOrThrow()
      const { id } = await first()
      await sql`UPDATE decorum.reminder_account SET lead = false WHERE reminder_id = ${id}`.execute(db)
      await sql`INSERT INTO decorum.reminder_account (reminder_id, account_id, spell_id, lead) VALUES (${id}, ${lead.id}, NULL, true)`.execute(
        db,
      )
      const page = await stage.app.services.accountTimeline(ACTOR, { creditor: null, id: 'A-1' }, { limit: 500 })
      expect(along.id).not.toBe(lead.id)
      expect(page?.items.find((entry) => entry.type === 'reminder')?.words).toContain(
        'of account B-1, which leads because it is more days past due',
      )
    })
  })
})
