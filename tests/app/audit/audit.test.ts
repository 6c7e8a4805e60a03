import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contactBody, permitBody, suppressionBody } from '../../../src/intake/bodies.ts'
import { parse } from '../../../src/intake/parse.ts'
import { replay } from '../../../src/pipeline/audit/replay.ts'
import { sampleDecisions } from '../../../src/record/audit.ts'
import type { ContactAudit } from '../../../src/report/audit.ts'
import { eachLedger, type FreshLedger } from '../../support/ledger.ts'
import { scriptedRoutes } from '../../support/scripted-routes.ts'
import { at, LENDER, overdueAccount, shippedConfig, Stage } from '../../support/stage.ts'

const fitting = <T>(parsed: { ok: true; value: T } | { ok: false; faults: unknown }): T => {
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.faults))
  return parsed.value
}

eachLedger('audits', (_name, openFresh) => {
  let fresh: FreshLedger
  let stage: Stage
  let beforeReports: ContactAudit

  const number = (n: number): string => `+861380013${8000 + n}`
  const call = (id: string, n: number, when: string, over: object = {}) =>
    stage.app.services.addContact(
      LENDER,
      fitting(
        parse(contactBody, {
          id,
          recipientId: `r-${n}`,
          accountIds: [`a-${n}`],
          at: when,
          channel: 'phone',
          outcome: 'conversation',
          address: number(n),
          by: 'north-agency',
          ...over,
        }),
      ),
    )

  const audit = (from = '2026-11-01T00:00:00Z', to = '2026-12-10T00:00:00Z') =>
    stage.app.services.auditContacts({ from: at(from), to: at(to), creditor: 'shili-xiaojin' })

  beforeAll(async () => {
    fresh = await openFresh()
    stage = await Stage.set(fresh, '2026-11-23T03:00:00Z', {
      config: shippedConfig(),
      overrides: scriptedRoutes(),
    })
    // A few people over ten days, day and night: sent, put off to the morning, capped, stopped.
    const register = (n: number, dueDate: string) =>
      stage.account(
        `a-${n}`,
        overdueAccount({
          dueDate,
          recipient: {
            id: `r-${n}`,
            name: `人${n}`,
            locale: 'zh-CN',
            jurisdiction: n === 6 ? null : 'CN',
            timeZone: n === 6 ? null : 'Asia/Shanghai',
            addresses: [
              { channel: 'sms', value: number(n), kind: 'mobile' },
              { channel: 'phone', value: number(n), kind: 'mobile' },
            ],
          },
        }),
      )
    for (let n = 1; n <= 6; n++) await register(n, `2026-11-${22 - n}`)
    await stage.settle()
    await stage.app.services.addSuppression(
      LENDER,
      fitting(
        parse(suppressionBody, { scope: 'all', recipientId: 'r-3', reason: 'opt-out', from: '2026-11-23T02:59:00Z' }),
      ),
    )
    stage.clock.stepTo(at('2026-11-23T14:30:00Z'))
    await register(7, '2026-11-22')
    for (const when of ['2026-11-23T14:30:00Z', '2026-11-25T03:00:00Z', '2026-11-28T15:00:00Z', '2026-12-03T03:00:00Z'])
      await stage.until(when)
    const permit = fitting(
      parse(permitBody, { recipientId: 'r-1', accountIds: ['a-1'], address: number(1), by: 'north-agency' }),
    )
    await stage.app.services.askPermit(LENDER, null, permit)
    await stage.app.services.askPermit(LENDER, null, permit)
    // Only then an agency reports its calls of those days: one at night, one to somebody who had asked us to stop, a decent one.
    beforeReports = await audit()
    await call('night', 2, '2026-11-24T15:10:00Z')
    await call('stopped', 3, '2026-11-26T03:00:00Z')
    await call('decent', 4, '2026-12-01T03:00:00Z', { outcome: 'no-answer' })
  })
  afterAll(() => stage.app.stop())

  describe('decisions', () => {
    it('of a run all come out the same again, byte for byte, permits included', async () => {
      const report = await stage.app.services.auditDecisions(1_000)
      expect(report.differences).toEqual([])
      expect(report.packsMissing).toEqual([])
      expect(report.same).toBeGreaterThan(10)
      expect(report.same + report.notByRules).toBe(report.sampled)
      const kinds = new Set((await sampleDecisions(fresh.ledger.db, 'reminder', 1_000)).map((d) => d.verdict))
      expect([...kinds].sort()).toEqual(['defer', 'refuse', 'send'])
    })

    it('are drawn no more than asked for, and none twice', async () => {
      const some = await sampleDecisions(fresh.ledger.db, 'reminder', 5)
      expect(new Set(some.map((d) => `${d.id} ${d.no}`)).size).toBe(5)
    })

    it('that were tampered with are reported, and packs that are gone are named instead of guessed', async () => {
      const { packs } = stage.app.config
      const sent = (await sampleDecisions(fresh.ledger.db, 'reminder', 1_000)).find(
        (d) => d.verdict === 'send' && d.packs.length > 0,
      )
      if (sent === undefined) throw new Error('nothing was sent')
      expect(replay(packs, [sent])).toMatchObject({ same: 1 })
      const night = { ...sent, at: new Date('2026-11-23T16:00:00Z') }
      expect(replay(packs, [night]).differences).toMatchObject([
        { id: sent.id, no: sent.no, recorded: expect.stringContaining('"verdict":"send"') },
      ])
      const gone = { ...sent, packs: [...sent.packs, { id: 'cn-gbt-45251', version: '1999-01-01' }] }
      expect(replay(packs, [gone])).toMatchObject({
        same: 0,
        differences: [],
        packsMissing: [{ pack: 'cn-gbt-45251', version: '1999-01-01', decisions: 1 }],
      })
    })
  })

  describe('contacts', () => {
    it('that passed through here exceed nothing', async () => {
      const { exceeded, judged, notJudged, contacts } = beforeReports
      expect(exceeded.contacts).toEqual([])
      expect(notJudged).toEqual([])
      expect(judged).toBeGreaterThan(5)
      expect(contacts.figures.reduce((sum, f) => sum + f.contacts, 0)).toBe(judged)
    })

    it('of an agency at night, and to somebody who had asked us to stop, are found, each with rule, citation and local time', async () => {
      const { exceeded } = await audit()
      expect(exceeded.byMaker).toEqual([{ by: 'north-agency', contacts: 2 }])
      expect(exceeded.contacts).toMatchObject([
        {
          recipientId: 'r-2',
          localTime: expect.stringContaining('23:10 in Asia/Shanghai'),
          objections: expect.arrayContaining([
            expect.objectContaining({ code: 'outside_contact_window', citation: expect.stringMatching(/./) }),
          ]),
        },
        {
          recipientId: 'r-3',
          objections: expect.arrayContaining([
            expect.objectContaining({ code: 'suppressed', rule: 'decorum/suppression' }),
          ]),
        },
      ])
      const text = JSON.stringify(await audit())
      for (const secret of ['人2', number(2), number(3)]) expect(text).not.toContain(secret)
    })

    it('have a query behind each figure that gives it again', async () => {
      const { contacts, exceeded, optOut } = await audit()
      const again = await fresh.ledger.pool.query(contacts.query.sql, contacts.query.parameters as unknown[])
      expect(again.rows).toEqual(contacts.figures)
      expect(exceeded.byRule).not.toEqual([])
      for (const rule of exceeded.byRule)
        expect((await fresh.ledger.pool.query(rule.query.sql, rule.query.parameters as unknown[])).rows).toHaveLength(
          rule.contacts,
        )
      expect((await fresh.ledger.pool.query(optOut.query.sql, optOut.query.parameters as unknown[])).rows).toEqual([
        { optOuts: optOut.optOuts, worstMs: optOut.worstMs, p99Ms: optOut.p99Ms, worstId: optOut.worstId },
      ])
    })

    it('come with how long opt-outs took, packs to be reviewed, and calendars that end within sixty days', async () => {
      const { optOut, packsDue, calendars } = await audit()
      expect(optOut).toMatchObject({ optOuts: 1, worstMs: 60_000, p99Ms: 60_000 })
      expect(packsDue).toContainEqual(
        expect.objectContaining({
          pack: 'cn-gbt-45251',
          why: expect.arrayContaining(['no counsel has signed it off']),
        }),
      )
      for (const alarm of calendars) expect(alarm.daysLeft).toBeLessThanOrEqual(60)
    })

    it('of a period in which there was nothing are none', async () => {
      expect(await audit('2020-01-01T00:00:00Z', '2020-02-01T00:00:00Z')).toMatchObject({
        judged: 0,
        contacts: { figures: [] },
        optOut: { optOuts: 0, worstMs: null },
      })
    })
  })
})
