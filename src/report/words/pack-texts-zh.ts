/**
 * The packs' own words in Chinese: titles, readings, and what routes, third parties and opt-outs say, by the text they translate.
 *
 * A pack that has been edited since has no entry, and its text is quoted, so that an earlier text's translation is never shown.
 */
const TEXTS: Readonly<Record<string, string>> = {
  'Texts are read as telephone contact.': '短信按电话联系对待。',
  '"Week" is any seven consecutive days; a text or email that may have arrived is a contact made.':
    '“一周”指任意连续七日；可能已送达的短信或邮件视为已联系。',
  '"Month" is any 31 consecutive days, which is never looser than the calendar month.':
    '“一月”指任意连续 31 日，不宽于自然月。',
  'The first reminder costs nothing; interest and charges of default may be asked only after fourteen days. It limits what may be charged and not when somebody is written to, so nothing is refused by it: amounts come from upstream.':
    '首次催告不得收费；满十四日后方可主张迟延利息及费用。所限者为收费而非何时联系，故不据此拒绝；金额由上游系统提供。',
  'Every channel.': '适用于各渠道。',
  'Prohibited practices for collection agencies. Every channel, every day of the week: a page that speaks of Sundays and holidays (canadiandebtrelief.ca p=817) contradicts the fact base and its own sister page, and was not followed. "Unless the debtor has agreed" is read as consent.':
    '系对催收机构的禁止行为。适用于各渠道、每周各日：有一网页提及周日及节假日（canadiandebtrelief.ca p=817），与资料汇编及其同站页面矛盾，未予采用。“债务人已同意的除外”理解为授权。',
  "Three contacts in seven consecutive days: attempts over every channel, about any of the person's debts, count, since no exception was read.":
    '连续七日内三次联系：各渠道的尝试、涉及该借款人任何债务的均计入，因未读到例外。',
  "Every channel, in every zone the province keeps unless the person's own is known.":
    '适用于各渠道；借款人自己的时区不明时，按该省的每个时区。',
  'After the first conversation, which counts itself. A ring without a message is not a contact.':
    '自首次通话起，该次通话计入。响铃而未留言的不算联系。',
  'Working days are read without public holidays.': '工作日不含法定节假日。',
  '"Week" is any seven consecutive days; attempts count.': '“一周”指任意连续七日；每次尝试均计。',
  'After the first direct contact, which counts itself.': '自首次直接联系起，该次联系计入。',
  '"Week" is any seven consecutive days.': '“一周”指任意连续七日。',
  'Contact only over channels that the consumer authorised: recorded as consent of kind authorised-channel, one for each channel. The running system refuses where none is on record; a bare case that names none says nothing about it.':
    '仅通过消费者授权的渠道联系：记录为 authorised-channel 类授权，每个渠道一项。系统运行时，无记录即拒绝；单独判断的案例未列出此类授权的，视为未说明。',
  'Until a notice of kind first-demand is on record for each account, every text and email counts as the first demand and needs all of it. A call is not text form.':
    '在每个账户均有 first-demand 类通知的记录之前，每条短信和每封邮件均按首次催告对待，须具备全部内容。电话不属于文本形式。',
  'Before the first collection after a transfer. The article binds servicers and collectors for a purchaser too: state the role debt-buyer for an account that is collected for one.':
    '债权转让后首次催收之前。该条亦约束为受让方服务或催收的机构：代受让方催收的账户，请将身份填为 debt-buyer。',
  'Off, because a servicer or collector of an original creditor owes no such notice, and the role does not say for whom it collects. Whoever collects for purchasers alone copies this rule into a house pack.':
    '停用：为原始债权人服务或催收的机构无此通知义务，而身份一项不说明为谁催收。仅为受让方催收的，可将本规则复制到内部规则包。',
  'Attempts count like calls that were answered.': '未接通的尝试与接听的电话同样计入。',
  'Whether it was the only number given is not known here, so it is never used.':
    '无从得知其是否为唯一提供的号码，故一律不使用。',
  'The circular names calls; read for every channel, since it also bars persistent contact. It leaves microfinance out (business-standard.com 2022-08-12).':
    '通函所称为电话；因其亦禁止持续纠缠，理解为各渠道。小额信贷不在其内（business-standard.com 2022-08-12）。',
  'A message about a microfinance loan and another one keeps both hours.':
    '同时涉及小额信贷与其他贷款的消息，两种时段均须遵守。',
  'A draft. Off until the final text has been read.': '草案。读到正式文本之前停用。',
  'The text names telephone, fax and visits; read for every channel. Hours that the debtor named (2号) are recorded as blocked times, which decorum/blocked-time keeps everywhere.':
    '条文列举电话、传真及上门；理解为各渠道。债务人指明的时段（2号）记录为不便时段，各地均由 decorum/blocked-time 遵守。',
  'After the notice of an attorney or judicial scrivener, or of a procedure in court, the debtor is contacted over no channel.':
    '收到律师、司法书士的受任通知或法院程序的通知后，不再通过任何渠道联系债务人。',
  "Every attempt counts, but for the first two unanswered calls. That these are free stands in one secondary source and not in the other, and nobody has read the decree: until somebody has, house-limits/kr-unanswered-calls counts them in everything that is decided by the packs in force, so that nothing is loosened by it. A reply on the same day does not count: the first contact after the person's own message, over the same channel, on the same local day, both known to be about this claim. Whatever follows it counts, and a reminder is no reply. Mandatory notices are let through and count, since a past contact does not say that it was one.":
    '每次尝试均计，前两通未接听的电话除外。该例外仅见于一处二手资料而不见于另一处，施行令无人读过：在读到之前，凡按生效规则包作出的判断，均由 house-limits/kr-unanswered-calls 将其计入，故不因此放宽。当日答复不计：指借款人来信之后的首次联系，同一渠道、同一当地日，且双方均已知涉及本项债权。其后的联系均计入，提醒不算答复。法定通知放行，但计入，因既往联系并不载明其是否为法定通知。',
  'Three whole business days after the day of the notice: 3영업일 전까지 may allow the third of them already, which was not read and loosens. A notice from before the account last fell due is one of an earlier spell and opens nothing.':
    '通知之日起满三个完整工作日：3영업일 전까지 或许第三日即可，但未读到且属放宽。账户最近一次逾期之前的通知属于先前的期次，不生效力。',
  'Disaster, surgery, hospital or a death in the family: no contact for up to three months, read as 92 days from the day on which it was confirmed, the day included. It may be prolonged once: a second event does so. An earlier end is recorded.':
    '遭遇灾害、手术、住院或家人去世的：至多三个月不联系，理解为自确认之日（含当日）起 92 日。可延长一次，以第二次事件为之。提前结束的须予记录。',
  'The debtor may rule out at most three means (an address, a number, a mailbox) and 28 hours a week. A limit on the debtor, not on contact, so nothing is refused by it: whatever number or hour they rule out here is kept, however many.':
    '债务人至多可排除三种联系方式（地址、号码、邮箱）及每周 28 小时。此为对债务人而非对联系的限制，故不据此拒绝；其排除的号码或时段，不论多少，一律遵守。',
  'Calls and visits are named; read for every channel. No weekdays are stated. For products that say that a financial entity lent.':
    '列举电话及上门；理解为各渠道。未规定星期。适用于表明由金融机构放贷的产品。',
  "Binds suppliers that CONDUSEF does not supervise. A product that does not say that it is a financial entity's (bank-loan, bank-card, bank-mortgage) may be one of theirs, so Monday to Friday holds for it, and for a message that speaks of both.":
    '约束不受 CONDUSEF 监管的供应商。未表明属于金融机构的产品（bank-loan、bank-card、bank-mortgage 之外）可能属于此类，故适用周一至周五；同时涉及两类的消息亦然。',
  "Once the debt is more than fifteen days past due the law sets no hours; the house's hours are no part of this pack.":
    '逾期超过十五日后法律不规定时段；内部规则的时段不属于本规则包。',
  'Contact before 06:00 or after 22:00 unless the account is past due for more than sixty days or the cardholder permits it. "The only reasonable opportunity" is never taken as known.':
    '06:00 之前或 22:00 之后不联系，但逾期超过六十日或持卡人允许的除外。“唯一合理机会”一律不视为已知。',
  "The scheme binds England and Wales; applied in Northern Ireland too. Where the nation is not known, Scotland's longer one is. A recorded end holds, without one sixty days with the first included.":
    '该计划约束英格兰和威尔士，北爱尔兰亦予适用。所在地区不明的，适用苏格兰较长的期限。有结束记录的依记录，否则为六十日（含首日）。',
  'Six months from the day of the entry in the register, read as 184 days, which no six months exceed. The moratorium stops diligence; read as a pause of contact, as elsewhere in the United Kingdom. Where the nation is not known it holds. A recorded end holds.':
    '自登记之日起六个月，按 184 日计，任何六个月均不超过此数。暂缓令停止强制执行；与英国其他地区一致，理解为暂停联系。所在地区不明的亦适用。有结束记录的依记录。',
  'While the end of treatment is not known it goes on; then thirty days more.':
    '治疗结束日期不明的持续暂停；结束后再加三十日。',
  "Whoever regularly collects, on behalf of himself or others, complies with 1692b to 1692j (1788.2(c), 1788.17): hours for every channel, by the person's own place. Neither the notice (1692g) nor the disclosure (1692e(11)) binds them.":
    '凡为自己或他人经常催收者，须遵守 1692b 至 1692j（1788.2(c)、1788.17）：各渠道的时段，按借款人所在地。通知义务（1692g）与身份告知（1692e(11)）不约束其。',
  'Any recorded cease counts as written and ends contact over every address, whatever scope it was recorded with.':
    '凡记录的停止联系要求均按书面对待，终止对全部号码和邮箱的联系，不论记录时的范围。',
  'Whether the employer forbids such contact is seldom known, so a work number is never used.':
    '雇主是否禁止此类联系通常无从得知，故一律不使用单位号码。',
  'The statute speaks of debts more than thirty days past due, unless a different period is agreed; read for every overdue debt.':
    '法条所称为逾期超过三十日的债务，另有约定的除外；理解为一切逾期债务。',
  'Emails, texts and private messages are counted together.': '电子邮件、短信和私信合并计算。',
  'The one message in seven days that may ask for consent is not used: consent is asked for by post or on a call.':
    '七日内可用于征求授权的一条消息不予使用：授权以邮寄或电话征求。',
  "Without a number in Florida, every zone the person may be in must agree, the panhandle's included.":
    '不是佛罗里达号码的，借款人可能所在的每个时区均须可联系，包括该州西北部。',
  "The rule ended on 16 May 2025: from then on Florida's hours bind no email. The house's do where no law sets hours for it.":
    '该规则于 2025 年 5 月 16 日终止：此后佛罗里达的时段不约束电子邮件。法律未规定时段的，适用内部规则。',
  'Where normal waking hours are not known; they are never taken as known.':
    '适用于正常作息时间不明的情形；一律不视为已知。',
  'Every attempt counts, a call without a voicemail too: choosing not to leave a message does not help.':
    '每次尝试均计，未留言的电话亦然：选择不留言并不免计。',
  "The creditor's own validation notice, within five business days after the first contact: Monday to Friday after its day, no holiday left out. The regulation speaks of debts more than thirty days past due; read from the first contact about an overdue one. Collectors owe theirs by 12 CFR 1006.34 and 209 CMR 18.20.":
    '债权人自己的债务核实通知，首次联系后五个工作日内：自次日起周一至周五，不扣除节假日。条文所称为逾期超过三十日的债务；理解为自就逾期债务的首次联系起。催收机构的义务依 12 CFR 1006.34 及 209 CMR 18.20。',
  'Any dispute, in writing or not and inside the thirty days or not, pauses until it is resolved.':
    '任何异议，不论是否书面、是否在三十日内，均暂停至处理完毕。',
  'A servicer tries to speak with the borrower by the 36th day of delinquency, and again within 36 days after each due date. A duty to contact and no limit, so it is off: on, it would stop contact once it is overdue. The ladder sees to it.':
    '服务机构须在逾期第 36 日前尝试与借款人通话，此后每个应还日后 36 日内亦然。此为联系义务而非限制，故停用：若启用，逾期未办即停止联系。由催收策略保证。',
  'Not more than once in 180 days. Off, as live-contact-by-day-36.':
    '180 日内至多一次。停用，理由同 live-contact-by-day-36。',
  'While a borrower is a debtor in bankruptcy no live contact is owed, and none is made over any address; the written notice that (c) asks for goes as a required notice.':
    '借款人处于破产程序期间无须通话联系，亦不通过任何号码或邮箱联系；(c) 所要求的书面通知以法定通知发送。',
  'The Act limits interest, foreclosure and default judgments; no limit of contact was read. Off. The ladder us-third-party asks for the check (scrub-scra).':
    '该法限制利息、止赎及缺席判决；未读到对联系的限制。停用。策略 us-third-party 要求核查（scrub-scra）。',
  "Communications and attempts over every channel are counted together, for each account; seven days are read as local days, the contact's own day as day 1. No exception was read, so replies and notices count too. Creditors are bound once they collect (bankingjournal.aba.com/2026/02): read as from the first reminder of an overdue account.":
    '各渠道的联系及尝试合并计算，按每个账户；七日按当地自然日，联系当日为第 1 日。未读到例外，故答复与通知亦计入。债权人自催收时起受约束（bankingjournal.aba.com/2026/02）：理解为自逾期账户的首次提醒起。',
  'Consent is per medium: what was recorded for texts opens no email. One that names no medium covers both.':
    '授权按媒介区分：针对短信的授权不及于邮件。未指明媒介的两者均及。',
  'Silence of seven days after an exchange was not read anywhere. Off until it has been.':
    '交流后静默七日之说未在任何处读到。读到之前停用。',
  '"After 21:00" is read as 21:00:00 and later. Where signs of the location disagree, the hours of all places must agree (comment 6(b)(1)(i)-2). Emails and texts count at the moment they are sent.':
    '“21:00 之后”理解为 21:00:00 及以后。所在地的迹象不一致时，各地的时段均须允许（comment 6(b)(1)(i)-2）。邮件和短信以发出的时刻为准。',
  'Once, over the medium in which the consumer wrote, while the designated time in which they wrote lasts; any contact over any channel since then was that one reply. The contact window, too, lets that reply through, since the comment excepts it from all of (b)(1); where no time was designated, the window stands. A reminder is no reply.':
    '仅一次，以消费者来信的媒介，在其来信所在的不便时段内；此后任何渠道的任何联系即为该次答复。联系时段规则亦放行该答复，因官方注释将其排除于 (b)(1) 全部之外；未指定时段的，联系时段仍适用。提醒不算答复。',
  "Every call placed counts, unanswered ones and those to any of the person's numbers too; calls that did not connect count as well, though (b)(3)(ii) leaves them out: see calls-not-connected. The presumption is kept as a limit.":
    '每通拨出的电话均计，未接听的及拨打其任何号码的亦然；未接通的也计入，虽 (b)(3)(ii) 予以排除：见 calls-not-connected。该推定按上限执行。',
  'The day of the conversation is day 1. Whoever started the call; for every debt discussed. A call whose outcome is not known may have been a conversation.':
    '通话当日为第 1 日。不论由谁发起；及于谈到的每笔债务。结果不明的呼叫可能是通话。',
  "All student loans that are serviced together are one particular debt. Which of the person's accounts are is not known, so every call to the person counts.":
    '合并服务的全部学生贷款为一项特定债务。该借款人的哪些账户属于此类不明，故对其每通电话均计。',
  'As seven-calls-student-loans: a conversation about one of the loans is one about all.':
    '同 seven-calls-student-loans：就其中一笔的通话即为就全部的通话。',
  'Two unanswered calls to one number within five minutes are named as a sign of harassment; read as a least distance.':
    '五分钟内两次拨打同一号码未接，被列为骚扰的迹象；理解为最短间隔。',
  "Five local days after the day of the first contact; when they are over without the notice, nothing but notices goes out. The initial communication is the first that conveys information about the debt, whoever began it: a call of the consumer's own that was talked through counts, a message of theirs alone does not.":
    '首次联系之日后五个当地自然日；期满而未通知的，除通知外一律不发送。首次联系指首次传达债务信息者，不论由谁发起：消费者来电且已交谈的计入，仅有其来信的不计。',
  'The validation period ends thirty days after the consumer received the notice, which may be assumed on any day at least five days after it was sent, without Saturdays, Sundays and federal holidays. Off: collection may go on meanwhile, if it does not overshadow the right to dispute (1006.38(b)). Whoever waits until it is over, as the ladder us-third-party does by its calm, copies this rule into a house pack.':
    '异议期于消费者收到通知后三十日届满；可推定其在发出五日后（周六、周日及联邦假日除外）的任一日收到。停用：其间可继续催收，但不得掩盖异议权（1006.38(b)）。欲等其届满的（策略 us-third-party 以静默期实现），可将本规则复制到内部规则包。',
  'Any dispute, in writing or not and inside the validation period (1006.34(b)(5)) or not, pauses until it is resolved.':
    '任何异议，不论是否书面、是否在异议期（1006.34(b)(5)）内，均暂停至处理完毕。',
  "No email to a mailbox that the employer provides, unless the consumer wrote from it, agreed directly to its use, or a prior collector used it so. A creditor's notice opens none. Consent counts if it was recorded for this very mailbox.":
    '不向雇主提供的邮箱发送邮件，除非消费者曾由此来信、直接同意使用，或前一催收机构曾如此使用。债权人的通知不足以启用。授权须专门针对该邮箱记录。',
  "The safe harbour is kept as a gate: a mailbox is used only when its record says that it came by one of the four procedures (`source` of the address), when the consumer wrote from it, or consented to it. A creditor's notice gives at least 35 days to opt out before it is stated as creditor-notice.":
    '安全港按前置条件执行：仅当邮箱的记录表明其来自四种程序之一（该地址的 `source`），或消费者曾由此来信、曾同意使用时，方予使用。债权人的通知须给予至少 35 日的退出期，之后方可填为 creditor-notice。',
  'The safe harbour is kept as a gate: within the last sixty local days, the day itself included, the consumer texted from the number or gave or renewed consent for it, or it was found not to be reassigned (`verifiedAt` of the address).':
    '安全港按前置条件执行：最近六十个当地自然日内（含当日），消费者曾由该号码发来短信，或曾给予或更新授权，或已核实该号码未转给他人（该地址的 `verifiedAt`）。',
  'Every message carries it, not the first alone; a voicemail reveals nothing and is ruled by 1006.2(j).':
    '每条消息均须载明，不限于首条；语音留言不透露任何内容，依 1006.2(j)。',
  'A voicemail that is no limited-content message would have to disclose the collector, and whoever shares the line would hear it; so every voicemail must be one.':
    '语音留言若非有限内容消息，即须披露催收身份，而共用线路者会听到；故每条语音留言均须为有限内容消息。',
  "Leaves calls that never connected to the dialled number, and those to attorneys, creditors and agencies, out of the seven. Off by choice: a provider's word that a call did not connect is not always final, and the stricter count needs no proof.":
    '将从未接通所拨号码的呼叫，以及致电律师、债权人和机构的呼叫排除于七次之外。主动停用：服务商所称未接通并非总是最终结果，且较严的计数无须举证。',
  'All evidence of compliance is kept; what somebody agreed to or refused is part of it.':
    '一切合规证据均须保存；同意或拒绝的记录亦在其内。',
  "Needed for wireless numbers. A number that is not known to be a landline counts as wireless. Consent must have been recorded for the number that is called; a consent recorded without a number covers the person's numbers.":
    '无线号码须有授权。未知为固定电话的号码按无线号码对待。授权须针对所拨号码记录；未指明号码的授权及于该借款人的各号码。',
  "Every automated call to the line counts, answered or not, on 30 consecutive local days with the call's own day as day 1.":
    '对该线路的每通自动呼叫均计，不论是否接听，按连续 30 个当地自然日，呼叫当日为第 1 日。',
  'Consent is revoked by any reasonable means, without an exclusive channel: an opt-out by text also ends automated calls to that number, and the other way round. Taken at once, not within the ten business days that are allowed.':
    '可以任何合理方式撤回授权，不限渠道：以短信退订亦终止对该号码的自动呼叫，反之亦然。立即生效，不待所允许的十个工作日。',
  "Off: binds texts sent with an autodialler, which draws numbers at random or in sequence. Decorum texts only the borrower's own number from the creditor's file. Whoever reads the law more strictly copies this rule into a house pack.":
    '停用：约束以自动拨号系统（随机或按序取号）发送的短信。Decorum 仅向委托方资料中借款人本人的号码发送短信。对法律作更严解释的，可将本规则复制到内部规则包。',
  "From the day on which the waiver ends, one opt-out, over whatever channel and from whatever address, ends automated calls and texts to all of the person's numbers. Should the waiver be prolonged, a new version moves the date.":
    '自豁免终止之日起，一次退订，不论何种渠道、来自何号码，即终止对该借款人全部号码的自动呼叫和短信。豁免如延长，由新版本改期。',
  'Off, because it does not bind a reminder: it is about telephone solicitations, which 64.1200(f) defines as calls that encourage a purchase, rental or investment. A message that offers something new is one, and no reminder.':
    '停用，因其不约束提醒：所涉为电话推销，64.1200(f) 定义为鼓励购买、租赁或投资的呼叫。推介新产品的消息属于推销，而非提醒。',
  '"Week" is read as any seven consecutive days, which is never looser than the calendar week; every channel and attempt counts.':
    '“一周”理解为任意连续七日，不宽于自然周；各渠道的每次尝试均计。',
  "Two calls or texts a day to one number; the answer to the debtor's own message on that day is excepted. A number that is not known to be a landline counts as a mobile.":
    '对同一号码每日两次电话或短信；对债务人当日来信的答复除外。未知为固定电话的号码按手机对待。',
  'immediately here: recorded as a stop of the phone channel': '此处立即生效：记录为停止电话渠道',
  'Only after an invalid number or three failures in a row, without details of the debt. Decorum contacts no third party.':
    '仅在号码无效或连续三次失败之后，且不透露债务详情。Decorum 不联系第三人。',
  'The cardholder and the guarantor. Decorum contacts the borrower alone.':
    '持卡人及担保人。Decorum 只联系借款人本人。',
  'A contact person only when the debtor is unreachable, dead or incapacitated, never revealing the debt. Decorum contacts no third party.':
    '仅当债务人失联、死亡或丧失行为能力时方可联系联系人，且不得透露债务。Decorum 不联系第三人。',
  'immediately here': '此处立即生效',
  'a workplace may be called only where its number alone was given': '仅当只提供了单位号码时方可致电单位',
  'No referees, family or friends.': '不得联系推荐人、家人或朋友。',
  'the workplace is not to be called': '不得致电工作单位',
  'the employer may forbid it': '雇主可能禁止',
  '10DLC and toll-free registration of third-party debt collection is rejected for good':
    '第三方催收的 10DLC 及免费号码登记一律被拒',
  'immediately here; the rule names no period': '此处立即生效；规则未定期限',
  'At most one location call per third party, without saying that a debt exists. Decorum contacts no third party.':
    '对每名第三人至多一次查找住址的电话，且不得提及债务存在。Decorum 不联系第三人。',
  '10 business days by law; immediately here': '法定 10 个工作日；此处立即生效',
  'waived until 2027-01-31 (DA-26-12) and under review; from then on, immediately here':
    '豁免至 2027-01-31（DA-26-12），正在审查；此后在此处立即生效',
  'Australia: ACCC/ASIC debt collection guideline': '澳大利亚：ACCC/ASIC 催收指引',
  'Belgium: Code of Economic Law, Book XIX': '比利时：《经济法典》第十九编',
  'Brazil: state laws on collection hours': '巴西：各州催收时段法律',
  'Alberta: Collection and Debt Repayment Practices Regulation': '阿尔伯塔：《催收及债务偿还行为条例》',
  'British Columbia: BPCPA': '不列颠哥伦比亚：《商业行为与消费者保护法》',
  'Ontario: Collection and Debt Settlement Services Act': '安大略：《催收及债务清偿服务法》',
  'Quebec: collection of debts': '魁北克：债务催收',
  'Chile: Ley 19.496': '智利：第 19.496 号法律',
  'China (mainland): bank-association guide on collecting personal loans':
    '中国大陆：银行业协会个人消费类贷款催收工作指引',
  'China (mainland): credit cards': '中国大陆：信用卡',
  'China (mainland): GB/T 45251—2025, collection of online consumer credit':
    '中国大陆：GB/T 45251—2025，个人网络消费信贷贷后催收',
  'China (mainland): commercial and vendor rules for text messages': '中国大陆：商业短信及服务商规则',
  'Colombia: Ley 2300 de 2023': '哥伦比亚：2023 年第 2300 号法律',
  'Germany: first demand by a registered collector': '德国：登记催收机构的首次催告',
  'European Union: purchasers and servicers of non-performing loans': '欧盟：不良贷款的受让方与服务机构',
  'Greece: Law 3758/2009': '希腊：第 3758/2009 号法律',
  'Hong Kong: Code of Banking Practice': '香港：《银行营运守则》',
  'House policy for mainland China: narrower hours, calm holidays, fewer messages':
    '中国大陆内部规则：更窄的时段、安静的节假日、更少的消息',
  'House policy everywhere: at most so often a day, and hours apart': '各地通用的内部规则：每日次数上限与间隔',
  'House policy in what no shipped law settles': '随附法律未规定之处的内部规则',
  'Indonesia: POJK 22/2023': '印度尼西亚：POJK 22/2023',
  'India: RBI on recovery agents': '印度：储备银行关于催收人员的规定',
  'Japan: Money Lending Business Act': '日本：《贷金业法》',
  'Korea: Fair Debt Collection and Personal Debtor Protection Acts': '韩国：《公正催收法》与《个人债务人保护法》',
  'Mexico: CONDUSEF and PROFECO dispositions': '墨西哥：CONDUSEF 与 PROFECO 的规定',
  'Philippines: SEC and BSP on unfair collection': '菲律宾：证券交易委员会与央行关于不当催收的规定',
  "United Kingdom: CONC 7, the Debt Respite Scheme and Scotland's moratorium":
    '英国：CONC 7、债务喘息计划与苏格兰暂缓令',
  'California: Rosenthal Act for original creditors': '加利福尼亚：《罗森塔尔法》对原始债权人的规定',
  'United States: carriers bar third-party debt collection from text messages': '美国：运营商禁止第三方催收短信',
  'District of Columbia: creditors and collectors': '哥伦比亚特区：债权人与催收机构',
  'United States: first-party collection in eleven states, not yet read':
    '美国：十一州的债权人自行催收规则，尚未读到原文',
  'Florida: creditors and collectors': '佛罗里达：债权人与催收机构',
  'Massachusetts: debt collection by creditors and collectors': '马萨诸塞：债权人与催收机构的催收',
  'United States: Regulation X, early intervention, and servicemembers': '美国：X 条例的早期干预，及军人保护',
  'Nevada: medical debt': '内华达：医疗债务',
  'New York City: amended DCWP rules': '纽约市：修订后的 DCWP 规则',
  'United States: Regulation F (12 CFR 1006) for debt collectors': '美国：约束催收机构的 F 条例（12 CFR 1006）',
  'United States: TCPA rules for artificial or prerecorded voice (47 CFR 64.1200)':
    '美国：TCPA 关于人工或预录语音的规则（47 CFR 64.1200）',
  'Washington: licensed collection agencies': '华盛顿州：持牌催收机构',
  'West Virginia: creditors and collectors': '西弗吉尼亚：债权人与催收机构',
  'The guide names phone, visits and other collection: read as every channel, for every lender and its agencies.':
    '指引列举电话、上门及其他催收方式：理解为各渠道，适用于所有出借机构及其受托机构。',
  '对同一联系方式每日未接通拨打不宜超过6次：按上限执行。A call whose outcome is unknown may have been one of them.':
    '对同一联系方式每日未接通拨打不宜超过6次：按上限执行。结果未知的呼叫按未接通计。',
  'A complaint is said to stop collection within the hour, and recordings to be kept; neither was read. Off; a recorded complaint holds the account all the same (decorum/hold).':
    '据称投诉后一小时内应停止催收并保存录音；两项均未读到原文，故停用。已记录的投诉仍会暂缓该账户的催收（decorum/hold）。',
  'Every email about a card counts as a collection letter, whatever its tone.':
    '凡涉及信用卡的电子邮件，无论语气，均按催收函件对待。',
  '未与债务人约定时间的，22:00—次日08:00不得催收。Every channel; 08:00:00 is allowed, 22:00:00 is not. A time agreed with the debtor is recorded as consent.':
    '未与债务人约定时间的，22:00—次日08:00不得催收。适用于各渠道；08:00:00可以联系，22:00:00不可以。与债务人约定的时间记录为授权。',
  '当日有效呼叫≤3次：人工与智能语音合并计算，出借机构与全部受托机构合并计算（取较严解释）。A call that a voicemail or an assistant answered was connected and counts; one whose outcome is not known yet counts too. Calls that nobody answered do not.':
    '当日有效呼叫≤3次：人工与智能语音合并计算，出借机构与全部受托机构合并计算（取较严解释）。语音信箱或助理应答的呼叫视为接通并计入；结果尚不明的也计入；无人接听的不计。',
  'The text was seen, its meaning was not settled: it looks like the interval between placements, not between contacts. Off until the standard has been read.':
    '已见条文，含义未定：似指两次委案之间的间隔，而非两次联系之间的间隔。读到标准原文之前停用。',
  "A ring in vain and a message that failed reached nobody; what is not final may have. An answer to the person's own message does not count.":
    '无人接听的呼叫和发送失败的消息未触达任何人；结果未定的视为可能已触达。对借款人来信的答复不计。',
  'kr/seven-in-seven-days leaves two unanswered calls out. What loosens waits until the decree has been read; then this rule goes.':
    'kr/seven-in-seven-days 不计其中两通未接听的电话。放宽之处待读到施行令原文后再采用，届时删除本规则。',
  'Make-up workdays are ordinary days. A year whose notice has not been published is refused.':
    '调休上班日按平日对待。放假通知尚未公布的年份不予发送。',
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** A pack's words in Chinese; null where its present text has no translation. */
export function packTextZh(text: string): string | null {
  const words = squeezed(text)
  return Object.hasOwn(TEXTS, words) ? (TEXTS[words] as string) : null
}
