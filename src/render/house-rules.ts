import { linksIn } from './text.ts'

/** Phrases banned from every English text. 15 USC 1692d–f and the house standard for words. */
const NEVER_SAY_EN: readonly NeverSay[] = [
  {
    pattern:
      /\b(?:arrest\w*|jail\w*|prison\w*|police|sheriff\w*|criminal\w*|crimes?|fraud\w*|felon\w*|prosecut\w*|warrants?)\b/i,
    reason: 'threatens with crime; an unpaid debt is none',
  },
  {
    pattern:
      /\b(?:su(?:e|ed|ing)|lawsuits?|litigat\w*|garnish\w*|seiz\w*|repossess\w*|lev(?:y|ied)|liens?|attach your|legal (?:action|proceedings|steps|department|consequences)|courts?|attorneys?|lawyers?|judg(?:e)?ments?)\b/i,
    reason: 'speaks of legal steps that no one has decided',
  },
  {
    pattern:
      /\b(?:government|federal|treasury|IRS|law enforcement|official (?:notice|warning)|department of|bureau of)\b/i,
    reason: 'hints at government authority',
  },
  {
    pattern: /\b(?:final|last) (?:notice|chance|warning|demand|opportunity|reminder|call)\b/i,
    reason: 'deceptive if anything follows',
  },
  {
    pattern:
      /\b(?:act now|immediate(?:ly)?|urgent(?:ly)?|at once|right away|without delay|as soon as possible|asap|today only|expires?|deadline|hurry|do not ignore|time is running out)\b/i,
    reason: 'hurries',
  },
  {
    pattern:
      /\b(?:hours?|days?|minutes?) (?:left|remaining|to go)\b|\bonly \S+ (?:hours?|days?|minutes?)\b|\bcountdown\b/i,
    reason: 'counts down',
  },
  {
    pattern:
      /\b(?:ruin\w*|destroy\w*|wreck\w*|damag\w*|hurt\w*|harm\w*) (?:your|the) credit\b|\bcredit (?:will|may|could|can) be (?:ruined|damaged|destroyed|hurt|harmed)\b|\bblack ?list\w*/i,
    reason: 'exaggerates what credit reporting does',
  },
  {
    pattern:
      /\b(?:consequences|or else|failure to (?:pay|respond|comply)|face (?:the|further)|you (?:must|have to|are required to|are obliged to)|we (?:demand|insist)|demand (?:for )?payment)\b/i,
    reason: 'threatens or orders',
  },
  {
    pattern:
      /\b(?:sham(?:e|ed|eful)|asham\w*|embarrass\w*|disgrac\w*|deadbeats?|irresponsib\w*|dishonest\w*|lia(?:r|rs)|broken your word|pity|guilt\w*)\b/i,
    reason: 'shames or pleads',
  },
  {
    pattern:
      /\b(?:tell|contact|inform|notify|call|visit|reach) (?:to )?your (?:family|spouse|wife|husband|parents?|children|employer|boss|work\w*|neighbou?rs?|friends?|relatives?|references?)\b/i,
    reason: 'threatens to tell others',
  },
  {
    pattern: /\b(?:visit|come to|go to|stop by|show up at) (?:you|your (?:home|house|door|work\w*|office))\b/i,
    reason: 'threatens with a visit',
  },
  {
    pattern: /\b(?:your (?:family|children|kids|illness|health)|for the sake of)\b/i,
    reason: 'presses through family or illness',
  },
  {
    pattern:
      /\b(?:discount\w*|settle (?:for|it for)|waiv\w+|forgiv\w+|write off part|reduced amount|special offer|limited[- ]time)\b/i,
    reason: 'offers what no one has approved',
  },
  {
    pattern: /\b(?:expos\w+ you|make (?:it|this) public|publish your|post your name)\b/i,
    reason: 'threatens to make the debt public',
  },
]

/** Phrases banned from every Chinese text, by the house standard for words. */
const NEVER_SAY_ZH: readonly NeverSay[] = [
  { pattern: /公安|警方|警察|民警|报警|报案|立案|经侦/u, reason: '冒充或借用公权力' },
  {
    pattern: /刑事|犯罪|判刑|坐牢|入狱|诈骗|骗贷|抓捕|拘留|逮捕|传唤|通缉|刑拘/u,
    reason: '以刑事责任相威胁，欠款是民事关系',
  },
  { pattern: /政府|央行|人民银行|监管部门|监管机构|司法局|国家机关/u, reason: '暗示政府权力' },
  {
    pattern: /法院|律师函|律师|起诉|诉讼|仲裁|法务|强制执行|司法程序|法律责任|法律手段|法律后果/u,
    reason: '并非法律文书，不得借法律名义施压',
  },
  {
    pattern: /上门|走访|外访|登门|家访|户籍地|(?:去|到|前往)您?的?(?:单位|公司|家里|家中|住处|居住地)/u,
    reason: '以到访相威胁',
  },
  {
    pattern:
      /通讯录|紧急联系人|(?:通知|告知|联系|告诉|联络|致电)您?的?(?:家人|家属|亲友|亲属|亲戚|父母|配偶|爱人|朋友|同事|领导|单位|公司|联系人|担保人)/u,
    reason: '以告知第三人相威胁，个人信息不得外泄',
  },
  { pattern: /失信|限高|限制高消费|冻结|查封|扣划|拍卖/u, reason: '属法院措施，不由我们决定' },
  {
    pattern:
      /黑名单|污点|影响(?:您|你)?的?(?:子女|孩子|后代|家人|上学|就业|工作|出行|生活)|影响.{0,4}征信|征信.{0,4}(?:受损|变黑|污点|花了)|一辈子|终身/u,
    reason: '夸大后果',
  },
  {
    pattern: /恶意|老赖|赖账|逃债|丧失诚信|没有诚信|不讲信用|不要脸|无赖|良心|羞耻|丢人|丢脸|可耻|欠债还钱|天经地义/u,
    reason: '羞辱人',
  },
  { pattern: /可怜|同情|生病|疾病|家庭困境/u, reason: '以怜悯、家庭、疾病施压' },
  {
    pattern:
      /最后(?:的)?(?:机会|通知|一次|期限|通牒|警告|宽限)|今[日天](?:之)?内|今[日天]必须|务必|必须|后果自负|一切后果|严重后果|立即|立刻|马上|速速|限期|否则|刻不容缓|逾期不候|十万火急|紧急/u,
    reason: '催逼',
  },
  {
    pattern: /倒计时|仅剩|只剩|还剩|剩余.{0,6}(?:天|小时|分钟)|(?:天|小时|分钟)后(?:失效|截止|关闭)/u,
    reason: '虚假的剩余时间',
  },
  { pattern: /减免|打折|优惠|免息|免除.{0,4}(?:利息|罚息|本金)|一口价/u, reason: '未经批准的让利' },
  { pattern: /曝光|公之于众|公布您?的?(?:信息|姓名|照片)|群发/u, reason: '以公开个人信息相威胁' },
]

/** A breach of the house standard in a text. */
interface WordFinding {
  rule: string
  /** The offending words and why. */
  text: string
}

/** Where the words are used: some rules hold for certain locales and channels only. */
interface WordPlace {
  locale: string
  channel: 'phone' | 'sms' | 'email'
}

const ALLOWED_CAPITALS = new Set(['STOP', 'HELP', 'START'])
const CAPITALS = /\b[A-Z]{4,}\b|\b[A-Z]{2,}(?:\s+[A-Z]{2,})+\b/g
const HAN_FIGURE = /[一二两三四五六七八九十百千万]+(?:天|日内|小时|分钟|个?月内|元|折|%|％)/u
const WORD_FIGURE =
  /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|thousand)[- ](?:business )?(?:days?|hours?|weeks?|months?|percent|dollars?|payments?|instal?lments?)\b/i
/** A phone key after its verb: the only figure an author may write. */
const PHONE_KEY = /(?:按|press )[0-9*#]/gi

/**
 * Which of these words break the house standard, at any tone?
 *
 * @param text  words as an author wrote them, without facts
 */
export function wordFindings(text: string, place: WordPlace): WordFinding[] {
  const findings: WordFinding[] = [...neverSaid(text)]
  const add = (rule: string, found: string | null | undefined, why: string): void => {
    if (found !== null && found !== undefined) findings.push({ rule, text: `"${found}": ${why}` })
  }
  add('exclamation', /[!！]/.exec(text)?.[0], 'no exclamation marks')
  add(
    'capitals',
    (text.match(CAPITALS) ?? []).find((word) => !ALLOWED_CAPITALS.has(word)),
    'no shouting',
  )
  add('signature', /[【】]/.exec(text)?.[0], 'the signature comes from the creditor, not from the author')
  add('link', linksIn(text)[0], "links come from the creditor's facts")
  const withoutKeys = place.channel === 'phone' ? text.replace(PHONE_KEY, '') : text
  add(
    'figure',
    /[0-9０-９]+/.exec(withoutKeys)?.[0] ?? HAN_FIGURE.exec(text)?.[0] ?? WORD_FIGURE.exec(text)?.[0],
    'figures come from the facts',
  )
  if (place.channel === 'sms' && isChinese(place.locale))
    add('currency-sign', /[¥￥]/.exec(text)?.[0], 'carriers refuse it; amounts are written 1,250.00元')
  return findings
}

/** Which banned phrases does this text contain? Both languages are checked in every text. */
export function neverSaid(text: string): WordFinding[] {
  return [...NEVER_SAY_ZH, ...NEVER_SAY_EN].flatMap(({ pattern, reason }) => {
    const found = pattern.exec(text)
    return found === null ? [] : [{ rule: 'never-say', text: `"${found[0]}": ${reason}` }]
  })
}

export const isChinese = (locale: string): boolean => /^zh\b/i.test(locale)

/** A phrase that no reminder may use, at any tone, and why. */
interface NeverSay {
  pattern: RegExp
  reason: string
}

/**
 * Words that would reveal a debt to a stranger. None may be used where others can see or hear it: subject
 * lines, a call's opening, a voicemail (12 CFR 1006.2(j); 1006.22(f)(3) for text visible on an envelope).
 */
const DEBT_WORDS_EN =
  /\b(debts?|owe[ds]?|owing|overdue|past[- ]due|late|arrears|delinquen\w*|default(?:ed)?|collect(?:ions?|ors?|ing)?|loans?|lend(?:er|ing)?|credit|borrow\w*|repay\w*|pay(?:ment|ments|ing|able)?|unpaid|balances?|instal?ments?|amount|due|charge[- ]?off|interest|bureau|foreclos\w*|bankrupt\w*|judg(?:e)?ments?)\b/i
const DEBT_WORDS_ZH =
  /债|欠|逾期|贷|借款|借据|还款|还钱|催|罚息|利息|应还|未还|分期|账单|征信|信用|拖|违约|金额|本金|代偿|诉/u

/** The first word in the text that would reveal a debt, or null. */
export function revealingWord(text: string): string | null {
  return (DEBT_WORDS_ZH.exec(text) ?? DEBT_WORDS_EN.exec(text))?.[0] ?? null
}
