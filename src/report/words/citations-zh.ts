/**
 * Citations and readings that are the house's own words, in Chinese, by rule.
 *
 * Each is stored with the text that it translates: where a pack has been edited since, the pack's own text is
 * shown, never a translation of an earlier one. Foreign law is cited as it is.
 */
const CITATIONS: Readonly<Record<string, readonly [of: string, zh: string]>> = {
  'decorum/open-account': [
    'Decorum: a debt that is settled, cured, withdrawn or handed off is not chased',
    'Decorum 承诺：已结清、已恢复正常、已撤回、已核销或已移交的账户不再催收',
  ],
  'decorum/deadline': [
    'Decorum: a reminder is not sent after its own deadline',
    'Decorum 承诺：提醒不在其期限之后发送',
  ],
  'decorum/suppression': [
    'Decorum: people who opted out or must not be contacted are never contacted',
    'Decorum 承诺：要求停止联系或不得联系的人，不再联系',
  ],
  'decorum/stopping-event': [
    'Decorum: a death, an attorney, a bankruptcy or an identity fraud stops contact as soon as it is known',
    'Decorum 承诺：获知身故、委托律师、破产或身份冒用后立即停止联系',
  ],
  'decorum/own-address': [
    "Decorum: only the borrower's own addresses are ever used",
    'Decorum 承诺：只使用借款人本人的联系方式',
  ],
  'decorum/hold': [
    'Decorum: no reminder during a promise, dispute, hardship, complaint or other hold',
    'Decorum 承诺：遵守承诺还款、债务异议、还款困难、投诉等暂缓',
  ],
  'decorum/payment-in-flight': ['Decorum: no reminder while a payment is on its way', 'Decorum 承诺：款项在途时不催收'],
  'decorum/facts-agree': [
    'Decorum: facts that contradict each other hold the account (promise 11)',
    'Decorum 承诺：事实相互矛盾时暂缓该账户（承诺 11）',
  ],
  'decorum/balance-in-time': [
    'Decorum: a balance dated in the future is not known, and not chased (promise 11)',
    'Decorum 承诺：日期在将来的余额视为未知，不据以催收（承诺 11）',
  ],
  'decorum/person-in-time': [
    'Decorum: facts about a person that are dated in the future are not known, and nobody is contacted by them (promise 11)',
    'Decorum 承诺：日期在将来的个人信息视为未知，不据以联系（承诺 11）',
  ],
  'decorum/fresh-balance': [
    "Decorum: a balance older than the creditor's bound is not chased (promise 11)",
    'Decorum 承诺：余额超过委托方规定的时限即不据以催收（承诺 11）',
  ],
  'decorum/location': [
    'Decorum: nobody is contacted while it is unknown where, and so at what hour, they are (promise 11)',
    'Decorum 承诺：不知借款人所在地、从而不知当地时间时，不联系（承诺 11）',
  ],
  'decorum/blocked-time': [
    'Decorum: no contact at times at which the recipient asked not to be contacted',
    'Decorum 承诺：遵守借款人要求不联系的时段',
  ],
  'decorum/one-call-at-a-time': [
    'Decorum: a person has at most one call in flight',
    'Decorum 承诺：对同一人同时至多一通电话',
  ],
  'decorum/one-catch-up-a-day': [
    'Decorum: what is late goes one message a day, on a day without another',
    'Decorum 承诺：迟发的消息每日至多一条，且当日没有其他联系',
  ],
  'decorum/test-mode': [
    'Decorum: a test key, or a copy of the system, reaches nobody (promise 12)',
    'Decorum 承诺：测试密钥或系统副本不触达任何人（承诺 12）',
  ],
  'decorum/switch': ['Decorum: a switch thrown by an operator holds at once', 'Decorum 承诺：运营人员关停后立即生效'],
  'decorum/clock': ['Decorum: nothing is sent while the time is in doubt', 'Decorum 承诺：系统时间存疑时不发送'],
  'decorum/route': ['Decorum: a message needs a route that serves it', 'Decorum 承诺：须有可承载该消息的通道'],
  'decorum/registration': [
    'Decorum: a template that needs registration is not sent without it',
    'Decorum 承诺：须报备的模板未报备不发送',
  ],
  'decorum/total': ['Decorum: what cannot be decided is not sent', 'Decorum 承诺：无法判断的不发送'],
  'decorum/common-window': [
    'Decorum: every rule must agree before anything is sent (promise 3)',
    'Decorum 承诺：所有规则均不反对方可发送（承诺 3）',
  ],
  'decorum/unwritable': ['Decorum: one item cannot fail another', 'Decorum 承诺：一项失败不影响另一项'],
  'decorum/words': ['Decorum: words are sent whole and true, or not at all', 'Decorum 承诺：文案完整真实，否则不发送'],
  'decorum/sms-to-landline': [
    'Decorum: an SMS goes to a landline only where an operator has set that landlines take them (delivery.smsToLandlines)',
    'Decorum 承诺：仅在运营人员设定固定电话可接收短信的地区向固定电话发送短信',
  ],
  'decorum/same-words': [
    'Decorum: the same words about the same debt are not sent twice',
    'Decorum 承诺：同一笔欠款的同样内容不重复告知',
  ],
  'house-limits/two-contacts-a-day': [
    'House policy: two contacts a day and person, over all channels and accounts',
    '内部规则：每人每日至多联系两次，各渠道各账户合计',
  ],
  'house-limits/three-call-attempts-a-day': [
    'House policy: three attempts to call a person in a day, answered or not',
    '内部规则：每人每日至多拨打三次，不论是否接听',
  ],
  'house-limits/three-hours-apart': [
    'House policy: three hours between two contacts, over all channels and accounts',
    '内部规则：两次联系间隔不少于三小时，各渠道各账户合计',
  ],
  'house-limits/kr-unanswered-calls': [
    'House policy: in Korea all of the seven in seven days count, unanswered calls too',
    '内部规则：韩国七日内七次的上限，未接听的电话也计入',
  ],
  'house/contact-window': [
    'House policy: Monday to Friday 09:00–19:00, Saturday 10:00–16:00, never on Sunday',
    '内部规则：周一至周五 09:00–19:00，周六 10:00–16:00，周日不联系',
  ],
  'house/one-call-a-day': ['House policy: one call a day and person', '内部规则：每人每日至多一通电话'],
  'house/two-calls-a-week': ['House policy: two calls in seven days', '内部规则：七日内至多两通电话'],
  'house/one-message-a-day': [
    'House policy: one text or email a day and person',
    '内部规则：每人每日至多一条短信或一封邮件',
  ],
  'house/after-conversation': [
    'House policy: no call for seven days after a conversation',
    '内部规则：通话后七日内不再致电',
  ],
  'house-cn/contact-window': ['House policy: 09:00–20:00 on every channel', '内部规则：各渠道均为 09:00–20:00'],
  'house-cn/no-calls-at-noon': ['House policy: no calls during the midday rest', '内部规则：午休时间不致电'],
  'house-cn/calm-holidays': [
    'House policy: no firm calls on public holidays',
    '内部规则：法定节假日不进行正式催告及处置前告知的电话',
  ],
  'house-cn/one-text-a-day': [
    'House policy: one reminder by text a day and person',
    '内部规则：每人每日至多一条短信提醒',
  ],
  'house-cn/calls-three-hours-apart': ['House policy: three hours between calls', '内部规则：两通电话间隔不少于三小时'],
  'house-cn/one-contact-per-number-an-hour': [
    'House policy: a number that two borrowers share is not reached twice within an hour',
    '内部规则：两名借款人共用的号码一小时内不触达两次',
  ],
  'cn-gbt-45251/contact-window': [
    'GB/T 45251—2025 §5.3 (clause number from memory)',
    'GB/T 45251—2025 §5.3（条款号凭记忆）',
  ],
  'cn-credit-card/cardholder-and-guarantor-only': [
    '商业银行信用卡业务监督管理办法 art. 68',
    '《商业银行信用卡业务监督管理办法》第六十八条',
  ],
  'cn-credit-card/collection-letter': [
    '商业银行信用卡业务监督管理办法 art. 69',
    '《商业银行信用卡业务监督管理办法》第六十九条',
  ],
  'cn-credit-card/records-two-years': [
    '商业银行信用卡业务监督管理办法 art. 68',
    '《商业银行信用卡业务监督管理办法》第六十八条',
  ],
  'cn-sms/signature': ['Carrier and vendor convention: 【签名】', '运营商及服务商惯例：【签名】'],
  'cn-sms/refusal-words': [
    '通信短信息服务管理规定（工信部令第31号）; vendor convention',
    '《通信短信息服务管理规定》（工信部令第31号）；服务商惯例',
  ],
  'hk/no-pestering': ['Code of Banking Practice ch. 5; HKMA 3.4.1', '香港《银行营运守则》第五章；金融管理局 3.4.1'],
  'hk/say-who-calls': [
    'Code of Banking Practice ch. 5 (no anonymous contact)',
    '香港《银行营运守则》第五章（不得匿名联系）',
  ],
}

const READINGS: Readonly<Record<string, readonly [of: string, zh: string]>> = {
  'cn-cba-2026/contact-window': [
    'The guide names phone, visits and other collection: read as every channel, for every lender and its agencies.',
    '指引列举电话、上门及其他催收方式：理解为各渠道，适用于所有出借机构及其受托机构。',
  ],
  'cn-cba-2026/six-unanswered-a-day': [
    '对同一联系方式每日未接通拨打不宜超过6次：按上限执行。A call whose outcome is unknown may have been one of them.',
    '对同一联系方式每日未接通拨打不宜超过6次：按上限执行。结果未知的呼叫按未接通计。',
  ],
  'cn-cba-2026/complaint-stops': [
    'A complaint is said to stop collection within the hour, and recordings to be kept; neither was read. Off; a recorded complaint holds the account all the same (decorum/hold).',
    '据称投诉后一小时内应停止催收并保存录音；两项均未读到原文，故停用。已记录的投诉仍会暂缓该账户的催收（decorum/hold）。',
  ],
  'cn-credit-card/collection-letter': [
    'Every email about a card counts as a collection letter, whatever its tone.',
    '凡涉及信用卡的电子邮件，无论语气，均按催收函件对待。',
  ],
  'cn-gbt-45251/contact-window': [
    '未与债务人约定时间的，22:00—次日08:00不得催收。Every channel; 08:00:00 is allowed, 22:00:00 is not. A time agreed with the debtor is recorded as consent.',
    '未与债务人约定时间的，22:00—次日08:00不得催收。适用于各渠道；08:00:00可以联系，22:00:00不可以。与债务人约定的时间记录为授权。',
  ],
  'cn-gbt-45251/three-effective-calls-a-day': [
    '当日有效呼叫≤3次：人工与智能语音合并计算，出借机构与全部受托机构合并计算（取较严解释）。A call that a voicemail or an assistant answered was connected and counts; one whose outcome is not known yet counts too. Calls that nobody answered do not.',
    '当日有效呼叫≤3次：人工与智能语音合并计算，出借机构与全部受托机构合并计算（取较严解释）。语音信箱或助理应答的呼叫视为接通并计入；结果尚不明的也计入；无人接听的不计。',
  ],
  'cn-gbt-45251/seven-day-interval': [
    'The text was seen, its meaning was not settled: it looks like the interval between placements, not between contacts. Off until the standard has been read.',
    '已见条文，含义未定：似指两次委案之间的间隔，而非两次联系之间的间隔。读到标准原文之前停用。',
  ],
  'house-limits/two-contacts-a-day': [
    "A ring in vain and a message that failed reached nobody; what is not final may have. An answer to the person's own message does not count.",
    '无人接听的呼叫和发送失败的消息未触达任何人；结果未定的视为可能已触达。对借款人来信的答复不计。',
  ],
  'house-limits/kr-unanswered-calls': [
    'kr/seven-in-seven-days leaves two unanswered calls out. What loosens waits until the decree has been read; then this rule goes.',
    'kr/seven-in-seven-days 不计其中两通未接听的电话。放宽之处待读到施行令原文后再采用，届时删除本规则。',
  ],
  'house-cn/calm-holidays': [
    'Make-up workdays are ordinary days. A year whose notice has not been published is refused.',
    '调休上班日按平日对待。放假通知尚未公布的年份不予发送。',
  ],
}

/** Refusals because of a message's text name the cause after the slash: `decorum/words/…`. */
const stem = (rule: string): string => (rule.startsWith('decorum/words') ? 'decorum/words' : rule)
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()

const inChinese = (
  table: Readonly<Record<string, readonly [string, string]>>,
  rule: string,
  text: string,
): string | null => {
  const entry = Object.hasOwn(table, stem(rule)) ? table[stem(rule)] : undefined
  return entry !== undefined && squeezed(entry[0]) === squeezed(text) ? entry[1] : null
}

/** The citation in Chinese; null where it is law that is cited as it is, or words that changed since. */
export const citationZh = (rule: string, citation: string): string | null => inChinese(CITATIONS, rule, citation)

/** The reading in Chinese; null where the pack's present text has no translation. */
export const readingZh = (rule: string, reading: string): string | null => inChinese(READINGS, rule, reading)
