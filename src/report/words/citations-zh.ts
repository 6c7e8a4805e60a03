/**
 * Citations that are the house's own words, in Chinese, by rule.
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

/** Refusals because of a message's text name the cause after the slash: `decorum/words/…`. */
const stem = (rule: string): string => (rule.startsWith('decorum/words') ? 'decorum/words' : rule)
const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The citation in Chinese; null where it is law that is cited as it is, or words that changed since. */
export function citationZh(rule: string, citation: string): string | null {
  const entry = Object.hasOwn(CITATIONS, stem(rule)) ? CITATIONS[stem(rule)] : undefined
  return entry !== undefined && squeezed(entry[0]) === squeezed(citation) ? entry[1] : null
}
