import { asResource, type Row } from './books.ts'
import type { World } from './lives.ts'

/**
 * One page of a list, newest first, with Twilio's envelope and relative next_page_uri.
 *
 * A filter on a field that a row does not have yet (From with a service, date sent while
 * queued) leaves the row out, as Twilio's does.
 */
export function listPage(world: World, kind: Row['kind'], url: URL, lagMs: number): Record<string, unknown> {
  const asked = url.searchParams
  const size = Math.min(Math.max(Number(asked.get('PageSize') ?? 50), 1), 1000)
  const day = (row: Row): string | null =>
    row.dateSent === null ? null : new Date(row.dateSent).toISOString().slice(0, 10)
  const dateName = kind === 'message' ? 'DateSent' : 'StartTime'
  const matching = world.books.rows
    .filter((row) => row.kind === kind && row.dateCreated + lagMs <= Date.now())
    .filter((row) => !asked.has('To') || row.to === asked.get('To'))
    .filter((row) => !asked.has('From') || row.from === asked.get('From'))
    .filter(
      (row) => !asked.has(`${dateName}>`) || (day(row) ?? '') >= (asked.get(`${dateName}>`) as string).slice(0, 10),
    )
    .filter(
      (row) => !asked.has(`${dateName}<`) || (day(row) ?? '9') <= (asked.get(`${dateName}<`) as string).slice(0, 10),
    )
    .reverse()
  const after = asked.get('PageToken')?.slice(2)
  const start = after === undefined ? 0 : matching.findIndex((row) => row.sid === after) + 1
  const rows = matching.slice(start, start + size)
  const page = Number(asked.get('Page') ?? 0)
  const next = new URLSearchParams(asked)
  next.set('Page', String(page + 1))
  next.set('PageToken', `PA${rows.at(-1)?.sid ?? ''}`)
  const more = start + size < matching.length
  return {
    [kind === 'message' ? 'messages' : 'calls']: rows.map((row) => asResource(row, world.accountSid)),
    page,
    page_size: size,
    start,
    end: start + rows.length - 1,
    uri: url.pathname + url.search,
    first_page_uri: url.pathname,
    next_page_uri: more ? `${url.pathname}?${next.toString()}` : null,
    previous_page_uri: null,
  }
}
