import { z } from 'zod'
import { CHANNELS } from '../model/vocabulary.ts'
import { parseInstant } from '../model/time.ts'
import { localTime } from './local-time.ts'
import { timelineInWords } from './timeline-words.ts'
import { accountViewSchema, timelineEntrySchema } from './views/accounts.ts'
import { instantText } from './views/page.ts'
import {
  contactViewSchema,
  holdViewSchema,
  recipientViewSchema,
  replyViewSchema,
  suppressionViewSchema,
  taskViewSchema,
} from './views/recipients.ts'
import { TERMS_EN } from './words/terms-en.ts'
import { TERMS_ZH } from './words/terms-zh.ts'
import { LANGUAGES, type Language, openWord, type Terms } from './words/terms.ts'

const anything = z.record(z.string(), z.unknown())

/** What `GET /v1/recipients/{id}/export` answers: everything that is kept of a person, and one document for them to read. */
export const personFileSchema = z.object({
  generatedAt: instantText,
  person: recipientViewSchema,
  whereabouts: z.array(anything).describe('Signs of where the person may be.'),
  blockedTimes: z.array(anything).describe('When the person does not want to be contacted.'),
  consents: z.array(
    z.object({
      kind: z.string(),
      channel: z.enum(CHANNELS).nullable(),
      from: instantText,
      until: instantText.nullable(),
      source: z.string().nullable(),
    }),
  ),
  accounts: z.array(
    z.object({
      account: accountViewSchema,
      variables: z.record(z.string(), z.string()),
      factsForWords: anything,
      history: z.array(timelineEntrySchema),
    }),
  ),
  events: z.array(
    z.object({
      id: z.string(),
      accountId: z.string().nullable(),
      type: z.string(),
      kind: z.string().nullable(),
      occurredAt: instantText,
      effect: z.string().nullable(),
      stated: anything,
      note: z.string().nullable(),
    }),
  ),
  holds: z.array(holdViewSchema.extend({ details: anything })),
  suppressions: z.array(suppressionViewSchema),
  tasks: z.array(taskViewSchema.extend({ note: z.string().nullable() })),
  contacts: z.array(contactViewSchema),
  replies: z.array(replyViewSchema),
  messages: z.array(
    z.object({
      reminderId: z.string(),
      no: z.int(),
      at: instantText,
      channel: z.enum(CHANNELS),
      status: z.string(),
      delivery: z.string().nullable(),
      words: z.unknown().describe('Word for word; null when they can be told no more.'),
    }),
  ),
  readBy: z
    .array(z.object({ at: instantText, actor: z.string(), action: z.string() }))
    .describe('Who read or changed it, the newest first.'),
  document: z.object({ language: z.enum(LANGUAGES), text: z.string() }).describe('The same for the person to read.'),
})
export type PersonFile = z.infer<typeof personFileSchema>

/** The words of the document, in one language. */
interface DocumentWords {
  title: (creditor: string) => string
  made: (at: string) => string
  none: string
  sections: Readonly<
    Record<
      | 'person'
      | 'addresses'
      | 'consents'
      | 'accounts'
      | 'history'
      | 'events'
      | 'holds'
      | 'stops'
      | 'messages'
      | 'contacts'
      | 'replies'
      | 'tasks'
      | 'readers',
      string
    >
  >
  fields: Readonly<
    Record<
      | 'id'
      | 'name'
      | 'language'
      | 'timeZone'
      | 'place'
      | 'whereabouts'
      | 'blocked'
      | 'former'
      | 'owed'
      | 'due'
      | 'state'
      | 'note'
      | 'from'
      | 'until'
      | 'lifted'
      | 'ended'
      | 'lost'
      | 'variables',
      string
    >
  >
  rights: string
}

const EN: DocumentWords = {
  title: (creditor) => `What ${creditor} keeps about you in its reminders`,
  made: (at) => `As of ${at}.`,
  none: 'nothing',
  sections: {
    person: 'You',
    addresses: 'How you can be reached',
    consents: 'What you agreed to',
    accounts: 'Your accounts',
    history: 'What happened',
    events: 'What was reported about your accounts',
    holds: 'Pauses',
    stops: 'When contact was stopped',
    messages: 'Messages to you, word for word',
    contacts: 'Contacts with you',
    replies: 'What you wrote back',
    tasks: 'What staff were to do',
    readers: 'Who read or changed this',
  },
  fields: {
    id: 'Your number with the lender',
    name: 'Name',
    language: 'Language',
    timeZone: 'Time zone',
    place: 'Place',
    whereabouts: 'Signs of where you may be',
    blocked: 'When you do not want to be contacted',
    former: 'no longer used',
    owed: 'overdue',
    due: 'due on',
    state: 'state',
    note: 'note',
    from: 'from',
    until: 'until',
    lifted: 'lifted',
    ended: 'ended',
    lost: 'the words can be told no more',
    variables: 'used in messages',
  },
  rights:
    'You may have this corrected, and erased once no law requires it to be kept; ask the lender. A stop of contact that you asked for goes on binding after that.',
}

const ZH: DocumentWords = {
  title: (creditor) => `${creditor}的提醒系统中保存的关于您的信息`,
  made: (at) => `截至 ${at}。`,
  none: '无',
  sections: {
    person: '您本人',
    addresses: '联系方式',
    consents: '您同意过的事项',
    accounts: '您的账户',
    history: '经过',
    events: '关于您账户的上报',
    holds: '暂停',
    stops: '停止联系的记录',
    messages: '发给您的消息（原文）',
    contacts: '与您的联系',
    replies: '您的回复',
    tasks: '工作人员的任务',
    readers: '谁读取或更改过这些信息',
  },
  fields: {
    id: '您在债权人处的编号',
    name: '姓名',
    language: '语言',
    timeZone: '时区',
    place: '所在地',
    whereabouts: '关于您所在地的线索',
    blocked: '您不希望被联系的时间',
    former: '已停用',
    owed: '逾期',
    due: '到期日',
    state: '状态',
    note: '备注',
    from: '自',
    until: '至',
    lifted: '解除于',
    ended: '结束于',
    lost: '原文已无法还原',
    variables: '消息中使用的内容',
  },
  rights:
    '您可以要求更正这些信息；在法律不再要求保存之后，可以要求删除。请向债权人提出。您提出的停止联系要求在删除之后仍然有效。',
}

const WORDS: Readonly<Record<Language, DocumentWords>> = { en: EN, 'zh-CN': ZH }
const TERMS: Readonly<Record<Language, Terms>> = { en: TERMS_EN, 'zh-CN': TERMS_ZH }

/** What is kept of a person, as one text for that person, with every time in the creditor's zone. */
export function personInWords(
  file: Omit<PersonFile, 'document'>,
  { language, zone, creditor }: { language: Language; zone: string; creditor: string },
): string {
  const words = WORDS[language]
  const terms = TERMS[language]
  const { fields } = words
  const colon = language === 'en' ? ': ' : '：'
  const when = (at: string): string => {
    const instant = parseInstant(at)
    return instant === null ? at : localTime(instant, zone, language)
  }
  const line = (label: string, value: string | null): string[] =>
    value === null || value === '' ? [] : [`- ${label}${colon}${value}`]
  const joined = (...parts: (string | null)[]): string =>
    parts.filter((part) => part !== null && part !== '').join(language === 'en' ? ', ' : '，')
  const json = (label: string, value: unknown): string[] =>
    (Array.isArray(value) ? value.length : Object.keys(value as object).length) === 0
      ? []
      : [`- ${label}${colon}${JSON.stringify(value)}`]
  const section = (title: string, lines: readonly string[]): string[] => [
    '',
    `## ${title}`,
    '',
    ...(lines.length === 0 ? [`- ${words.none}`] : lines),
  ]
  const span = (from: string, until: string | null): string =>
    joined(`${fields.from} ${when(from)}`, until === null ? null : `${fields.until} ${when(until)}`)
  const { person } = file

  return [
    `# ${words.title(creditor)}`,
    '',
    words.made(when(file.generatedAt)),
    ...section(words.sections.person, [
      ...line(fields.id, person.id),
      ...line(fields.name, person.name),
      ...line(fields.language, person.locale),
      ...line(fields.timeZone, person.timeZone),
      ...line(fields.place, person.jurisdiction),
      ...json(fields.whereabouts, file.whereabouts),
      ...json(fields.blocked, file.blockedTimes),
    ]),
    ...section(
      words.sections.addresses,
      person.addresses.map(
        (address) =>
          `- ${joined(`${terms.channel[address.channel]}${colon}${address.value ?? ''}`, terms.relation[address.relation], address.source, address.removedAt === null ? null : fields.former)}`,
      ),
    ),
    ...section(
      words.sections.consents,
      file.consents.map(
        (consent) =>
          `- ${joined(openWord(terms.consent, consent.kind), consent.channel === null ? null : terms.channel[consent.channel], span(consent.from, consent.until), consent.source)}`,
      ),
    ),
    ...section(
      words.sections.accounts,
      file.accounts.flatMap(({ account, variables, factsForWords }) => [
        `- ${joined(account.id, `${fields.owed} ${account.overdue.amount} ${account.overdue.currency}`, account.dueDate === null ? null : `${fields.due} ${account.dueDate}`, account.state === 'open' ? null : terms.closed[account.state])}`,
        ...json(`  ${fields.variables}`, { ...factsForWords, ...variables }).map((text) => `  ${text}`),
      ]),
    ),
    ...file.accounts.flatMap(({ account, history }) =>
      section(
        `${words.sections.history}${colon}${account.id}`,
        history.length === 0 ? [] : [timelineInWords(history, zone, language)],
      ),
    ),
    ...section(
      words.sections.events,
      file.events.flatMap((event) => [
        `- ${joined(when(event.occurredAt), openWord(terms.event, event.type), event.accountId)}`,
        ...json(`  ${fields.state}`, event.stated).map((text) => `  ${text}`),
        ...line(`  ${fields.note}`, event.note).map((text) => `  ${text}`),
      ]),
    ),
    ...section(
      words.sections.holds,
      file.holds.flatMap((hold) => [
        `- ${joined(terms.hold[hold.kind], hold.accountId, span(hold.startsAt, hold.endsAt), hold.endedAt === null ? null : `${fields.ended} ${when(hold.endedAt)}`, hold.endReason)}`,
        ...json(`  ${fields.note}`, hold.details).map((text) => `  ${text}`),
      ]),
    ),
    ...section(
      words.sections.stops,
      file.suppressions.map(
        (stop) =>
          `- ${joined(terms.stop[stop.reason], stop.channel === null ? null : terms.channel[stop.channel], span(stop.startsAt, stop.endsAt), stop.liftedAt === null ? null : `${fields.lifted} ${when(stop.liftedAt)}`, stop.liftReason)}`,
      ),
    ),
    ...section(
      words.sections.messages,
      file.messages.flatMap((message) => [
        `- ${joined(when(message.at), terms.channel[message.channel], openWord(terms.attempt, message.status), message.delivery === null ? null : openWord(terms.delivery, message.delivery))}`,
        ...(textsIn(message.words) ?? [fields.lost]).flatMap((text) => text.split('\n')).map((text) => `  > ${text}`),
      ]),
    ),
    ...section(
      words.sections.contacts,
      file.contacts.map(
        (contact) =>
          `- ${joined(when(contact.at), terms.channel[contact.channel], terms.direction[contact.direction], terms.outcome[contact.outcome], contact.by)}`,
      ),
    ),
    ...section(
      words.sections.replies,
      file.replies.flatMap((reply) => [
        `- ${joined(when(reply.receivedAt), terms.channel[reply.channel])}`,
        ...(reply.words ?? fields.lost).split('\n').map((text) => `  > ${text}`),
      ]),
    ),
    ...section(
      words.sections.tasks,
      file.tasks.flatMap((task) => [
        `- ${joined(when(task.dueAt), task.rung, task.outcome === null ? null : openWord(terms.task, task.outcome), task.instructions)}`,
        ...line(`  ${fields.note}`, task.note).map((text) => `  ${text}`),
      ]),
    ),
    ...section(
      words.sections.readers,
      file.readBy.map(({ at, actor, action }) => `- ${joined(when(at), actor, action)}`),
    ),
    '',
    words.rights,
    '',
  ].join('\n')
}

/** The texts of a message, whatever its channel; null: they are not kept. */
function textsIn(message: unknown): string[] | null {
  if (message === null || typeof message !== 'object') return null
  const said = (message as { message?: unknown }).message ?? message
  const parts = ['subject', 'text', 'preview', 'opening', 'body', 'voicemail'].flatMap((part) => {
    const text = (said as Record<string, unknown>)[part]
    return typeof text === 'string' ? [text] : []
  })
  return parts.length === 0 ? null : parts
}
