import type { Decision, Objection, ObjectionCode } from '../model/decision.ts'
import type { Facts } from '../model/facts.ts'
import { formatInstant, type Instant } from '../model/instant.ts'
import { wallClock } from '../model/zones/local-clock.ts'
import { localTime } from './local-time.ts'
import { OBJECTION_WORDS } from './objection-words.ts'

/** Languages in which decisions are told; any other locale is told in English. */
export type DecisionLanguage = 'en' | 'zh'

const OBJECTION_WORDS_ZH: Readonly<Record<ObjectionCode, string>> = {
  outside_contact_window: '当前不在允许的联系时段内（按借款人可能所在的每个时区判断）',
  holiday: '当天是节假日（借款人可能所在地之一）',
  recipient_blocked_time: '借款人要求在该时段不要联系',
  cap_reached: '联系次数已达上限',
  cooldown: '近期已通话，仍在冷却期内',
  too_soon: '距上次联系时间过短',
  on_hold: '处于暂缓联系状态',
  suppressed: '已停止联系',
  precondition_missing: '尚无必须先完成的事项的记录',
  content_missing: '文案缺少法规要求的内容，或含有法规禁止的内容',
  route_not_eligible: '没有可用的通道',
  no_common_window: '借款人可能所在的各地没有共同的可联系时段',
  location_unknown: '不知道借款人可能在哪里',
  calendar_unknown: '没有该日期的节假日安排',
  account_closed: '账户已无逾期',
  expired: '提醒已过期限',
  consent_missing: '没有所需授权的记录',
  stale_balance: '余额信息已过时',
  facts_conflict: '事实相互矛盾',
  payment_pending: '有款项在途',
  not_registered: '模板尚未在服务商处报备',
  test_mode: '处于测试模式，只联系白名单',
  switched_off: '运营人员已关停',
  clock_uncertain: '系统时间不可信',
  internal_error: '系统内部错误，详见日志',
}

const WORDS = {
  en: {
    send: (until: string | null) => (until === null ? 'It may be sent now.' : `It may be sent now, until ${until}.`),
    defer: (until: string) => `It waits until ${until}, the first moment at which no rule objects.`,
    refuse: () => 'It is not sent; nothing that is known says when it could be.',
    reason: (why: string, rule: string, citation: string, until: string | null, checked: boolean) =>
      `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}${until === null ? '' : `, until ${until}`} (${rule}; ${citation}${checked ? '' : ', not verified'}).`,
    objection: OBJECTION_WORDS,
    considered: 'What was considered',
    asked: (at: string, { reminder: { tone, kind, channel, mode } }: Facts) => `at ${at}: a ${tone} ${kind} by ${channel}${mode === null ? '' : `, ${mode}`}`,
    where: (clocks: string | null) => `where the person may be, and what time it is there: ${clocks ?? 'not known'}`,
    packs: (ids: string) => `packs that apply: ${ids || 'none'}`,
    history: (f: Facts) => `accounts ${f.accounts.length}, contacts ${f.contacts.length}, holds ${f.holds.length}, suppressions ${f.suppressions.length}, consents ${f.consents.length}, events ${f.events?.length ?? 'not stated'}`,
  },
  zh: {
    send: (until: string | null) => (until === null ? '现在可以发送。' : `现在可以发送，截至 ${until}。`),
    defer: (until: string) => `顺延至 ${until}，即所有规则首次均不反对的时刻。`,
    refuse: () => '不予发送；依现有信息无法得知何时可以发送。',
    reason: (why: string, rule: string, citation: string, until: string | null, checked: boolean) =>
      `${why}${until === null ? '' : `，至 ${until}`}（${rule}；${citation}${checked ? '' : '，出处未核实'}）。`,
    objection: OBJECTION_WORDS_ZH,
    considered: '判断依据',
    asked: (at: string, { reminder: { tone, kind, channel, mode } }: Facts) => `时间 ${at}：语气 ${tone}，类别 ${kind}，渠道 ${channel}${mode === null ? '' : `，方式 ${mode}`}`,
    where: (clocks: string | null) => `借款人可能所在的时区及当地时间：${clocks ?? '不明'}`,
    packs: (ids: string) => `适用的合规规则包：${ids || '无'}`,
    history: (f: Facts) => `账户 ${f.accounts.length}，催记 ${f.contacts.length}，暂缓催收 ${f.holds.length}，停催 ${f.suppressions.length}，授权 ${f.consents.length}，事件 ${f.events?.length ?? '未提供'}`,
  },
} as const

/** A decision as people read it: what happens, and why, the binding reason first. */
export interface DecisionWords {
  headline: string
  reasons: string[]
}

/**
 * What does this decision mean, in plain words?
 *
 * Times are told on the recipient's wall clock where one zone is certain, and in UTC.
 *
 * @param locale  BCP 47; `zh…` is told in Chinese, everything else in English
 */
export function decisionWords(decision: Decision, locale: string): DecisionWords {
  const language = languageOf(locale)
  const words = WORDS[language]
  const zone = decision.candidateZones.length === 1 ? (decision.candidateZones[0] ?? null) : null
  const time = (instant: Instant | null): string | null => (instant === null ? null : timeWords(instant, zone, language))
  const headline = decision.verdict === 'send' ? words.send(time(decision.until)) : decision.until === null ? words.refuse() : words.defer(timeWords(decision.until, zone, language))
  const reason = ({ code, rule, citation, until, verified }: Objection): string => words.reason(words.objection[code], rule, citation, time(until), verified)
  return { headline, reasons: decision.reasons.map(reason) }
}

/** What did the engine look at? One line each: the question, the places with their clocks, the packs, the size of the history. */
export function consideredWords(decision: Decision, facts: Facts, now: Instant, locale: string): string[] {
  const words = WORDS[languageOf(locale)]
  const clocks = decision.candidateZones.map((zone) => `${zone} (${localTime(now, zone)})`).join(', ')
  return [
    words.considered,
    ...[
      words.asked(formatInstant(now), facts), words.where(clocks === '' ? null : clocks),
      words.packs(decision.packs.map(({ id, version }) => `${id} ${version}`).join(', ')), words.history(facts),
    ].map((line) => `  ${line}`),
  ]
}

const languageOf = (locale: string): DecisionLanguage => (locale.toLowerCase().startsWith('zh') ? 'zh' : 'en')

function timeWords(instant: Instant, zone: string | null, language: DecisionLanguage): string {
  if (zone === null) return formatInstant(instant)
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  })
  // The wall clock's own figures, since the runtime's zone data may be older than ours.
  return `${format.format(wallClock(instant, zone))} ${zone} (${formatInstant(instant)})`
}
