import formbody from '@fastify/formbody'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { App } from '../../app/app.ts'
import type { Api } from '../api.ts'
import { askPage, donePage, unknownPage } from '../unsubscribe-page.ts'

const tokenPath = z.object({ token: z.string().max(200) })

/** One-click unsubscribe (RFC 8058): mail programs POST without a person; GET shows a page and stops nothing. */
export function unsubscribeRoutes(api: Api, app: App): void {
  void api.register(async (scope: Api) => {
    await scope.register(formbody)
    // Mail programs post a form, some of them multipart; what it says does not matter, the address does.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, {}))
    const { receipts } = app.services

    scope.get('/u/:token', { config: { scope: 'public' }, schema: { hide: true, params: tokenPath } }, async (request, reply) => {
      const subject = await receipts.readUnsubscribe(request.params.token)
      if (subject === null) return html(reply.code(404), unknownPage())
      return html(reply, subject.done ? donePage(subject.locale, subject.creditorName) : askPage(subject.locale, subject.creditorName))
    })

    scope.post('/u/:token', { config: { scope: 'public' }, schema: { hide: true, params: tokenPath } }, async (request, reply) => {
      const { token } = request.params
      const stopped = await receipts.unsubscribe(token)
      const subject = stopped ? await receipts.readUnsubscribe(token) : null
      return subject === null ? html(reply.code(404), unknownPage()) : html(reply, donePage(subject.locale, subject.creditorName))
    })
  })
}

const html = (reply: FastifyReply, body: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').send(body)
