import formbody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { chineseScript } from '../../model/locale.ts'
import type { Api } from '../openapi.ts'

/** The page's texts: Chinese in the script of its reader, English for all others. */
interface PageWords {
  title: string
  ask: (sender: string) => string
  button: string
  done: (sender: string) => string
  unknown: string
}

const EN: PageWords = {
  title: 'Email from us',
  ask: (sender) =>
    `You can stop email from ${sender} to this address. Other ways in which you have agreed to be reached stay as they are.`,
  button: 'Stop email to this address',
  done: (sender) => `${sender} will send no more of these emails to this address. You can close this page.`,
  unknown:
    'This link is not complete, or it is not one of ours. Please open it again from the email, or answer the email.',
}

const CHINESE: Readonly<Record<'Hans' | 'Hant', PageWords>> = {
  Hans: {
    title: '邮件设置',
    ask: (sender) => `您可以停止接收${sender}发送到此邮箱的邮件。您同意的其他联系方式不受影响。`,
    button: '停止向此邮箱发送邮件',
    done: (sender) => `${sender}不会再向此邮箱发送此类邮件。您可以关闭本页面。`,
    unknown: '此链接不完整或已无法识别。请从邮件中重新打开，或直接回复邮件。',
  },
  Hant: {
    title: '郵件設定',
    ask: (sender) => `您可以停止接收${sender}寄到此信箱的郵件。您同意的其他聯絡方式不受影響。`,
    button: '停止寄送郵件到此信箱',
    done: (sender) => `${sender}不會再寄送此類郵件到此信箱。您可以關閉本頁面。`,
    unknown: '此連結不完整或已無法識別。請從郵件中重新開啟，或直接回覆郵件。',
  },
}

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

function wordsFor(locale: string | null): { language: string; words: PageWords } {
  const script = locale === null ? null : chineseScript(locale)
  return locale === null || script === null
    ? { language: 'en', words: EN }
    : { language: locale, words: CHINESE[script] }
}

const page = (language: string, title: string, body: string): string => `<!doctype html>
<html lang="${escape(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${escape(title)}</title></head>
<body>
<main>
${body}
</main>
</body>
</html>
`

/** The page that emails link to. Opening it changes nothing, since mail scanners open links too. */
function askPage(locale: string | null, sender: string): string {
  const { language, words } = wordsFor(locale)
  return page(
    language,
    words.title,
    `<p>${escape(words.ask(sender))}</p>
<form method="post"><button type="submit" name="List-Unsubscribe" value="One-Click">${escape(words.button)}</button></form>`,
  )
}

/** Shown once the address is suppressed. */
function donePage(locale: string | null, sender: string): string {
  const { language, words } = wordsFor(locale)
  return page(language, words.title, `<p>${escape(words.done(sender))}</p>`)
}

/** Shown for an invalid token, in every language, since the recipient's is not known. */
const unknownPage = (): string =>
  page(
    'en',
    EN.title,
    Object.entries({ en: EN, 'zh-Hans': CHINESE.Hans, 'zh-Hant': CHINESE.Hant })
      .map(([language, words]) => `<p lang="${language}">${escape(words.unknown)}</p>`)
      .join('\n'),
  )

const tokenPath = z.object({ token: z.string().max(200) })

/** Mail programs post one field; more is nobody's opt-out. */
const BODY_LIMIT = 16 * 1024
// Whoever holds a valid link is never refused; links that are not ours are counted by address.
const open = { scope: 'public', rateLimit: false } as const

/** One-click unsubscribe (RFC 8058): mail programs POST on their own; GET shows a page and changes nothing. */
export function unsubscribeRoutes(api: Api, app: App): void {
  void api.register(async (scope: Api) => {
    await scope.register(formbody)
    // Mail programs post a form, some as multipart; its content is not needed.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, {}))
    const { callbacks } = app.services
    const subjectOf = sharedByKey((token) => callbacks.readUnsubscribe(token))
    const stop = sharedByKey((token) => callbacks.unsubscribe(token))
    const unknown = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      await api.countFailure('unproven', request, reply)
      return html(reply.code(404), unknownPage())
    }

    scope.get('/u/:token', { config: open, schema: { hide: true, params: tokenPath } }, async (request, reply) => {
      const subject = await subjectOf(request.params.token)
      if (subject === null) return unknown(request, reply)
      return html(
        reply,
        subject.done ? donePage(subject.locale, subject.creditorName) : askPage(subject.locale, subject.creditorName),
      )
    })

    scope.post(
      '/u/:token',
      { config: open, bodyLimit: BODY_LIMIT, schema: { hide: true, params: tokenPath } },
      async (request, reply) => {
        const { token } = request.params
        const subject = (await stop(token)) ? await subjectOf(token) : null
        return subject === null ? unknown(request, reply) : html(reply, donePage(subject.locale, subject.creditorName))
      },
    )
  })
}

/**
 * The same work, done for one key once at a time: who asks while it is done waits for the next time, and shares it.
 *
 * So a link that is called a thousand times at once asks the ledger twice, and each answer is of after its request.
 */
function sharedByKey<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  const next = new Map<string, Promise<T>>()
  const begin = (key: string): Promise<T> => {
    const begun = work(key).finally(() => running.delete(key))
    running.set(key, begun)
    return begun
  }
  return (key) => {
    const now = running.get(key)
    if (now === undefined) return next.get(key) ?? begin(key)
    const shared =
      next.get(key) ??
      now
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => {
          next.delete(key)
          return begin(key)
        })
    next.set(key, shared)
    return shared
  }
}

const html = (reply: FastifyReply, body: string): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .send(body)
