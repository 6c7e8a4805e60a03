import { catalogueOf } from './catalogue.ts'
import { type Language, openWord } from './terms.ts'

/** Codes of a pack that stand for themselves in English, as its file writes them. */
export type PackCode =
  | 'channel'
  | 'role'
  | 'mode'
  | 'kind'
  | 'tone'
  | 'addressKind'
  | 'relation'
  | 'stop'
  | 'block'
  | 'consent'
  | 'hold'
  | 'origin'
  | 'shape'

const many = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** The sentences of a pack for review, in English: codes as its file writes them, numbers in words. */
const EN = {
  list: (items: readonly string[]) => items.join(', '),
  any: (items: readonly string[]) => items.join(' or '),
  join: (items: readonly string[]) => items.join('; '),
  code: (_set: PackCode, code: string): string => code,
  event: (event: string, kind: string | null) => (kind === null ? event : `${event} (${kind})`),
  weekday: (day: number) => WEEKDAYS[day - 1] as string,
  days: (count: number) => many(count, 'day'),

  head: (id: string, version: string, title: string) => `${id} ${version}: ${title}`,
  force: (from: string, until: string | null, source: string) =>
    `In force from ${from}${until === null ? '' : ` until before ${until}`}. Source: ${source}`,
  unread: 'Nobody has read it against its sources yet.',
  read: (by: string, on: string) => `Read against its sources by ${by} on ${on}.`,
  unsigned: 'No counsel has signed it off for live use.',
  signed: (by: string) => `Signed off by ${by}.`,
  applies: (where: string) => `Applies to ${where}.`,
  inherits: (id: string) => `Every rule of ${id} holds here too, unless one of the same id stands below.`,
  rule: (id: string, shape: string, off: boolean, citation: string, unverified: boolean) =>
    `${id} (${shape}${off ? ', off' : ''}): ${citation}${unverified ? ', not verified' : ''}`,
  only: (condition: string) => `only ${condition}`,
  lifted: (consents: string, days: string | null) =>
    `not with consent ${consents}${days === null ? '' : `, for ${days}`}`,
  standing: (status: 'on' | 'off', verified: string, force: string, source: string, retrieved: string) =>
    `status: ${status}; ${verified}; ${force}; source: ${source}, ${retrieved}`,
  verified: {
    text: 'verified: text (the rule itself was read)',
    secondary: 'verified: secondary (a report or copy was read)',
    no: 'verified: no (from memory, or not settled)',
  },
  forces: { hard: 'force: hard', presumption: 'force: presumption', soft: 'force: soft' },
  retrieved: (on: string) => `retrieved ${on}`,
  retrievedNever: 'never retrieved',
  retrievedUnstated: 'date of retrieval not stated',
  readAs: (text: string) => `read as: ${text}`,
  quoted: (text: string) => text,

  everywhere: 'everywhere',
  places: (items: string, except: boolean) => `places ${except ? 'other than ' : ''}${items}`,
  roles: (items: string) => `roles ${items}`,
  products: (items: string, except: boolean) => `products ${except ? 'other than ' : ''}${items}`,
  channels: (items: string) => `channels ${items}`,
  modes: (items: string) => `modes ${items}`,
  kinds: (items: string, except: boolean) => `kinds ${except ? 'other than ' : ''}${items}`,
  tones: (items: string) => `tones ${items}`,
  addresses: (items: string, except: boolean) => `addresses ${except ? 'other than ' : ''}${items}`,
  daysPastDue: (min: number | null, max: number | null) =>
    `days past due ${[min === null ? '' : `from day ${min}`, max === null ? '' : `to day ${max}`].filter((part) => part !== '').join(' ')}`,
  from: (day: string) => `from ${day}`,
  until: (day: string) => `until before ${day}`,

  span: (days: string | null, from: string, to: string) => `${days ?? 'every day'} ${from}-${to}`,
  hours: (spans: string) => `hours: ${spans}`,
  never: (spans: string) => `never: ${spans}`,
  closed: (days: string) => `closed: ${days}`,
  holidays: (calendar: string, effect: 'closed' | 'as-sunday' | 'as-workday-calendar') =>
    `holidays of ${calendar}: ${effect}`,
  rollingDays: (count: number) => `any ${many(count, 'day')}, the contact's own day as day 1`,
  rollingHours: (count: number) => `any ${count} hours`,
  calendarDay: 'a local day',
  calendarWeek: (day: string) => `a calendar week from ${day}`,
  calendarMonth: 'a calendar month',
  week: 'any 7 days, and the calendar week',
  limit: (limit: number, window: string) => `limit: ${limit} in ${window}`,
  limitChannels: (limit: number, window: string) => `limit: ${many(limit, 'channel')} in ${window}`,
  units: {
    attempt: 'attempts',
    unanswered: 'unanswered calls',
    connected: 'connected calls',
    conversation: 'conversations',
    reached: 'contacts that reached the person',
  },
  keys: { person: 'for each person', account: 'for each account', address: 'for each number or mailbox' },
  counted: (unit: string, channels: string, key: string) => `counted: ${unit} over ${channels}, ${key}`,
  onlyMode: (mode: string) => `only those made by ${mode}`,
  excluded: { 'same-day-reply': 'not counted: same-day-reply' },
  free: (count: number) => `the first ${count} unanswered are free`,
  afterConversation: 'from the first conversation on',
  spacing: (length: string) => `spacing: ${length}`,
  minutes: (count: number) => `${count} minutes`,
  silence: (days: string) => `silence: ${days} after one, its own day as day 1`,
  reply: "lets one answer to the person's own message through their blocked time",
  lifts: (rules: string) => `and past ${rules}`,
  notBeforeDay: (day: number) => `not before day ${day} past due`,
  notBefore: (event: string) => `not before ${event}`,
  eachSpell: 'a new one each time the account falls due',
  waitBusinessDays: (count: number, calendar: string) => `and ${count} business days by calendar ${calendar}`,
  waitDays: (days: string) => `and ${days} after it`,
  owed: (event: string, within: string, after: string) =>
    `owed: ${event} within ${within} after ${after}; nothing more once it is overdue`,
  businessDays: (count: number) => `${count} business days`,
  after: { 'first-contact': 'the first contact', 'due-date': 'the due date' },
  pauseOn: (what: string, isHold: boolean) => `pause on ${isHold ? `hold ${what}` : what}`,
  untilEnded: 'until it is ended',
  lasting: (days: string) => `${days} where no end is recorded`,
  tail: (days: string) => `and ${days} after its end`,
  endedBy: (event: string) => `ended by ${event}`,
  letsThrough: (kinds: string) => `lets through: ${kinds}`,
  stop: (reasons: string, whole: boolean) =>
    `stop for ${reasons}, over ${whole ? 'every address' : 'every channel of the same address'}`,
  needs: (consents: string) => `needs consent: ${consents}`,
  freshConsent: (days: string) => `given within ${days}`,
  origins: (origins: string) => `address must have come by: ${origins}`,
  orConsent: (consents: string) => `or consent for it: ${consents}`,
  orWrote: 'or the person wrote from it',
  confirmed: (days: string) => `confirmed within ${days}`,
  because: (text: string) => `never: ${text}`,
  part: { message: 'words of the message', voicemail: 'words of the voicemail' },
  mustCarry: (blocks: string) => `must carry ${blocks}`,
  mustNotCarry: (blocks: string) => `must not carry ${blocks}`,
  nothingBut: (blocks: string) => `nothing but ${blocks}`,
  saidBy: (event: string) => `said already by ${event}`,
  onlyTo: (relations: string) => `only to: ${relations}`,
  covers: {
    address: 'an opt-out covers its address',
    channel: 'an opt-out covers the channel',
    all: 'an opt-out covers all',
  },
  inEffect: (text: string) => `in effect: ${text}`,
  byLaw: (days: number) => `by law within ${days} business days`,
  words: (words: string) => `words: ${words}`,
  confirmation: (minutes: number) => `confirmation within ${minutes} minutes`,
  records: { contact: 'contact records', recording: 'recording records', consent: 'consent records' },
  years: (count: number) => `${count} years`,
  months: (count: number) => `${count} months`,
  kept: (record: string, most: boolean, length: string, anchor: 'contact' | 'last-collection-activity') =>
    `${record} kept ${most ? 'at most' : 'at least'} ${length} after ${anchor === 'contact' ? 'the contact' : 'the last collection activity'}`,
}
/** Every sentence of a pack; another language has the same ones or does not compile. */
export type PackSentences = typeof EN

const zh = catalogueOf('zh-CN')
const except = (label: string, items: string, isExcept: boolean): string =>
  `${label}${isExcept ? '（除外）' : ''}：${items}`

const ZH: PackSentences = {
  list: zh.list,
  any: (items) => items.join('或'),
  join: zh.join,
  code: (set, code) => {
    const word = openWord(zh.terms[set], code)
    // Consents are recorded by these ids.
    return set === 'consent' && word !== code ? `${word} ${code}` : word
  },
  event: (event, kind) =>
    `${openWord(zh.terms.event, event)}${kind === null ? '' : `（${openWord(zh.terms.eventKind, kind)}）`}`,
  weekday: (day) => zh.terms.weekdays[day - 1] as string,
  days: (count) => `${count} 个当地自然日`,

  head: (id, version, title) => `${id} ${version}：${zh.original(title)}`,
  force: (from, until, source) =>
    `自 ${from} 起生效${until === null ? '' : `，${until} 起失效`}。资料来源：${zh.original(source)}`,
  unread: '尚无人对照资料来源通读。',
  read: (by, on) => `已由 ${by} 于 ${on} 对照资料来源通读。`,
  unsigned: '尚无律师签署同意上线使用。',
  signed: (by) => `已由 ${by} 签署同意。`,
  applies: (where) => `适用范围：${where}。`,
  inherits: (id) => `${id} 的规则在此同样适用，下列同名规则除外。`,
  rule: (id, shape, off, citation, unverified) =>
    `${id}（${shape}${off ? '、停用' : ''}）：${citation}${unverified ? '，出处未核实' : ''}`,
  only: (condition) => `仅适用于：${condition}`,
  lifted: (consents, days) => `可解除本规则的授权：${consents}${days === null ? '' : `，至多 ${days}`}`,
  standing: (status, verified, force, source, retrieved) =>
    `状态：${status === 'on' ? '启用' : '停用'}；${verified}；${force}；资料来源：${zh.original(source)}，${retrieved}`,
  verified: { text: '已读原文', secondary: '据二手资料（报道或转载）', no: '出处未核实（凭记忆或含义未定）' },
  forces: zh.terms.force,
  retrieved: (on) => `查阅日期 ${on}`,
  retrievedNever: '未曾查阅',
  retrievedUnstated: '未注明查阅日期',
  readAs: (text) => zh.reading(zh.original(text)),
  quoted: zh.original,

  everywhere: '各地',
  places: (items, isExcept) => except('地区', items, isExcept),
  roles: (items) => `身份：${items}`,
  products: (items, isExcept) => except('产品', items, isExcept),
  channels: (items) => `渠道：${items}`,
  modes: (items) => `方式：${items}`,
  kinds: (items, isExcept) => except('消息类别', items, isExcept),
  tones: (items) => `语气：${items}`,
  addresses: (items, isExcept) => except('号码或邮箱', items, isExcept),
  daysPastDue: (min, max) =>
    `逾期天数：${[min === null ? '' : `自第 ${min} 天`, max === null ? '' : `至第 ${max} 天`].join('')}`,
  from: (day) => `自 ${day}`,
  until: (day) => `${day} 之前`,

  span: zh.span,
  hours: zh.allowed,
  never: zh.banned,
  closed: zh.closedOn,
  holidays: (calendar, effect) =>
    `${zh.holidays(calendar)}，${effect === 'closed' ? '节假日不联系' : effect === 'as-sunday' ? '节假日按周日' : '按工作日历'}`,
  rollingDays: (count) => `任意连续 ${count} 个当地自然日（联系当日为第 1 天）`,
  rollingHours: (count) => `任意连续 ${count} 小时`,
  calendarDay: '一个当地自然日',
  calendarWeek: (day) => `一个自然周（自${day}起）`,
  calendarMonth: '一个自然月',
  week: '任意连续 7 个当地自然日及自然周',
  limit: (limit, window) => `${window}内至多 ${limit} 次`,
  limitChannels: (limit, window) => `${window}内至多 ${limit} 种渠道`,
  units: {
    attempt: '每次尝试',
    unanswered: '未接通的呼叫',
    connected: '接通的呼叫',
    conversation: '通话',
    reached: '可能触达的联系',
  },
  keys: { person: '按同一借款人', account: '按每个账户', address: '按同一号码或邮箱' },
  counted: (unit, channels, key) => `计入：${unit}，渠道：${channels}，${key}`,
  onlyMode: (mode) => `只计${mode}的联系`,
  excluded: { 'same-day-reply': '对来信的当日答复不计' },
  free: zh.free,
  afterConversation: '自首次通话起',
  spacing: (length) => `间隔：${length}`,
  minutes: zh.minutes,
  silence: (days) => `其后静默 ${days}（当日为第 1 天）`,
  reply: '借款人在不便时段来信的，可答复一次',
  lifts: (rules) => `亦不受此限：${rules}`,
  notBeforeDay: (day) => `逾期满 ${day} 天前不联系`,
  notBefore: (event) => `须先有：${event}`,
  eachSpell: '每次逾期须重新通知',
  waitBusinessDays: (count, calendar) => `再等 ${count} 个工作日（日历 ${calendar}）`,
  waitDays: (days) => `再等 ${days}`,
  owed: (event, within, after) => `应办：${event}，${after}后 ${within}内；逾期未办则不再联系`,
  businessDays: (count) => `${count} 个工作日`,
  after: { 'first-contact': '首次联系', 'due-date': '应还日' },
  pauseOn: (what, isHold) => `暂停事由：${isHold ? '暂缓催收，' : ''}${what}`,
  untilEnded: '直至结束',
  lasting: (days) => `未记录结束的，为期 ${days}`,
  tail: (days) => `结束后再加 ${days}`,
  endedBy: (event) => `结束于：${event}`,
  letsThrough: (kinds) => `仍可发送：${kinds}`,
  stop: (reasons, whole) => `停止事由：${reasons}，${whole ? '该借款人的全部号码和邮箱' : '同一号码的全部渠道'}`,
  needs: (consents) => `须有授权：${consents}`,
  freshConsent: (days) => `授权须在 ${days}以内`,
  origins: (origins) => `号码或邮箱的来源须为：${origins}`,
  orConsent: (consents) => `或有对其的授权：${consents}`,
  orWrote: '或借款人曾由此来信',
  confirmed: (days) => `须在 ${days}以内确认过`,
  because: (text) => `不使用：${zh.original(text)}`,
  part: { message: '消息文案', voicemail: '语音信箱文案' },
  mustCarry: (blocks) => `须包含：${blocks}`,
  mustNotCarry: (blocks) => `不得包含：${blocks}`,
  nothingBut: (blocks) => `仅可包含：${blocks}`,
  saidBy: (event) => `已由此告知的不再要求：${event}`,
  onlyTo: (relations) => `仅限：${relations}`,
  covers: { address: '退订及于该号码或邮箱', channel: '退订及于该渠道', all: '退订及于全部联系' },
  inEffect: (text) => `生效：${zh.original(text)}`,
  byLaw: (days) => `法定最迟 ${days} 个工作日内`,
  words: (words) => `退订用语：${words}`,
  confirmation: (minutes) => `确认消息须在 ${minutes} 分钟内`,
  records: { contact: '联系记录', recording: '录音', consent: '授权记录' },
  years: (count) => `${count} 年`,
  months: (count) => `${count} 个月`,
  kept: (record, most, length, anchor) =>
    `${record}${most ? '至多' : '至少'}保存 ${length}，自${anchor === 'contact' ? '该次联系' : '最后一次催收'}起算`,
}

/** The sentences of a pack in one language. */
export const packSentencesOf = (language: Language): PackSentences => (language === 'en' ? EN : ZH)
