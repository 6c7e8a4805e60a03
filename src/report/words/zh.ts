import type { CountWindow } from '../../model/pack-parts.ts'
import type { Catalogue } from './en.ts'
import { packTextZh } from './pack-texts-zh.ts'
import { TERMS_ZH } from './terms-zh.ts'

const brackets = (text: string | null): string => (text === null || text === '' ? '' : `（${text}）`)
const after = (label: string, text: string | null): string => (text === null || text === '' ? '' : `，${label}${text}`)

/** The sentences of explanations in Simplified Chinese. */
export const ZH: Catalogue = {
  terms: TERMS_ZH,
  list: (items) => items.join('、'),
  join: (items) => items.join('；'),
  clock: {
    order: 'date-first',
    at: (time, places) => `${time} ${places}`,
    join: (clocks, utc) => `${clocks.join('；')}（${utc}）`,
    moreZones: (names, more) => `${names}等，另有 ${more} 个时区`,
  },

  send: (until) => (until === null ? '现在可以发送。' : `现在可以发送，截至 ${until}。`),
  defer: (until) => `顺延至 ${until}，即所有规则首次均不反对的时刻。`,
  refuse: () => '不予发送；依现有信息无法得知何时可以发送。',
  reason: (why, until, rule, citation, checked) =>
    `${why}${after('至 ', until)}（${rule}；${citation}${checked ? '' : '，出处未核实'}）。`,
  balanceFact: (asOf, bound) =>
    asOf === null ? `余额的时点不明，时限为 ${bound}` : `余额截至 ${asOf}，时限为 ${bound}`,
  duration: (ms) => (ms % 3_600_000 === 0 ? `${ms / 3_600_000} 小时` : `${Math.round(ms / 60_000)} 分钟`),

  titles: {
    asked: '询问内容',
    where: '借款人可能所在地',
    packs: '适用的合规规则包',
    leftOut: '该地区未适用的规则包',
    record: '已有记录',
    consents: '已记录的授权',
    passed: (count) => `已询问并放行的规则（${count} 条）`,
    silent: (why) => `未发表意见的规则：${why}`,
  },
  asked: (at, tone, kind, channel, mode) => `${tone}，${kind}，${channel}${after('', mode)}，时间 ${at}`,
  nowhere: '不明',
  zone: (zone, clock, evidence) => `${zone}，${clock}：${evidence}`,
  evidence: (sign, what, at) => `${sign}${what === null ? '' : ` ${what}`}${at === null ? '' : `（${at}）`}`,
  onRecord: (n) =>
    `账户 ${n.accounts}，催记 ${n.contacts}，暂缓催收 ${n.holds}，停催 ${n.stops}，授权 ${n.consents}，事件 ${n.events ?? '未提供'}`,
  none: '无',
  zoneData: (version) => `时区数据版本：${version}`,
  consent: (kind, channel, from, until, state) =>
    `${kind}${channel === null ? '' : `（${channel}）`}，自 ${from}${after('至 ', until)}${state === null ? '' : `：${state}`}`,
  notWeighed: '所询问的规则均与之无关',
  source: (rule, citation, verified) => `${rule}：${citation}${after('', verified)}`,
  standing: (version, verified, force) => [version, verified, force].filter((part) => part !== null).join('；'),
  reading: (text) => `采用的解读：${text}`,
  asksConsent: (kinds, isNeeded) => `${isNeeded ? '须有授权（其一）' : '可解除本规则的授权'}：${kinds}`,
  orConsent: (kinds) => `或有专门针对该号码或邮箱的授权：${kinds}`,
  noConsent: '没有记录',

  window: (window): string => {
    switch (window.type as CountWindow['type']) {
      case 'calendar-day':
        return '一个当地自然日'
      case 'rolling-days':
        return `${window.days ?? 0} 个当地自然日（含当日）`
      case 'rolling-hours':
        return `${window.hours ?? 0} 小时`
      case 'calendar-week':
        return `一个自然周（自${TERMS_ZH.weekdays[(window.startsOn ?? 1) - 1] ?? ''}起）`
      case 'calendar-month':
        return '一个自然月'
      case 'week':
        return '7 个当地自然日（对“周”取较严解释）'
    }
  },
  limit: (limit, unit, channels, window, key) => `${window}内至多 ${limit} ${unit}，渠道：${channels}，按${key}计`,
  limitChannels: (limit, channels, window, key) =>
    `${window}内至多使用 ${limit} 种渠道（含本次；${channels}），按${key}计`,
  free: (count) => `前 ${count} 次无人接听不计`,
  onlyMode: (mode) => `只计${mode}的联系，方式不明的也计`,
  counted: (count, of, account) =>
    `${account === null ? '' : `账户 ${account}：`}${of === 'contacts' ? `已计 ${count} 次` : `已使用其他渠道 ${count} 种`}`,
  contact: (at, message, direction, outcome, by) =>
    `${at}：${message}${after('', direction)}，${outcome}${after('由 ', by)}`,
  more: (count) => `另有 ${count} 次`,
  wait: (length, unit, channels, key) =>
    `间隔 ${length}，计入${unit.replace(/^次/, '')}，渠道：${channels}，按${key}计`,
  minutes: (count) => `${count} 分钟`,
  days: (count) => `${count} 个当地自然日`,
  afterConversation: '首次通话之前的联系不计',
  withoutReplies: '对借款人来信的当日答复不计',
  nothingCounts: '间隔内没有联系',
  span: (days, from, to) => `${days ?? '每天'} ${from}–${to}`,
  weekdays: (from, to) => `${from}至${to}`,
  allowed: (spans) => `允许时段：${spans}`,
  banned: (spans) => `禁止时段：${spans}`,
  closedOn: (days) => `${days}全天不联系`,
  holidays: (calendar) => `节假日历：${calendar}`,
  stateIn: (zone, state, until) => `${zone}：${state}${until === null ? '' : `，至 ${until}`}`,
  wants: (event) => `所查的记录：${event}`,
  waits: (days, business) => `等待 ${days} 个${business ? '工作日' : '当地自然日'}`,
  within: (days, business, deadline) =>
    `须在 ${days} 个${business ? '工作日' : '当地自然日'}内完成${deadline === null ? '' : `，期限 ${deadline}`}`,
  lasts: (days) => `未记录结束的，为期 ${days} 个当地自然日`,
  tail: (days) => `结束后再加 ${days} 个当地自然日`,
  since: (at) => `只计本次逾期以来的记录：自 ${at}`,
  origin: (origin, accepted, freshDays) =>
    `号码或邮箱的来源：${origin ?? '未说明'}；认可的来源：${accepted}${freshDays === null ? '' : `；须在 ${freshDays} 个当地自然日以内确认过`}`,
  confirmed: (by, at, until) => `${by}，${at}${until === null ? '' : `，有效至 ${until}`}`,
  unconfirmed: '没有可证明的记录',
  termSince: (at) => `期限自 ${at} 起算`,
  dueFrom: (days) => `逾期满 ${days} 天起`,
  named: (word, more) => `${word}${brackets(more)}`,
  found: (what) => `记录：${what}`,
  happened: (event, kind, at) => `${event}${brackets(kind)}，${at}`,
  hold: (kind, whole, channel, until) =>
    `${kind}，${channel !== null ? `${channel}全部暂缓` : whole ? '借款人的全部账户' : '一个账户'}${after('至 ', until)}`,
  stop: (reason, scope, channel, until) =>
    `${reason}，${scope === 'address' ? '一个号码或邮箱' : scope === 'channel' ? `${channel ?? '该渠道'}全部停止` : '对该借款人全部停止'}${after('至 ', until)}`,
  missing: (blocks) => `文案缺少：${blocks}`,
  tooMuch: (blocks) => `文案不得包含：${blocks}`,
  saysAll: '文案具备所需内容，且无禁止内容',
  account: (id, state) => `账户${id === null ? '' : ` ${id}`}：${state}`,
  deadline: (at) => `期限 ${at}`,
  relation: (relation, lets) => `号码或邮箱属于：${relation ?? '未说明'}；仅限：${lets}`,
  original: (text) => packTextZh(text) ?? (/[A-Za-z]{3}/.test(text) ? `（规则包原文）“${text}”` : text),

  reminder: {
    head: (id, message, tone, kind, from) => `提醒任务 ${id}：${message}，${tone}，${kind}，${from}`,
    direct: '由委托方直接提出',
    step: (rung, ladder, version, lead) =>
      `催收策略 ${ladder}（版本 ${version}）的节点 ${rung}${lead === null ? '' : `，该节点属于账户 ${lead}，因其逾期天数最多而作为主账户`}`,
    ownerQuery: (creditor, recipient, accounts) =>
      `委托方 ${creditor}，借款人 ${recipient}，账户 ${accounts.join('、')}`,
    due: (at) => `应发时间 ${at}`,
    notAfter: (at) => `不得晚于 ${at}`,
    follows: (id) => `接续提醒任务 ${id}（其渠道未能送达）`,
    testKey: '以测试密钥登记，不会到达任何服务商',
    knew: '最近一次判断所依据的事实',
    decided: '判断结果',
    tried: '触达记录',
    nothingYet: '暂无',
    noCall: '无，未调用任何服务商',
    asked: '最近一次判断时各规则的依据',
    missing: (packs) => `以下规则包版本已不再加载：${packs}。其规则的依据无法重述，上文所列理由以当时记录为准`,
    otherwise: '现在重新询问，规则得出的结论与记录不同；以上文记录为准',
    erased: '相关事实已随借款人信息删除，各规则的依据无法重述',
    again: (repeats, last) => `；同一结果共 ${repeats} 次，最近一次 ${last}`,
    send: (until) => (until === null ? '发送，没有规则反对' : `发送，${until} 之前没有规则反对`),
    wait: (until) => (until === null ? '等待' : `等待至 ${until}`),
    notNow: '目前不发送，何时可以发送尚不得知；事实变化时重新判断，直至期限',
    never: '不予发送',
    because: (why, until) => `理由：${why}${after('至 ', until)}`,
    rule: (rule, pack, version, citation, checked, code) =>
      `  规则 ${rule}（${pack} ${version}）${citation === '' ? '' : `，${citation}${checked ? '' : '（出处未核实）'}`} [${code}]`,
    packs: (packs, zoneData) => `所询问的规则包：${packs ?? '无'}${zoneData === null ? '' : `；时区数据 ${zoneData}`}`,
    inTheWay: (reminder) => `与提醒 ${reminder} 冲突`,
    attempt: (no, at, route, provider, status, why) =>
      `第 ${no} 次触达，${at}：通道 ${route}（${provider}），${status}${brackets(why)}`,
    template: (template, version, locale, hash) =>
      `模板 ${template}，版本 ${version}，语言 ${locale}；文案哈希 ${hash}`,
    reference: (reference) => `服务商编号 ${reference}`,
    settledBy: (by) => `曾为结果未知；由 ${by} 核定`,
    receipt: (says, code, at, changed) =>
      `服务商回执：${says}${brackets(code)}，收到时间 ${at}${changed ? '' : '；未改变状态'}`,
    inShort: (words) => `结论：${words}`,
    becauseOf: (why, rule) => `，因为${why}（${rule}）`,
    scheduled: (because, at, decided) =>
      decided ? `等待中${because}；将于 ${at} 重新判断。` : `等待判断，时间 ${at}。`,
    queued: '等待处理。',
    sending: '正在交付服务商。',
    sent: '已发出，尚无送达证明。',
    delivered: '已发出，服务商回执显示已送达。',
    failed: (why) => `未送达${why === null ? '' : `：${why}`}。`,
    refused: (because) => `未发送${because}。`,
    expired: (because) => `未发送：期限先到${because === '' ? '' : `；此前一直等待${because}`}。`,
    cancelled: (why) => `已取消${why === null ? '' : `：${why}`}。`,
    askedBy: (who) => `应 ${who} 要求`,
    inDoubt: '可能已发出也可能未发出；按已发出计，系统不会自行重发。',
  },

  facts: {
    account: (state, days, since, product, role, asOf) =>
      `账户：${state}，${days === null ? '逾期天数不明' : `逾期 ${days} 天`}${since === null ? '' : `，自 ${since} 未还`}，产品 ${product}，${role}；${asOf === null ? '余额时点不明' : `余额截至 ${asOf}`}`,
    where: (places, jurisdictions) => `借款人可能所在地：${places ?? '不明'}${brackets(jurisdictions)}`,
    address: (parts, channel) => {
      if (parts === null) return `联系方式：没有可用于${channel}的`
      const known = [
        parts.kind,
        parts.country === null ? null : `国家或地区 ${parts.country}`,
        parts.relation === null ? null : `属于${parts.relation}`,
      ].filter((part) => part !== null)
      return `联系方式：${known.join('，') || '类别不明'}`
    },
    contacts: (count, last) => (count === 0 ? '此前联系：没有记录' : `此前联系：${count} 次，最近一次 ${last}`),
    hold: (words) => `暂缓催收：${words}`,
    stop: (words) => `停催：${words}`,
    consents: (kinds) => `已记录的授权：${kinds}`,
    noEvents: '历史事件：未提供',
  },

  timeline: {
    spell: (no, ladder, days) => `第 ${no} 个逾期期次开始，催收策略 ${ladder}，逾期 ${days} 天。`,
    event: (type, kind, effective, effect) =>
      `上报事件：${type}${brackets(kind)}${after('生效时间 ', effective)}。${effect === null ? '' : `${effect}。`}`,
    hold: (kind, whole, channel, until, by) =>
      `暂缓催收：${kind}，${channel !== null ? `${channel}全部暂缓` : whole ? '借款人的全部账户' : '本账户'}${after('至 ', until)}${after('操作人 ', by)}。`,
    holdEnded: (kind, why, by) => `暂缓结束：${kind}${brackets(why)}${after('操作人 ', by)}。`,
    stop: (words, source) => `停催：${words}，来源 ${source}。`,
    stopLifted: (reason, why, by) => `停催解除：${reason}${brackets(why)}${after('操作人 ', by)}。`,
    reminder: (message, tone, step, lead, due, status, why) =>
      `计划${message}，${tone}${step === null ? '，由委托方直接提出' : `，节点 ${step}`}${lead === null ? '' : `（属于账户 ${lead}，因其逾期天数更多而作为主账户）`}${after('应发时间 ', due)}；目前${status}${brackets(why)}。`,
    send: (until, repeats) => `判断：发送${after('有效至 ', until)}。${repeats}`,
    wait: (until, why, repeats) => `判断：顺延${after('至 ', until)}，${why}。${repeats}`,
    refuse: (why, same, repeats) => `判断：不予发送，${why}${after('与提醒相同：', same)}。${repeats}`,
    repeats: (count, last) => `同一结果共 ${count} 次${after('最近一次 ', last)}。`,
    rule: (why, rule, citation) => `${why}，规则 ${rule ?? '未记录'}${after('', citation)}`,
    attempt: (no, message, tone, status, code) => `第 ${no} 次触达：${message}，${tone}，${status}${brackets(code)}。`,
    receipt: (no, says, code, changed) =>
      `第 ${no} 次触达的回执：${says}${brackets(code)}${changed ? '' : '；未改变状态'}。`,
    contact: (message, direction, outcome, by, excess) =>
      `他处的联系：${message}，${direction}，${outcome}${after('由 ', by)}${excess === null ? '' : `；按 ${excess} 本不应联系`}。`,
    handOff: (due) => `建议人工移交外部机构${after('应办时间 ', due)}。`,
    task: (rung, due) => `人工任务：${rung}${after('应办时间 ', due)}。`,
    replyToRead: (due) => `回复待人工阅读${after('应办时间 ', due)}。`,
    withdrawn: (rung, why) => `${rung === null ? '移交建议' : `人工任务：${rung}`} 已撤回：${why}。`,
    taskDone: (outcome, by) => `人工任务完成：${outcome}${after('操作人 ', by)}。`,
    skipped: (rung, why, detail) => `节点 ${rung} 未执行：${why}${brackets(detail)}。`,
    nothing: '尚无记录。',
    zoneLine: (zone) =>
      `时间为 ${zone} 当地时间，括号内为协调世界时；方括号内为提醒任务编号，可用于 \`decorum explain\`。`,
  },
}
