import { z } from 'zod'
import type { CHANNELS } from '../model/vocabulary.ts'
import { instantText } from './views/page.ts'
import type { Language } from './words/terms.ts'

/** What an erasure did, as the ledger knows it. */
export interface ErasureReport {
  id: string
  creditor: string
  erasedAt: string
  by: string
  /** True: the person had been erased before, and nothing was done now. */
  already: boolean
  /** How many rows lost something, by table. */
  removed: Record<string, number>
  /** Who sent messages to the person for us. */
  providers: { provider: string; route: string; channel: (typeof CHANNELS)[number]; messages: number }[]
  /** Endpoints that are told of reminders, by id. */
  webhooks: string[]
  /** A journal outside the ledger remembers it. */
  journal: boolean
}

/** What `POST /v1/recipients/{id}:erase` answers. */
export const erasureViewSchema = z.object({
  id: z.string(),
  creditor: z.string(),
  erasedAt: instantText,
  by: z.string(),
  already: z.boolean().describe('True: the person had been erased before, and nothing was done now.'),
  removed: z.array(z.object({ what: z.string(), rows: z.int() })).describe('What was removed, and from how many rows.'),
  stays: z
    .array(z.object({ what: z.string(), ground: z.string() }))
    .describe('What stays without telling who it was, and on which ground.'),
  places: z
    .array(z.object({ place: z.string(), fate: z.string() }))
    .describe('Every place where the person may be, this ledger and what lies outside it.'),
})
export type ErasureView = z.infer<typeof erasureViewSchema>

/** Both languages of a text. */
type Both = Readonly<Record<Language, string>>

const REMOVED: Readonly<Record<string, Both>> = {
  recipient: {
    en: 'name, language, places and times of the person, and the key that sealed all of it',
    'zh-CN': '本人的姓名、语言、所在地与时间信息，以及加密这些信息的密钥',
  },
  recipient_address: { en: 'numbers and mailboxes', 'zh-CN': '电话号码与邮箱' },
  consent: { en: 'where consents came from', 'zh-CN': '同意的来源说明' },
  account: { en: 'references, variables and facts for texts of accounts', 'zh-CN': '账户的编号片段、变量与文本素材' },
  event: { en: 'notes and contents of events', 'zh-CN': '事件的备注与内容' },
  hold: { en: 'details and reasons of holds', 'zh-CN': '暂停的细节与原因' },
  suppression: { en: 'why stops were lifted', 'zh-CN': '解除停止联系的原因' },
  task: { en: 'notes and instructions of tasks', 'zh-CN': '任务的备注与说明' },
  reply: { en: 'what the person wrote back', 'zh-CN': '本人的回复内容' },
  reminder: { en: 'variables of reminders', 'zh-CN': '提醒的变量' },
  reservation: {
    en: 'what messages said, their digests, and the facts of decisions to send',
    'zh-CN': '消息内容及其摘要，以及发送决定所依据的事实',
  },
  withheld_decision: { en: 'the facts of decisions not to send', 'zh-CN': '不发送决定所依据的事实' },
  permit: { en: 'the facts of permits to call', 'zh-CN': '呼叫许可所依据的事实' },
  settlement: { en: 'what providers said of attempts', 'zh-CN': '服务商对发送结果的说明' },
  doubt_resolution: { en: 'why attempts in doubt were resolved', 'zh-CN': '存疑发送的处理理由' },
  captured_message: { en: 'captured messages', 'zh-CN': '被截留的消息' },
  idempotency: { en: 'digests of requests', 'zh-CN': '请求内容的摘要' },
}

const STAYS: readonly { what: Both; ground: Both }[] = [
  {
    what: {
      en: 'keyed hashes of numbers and mailboxes, and every stop',
      'zh-CN': '号码与邮箱的加密散列，以及所有停止联系的记录',
    },
    ground: { en: 'so that every stop goes on binding', 'zh-CN': '使停止联系的要求继续有效' },
  },
  {
    what: {
      en: 'decisions with code, rule, packs and time; attempts and contacts with channel, time and outcome',
      'zh-CN': '各项决定的代码、规则、规则包与时间；发送与联系的渠道、时间与结果',
    },
    ground: {
      en: 'proof of what was done, and of what was not (retention rules of the packs; legal claims)',
      'zh-CN': '证明做过什么、没做什么（规则包的保存规定；法律主张）',
    },
  },
  {
    what: {
      en: 'the creditor’s own ids of person and accounts, their states, dates and amounts',
      'zh-CN': '债权人自己的人员与账户编号、状态、日期与金额',
    },
    ground: {
      en: 'the creditor’s own books, which the creditor erases by its own rules; the id answers that the person was erased',
      'zh-CN': '属于债权人自己的账册，由债权人按其规则删除；该编号用于答复“此人已被删除”',
    },
  },
  {
    what: { en: 'the access log: who read of the person, and when', 'zh-CN': '访问日志：谁在何时读取过本人信息' },
    ground: { en: 'accountability', 'zh-CN': '问责' },
  },
]

/** What an erasure removed, what stays and on which ground, and every place, in one language. */
export function erasureView(report: ErasureReport, language: Language): ErasureView {
  const { id, creditor, erasedAt, by, already } = report
  return {
    id,
    creditor,
    erasedAt,
    by,
    already,
    removed: Object.entries(report.removed)
      .filter(([, rows]) => rows > 0)
      .map(([table, rows]) => ({ what: REMOVED[table]?.[language] ?? table, rows })),
    stays: STAYS.map(({ what, ground }) => ({ what: what[language], ground: ground[language] })),
    places: placesOf(report)[language],
  }
}

function placesOf({ providers, webhooks, journal }: ErasureReport): Record<Language, ErasureView['places']> {
  const list = (some: readonly string[], none: string): string => (some.length === 0 ? none : some.join(', '))
  const told = providers.map(
    ({ provider, route, channel, messages }) => `${provider} (${route}, ${channel}: ${messages})`,
  )
  return {
    en: [
      { place: 'this ledger', fate: 'erased, as listed; all processes answer 410 from now on' },
      { place: 'queue and metrics', fate: 'hold ids and counts only: nothing to erase' },
      {
        place: 'logs of the processes',
        fate: 'hold our ids only, which tell nobody without the ledger: they go with the logs’ own rotation',
      },
      {
        place: `providers: ${list(told, 'none')}`,
        fate:
          told.length === 0
            ? 'none was given a message'
            : 'keep messages and numbers by their own rules: ask each of them to erase',
      },
      {
        place: `webhook endpoints: ${list(webhooks, 'none')}`,
        fate:
          webhooks.length === 0
            ? 'none is configured'
            : 'were told ids, states and codes: the systems behind them erase by their own rules',
      },
      {
        place: 'backups of the ledger',
        fate: `those made before hold the person, sealed, with the wrapped key, until they expire; ${journal ? 'after a restore the journal erases again' : 'NO journal is kept outside the ledger (DECORUM_ERASURE_JOURNAL), so erase again after a restore'}`,
      },
      {
        place: 'files that were imported, and files of rejected lines',
        fate: 'lie where the operator keeps them: delete them there',
      },
      {
        place: 'the creditor’s own systems',
        fate: 'are the creditor’s to erase; what they report of this id is refused',
      },
    ],
    'zh-CN': [
      { place: '本账簿', fate: '已按所列内容删除；此后所有进程均答复 410' },
      { place: '队列与指标', fate: '只含编号与计数，无需删除' },
      { place: '进程日志', fate: '只含本系统内部编号，离开账簿无法识别任何人；随日志轮转删除' },
      {
        place: `服务商：${list(told, '无')}`,
        fate: told.length === 0 ? '未曾向任何服务商提交消息' : '按各自规则保存消息与号码：请逐一要求其删除',
      },
      {
        place: `webhook 端点：${list(webhooks, '无')}`,
        fate: webhooks.length === 0 ? '未配置' : '只收到编号、状态与代码：其后的系统按各自规则删除',
      },
      {
        place: '账簿的备份',
        fate: `此前的备份仍含已加密的本人信息及被包裹的密钥，直至备份到期；${journal ? '恢复后将依据日志再次删除' : '账簿之外没有保存删除日志（DECORUM_ERASURE_JOURNAL），恢复后须再次删除'}`,
      },
      { place: '导入过的文件与被拒行文件', fate: '在运营者存放之处：请在该处删除' },
      { place: '债权人自己的系统', fate: '由债权人删除；其再次上报此编号将被拒绝' },
    ],
  }
}

/** The same for people, on the command line. */
export function erasureInWords(view: ErasureView, language: Language): string {
  const head: Both = {
    en: `${view.id} of ${view.creditor} ${view.already ? 'had been erased before' : 'is erased'}: ${view.erasedAt}, by ${view.by}.`,
    'zh-CN': `${view.creditor} 的 ${view.id} ${view.already ? '此前已被删除' : '已删除'}：${view.erasedAt}，操作者 ${view.by}。`,
  }
  const titles: Record<Language, [string, string, string]> = {
    en: ['Removed:', 'What stays, and why:', 'Where the person may be:'],
    'zh-CN': ['已删除：', '保留的内容与依据：', '本人信息可能所在之处：'],
  }
  const [removed, stays, places] = titles[language]
  return [
    head[language],
    removed,
    ...view.removed.map(({ what, rows }) => `  - ${what} (${rows})`),
    stays,
    ...view.stays.map(({ what, ground }) => `  - ${what}: ${ground}`),
    places,
    ...view.places.map(({ place, fate }) => `  - ${place}: ${fate}`),
  ].join('\n')
}
