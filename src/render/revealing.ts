/**
 * Words that would tell a stranger of a debt. None may stand where others can see or hear it: subject
 * lines, a call's opening, a voicemail (12 CFR 1006.2(j); 1006.22(f)(3) for what shows on an envelope).
 */
const DEBT_WORDS_EN = /\b(debts?|owe[ds]?|owing|overdue|past[- ]due|late|arrears|delinquen\w*|default(?:ed)?|collect(?:ions?|ors?|ing)?|loans?|lend(?:er|ing)?|credit|borrow\w*|repay\w*|pay(?:ment|ments|ing|able)?|unpaid|balances?|instal?ments?|amount|due|charge[- ]?off|interest|bureau|foreclos\w*|bankrupt\w*|judg(?:e)?ments?)\b/i
const DEBT_WORDS_ZH = /债|欠|逾期|贷|借款|借据|还款|还钱|催|罚息|利息|应还|未还|分期|账单|征信|信用|拖|违约|金额|本金|代偿|诉/u

/** The first word in the text that would reveal a debt, or null. */
export function revealingWord(text: string): string | null {
  return (DEBT_WORDS_ZH.exec(text) ?? DEBT_WORDS_EN.exec(text))?.[0] ?? null
}
