import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/near-miss.ts'
import type { Api } from './api.ts'
import { sendProblem } from './failures.ts'

interface KnownRoute {
  segments: string[]
  methods: Set<string>
}

/** Answers 404 with the address that was probably meant, and 405 with the methods that there are. */
export function answerUnknownRoutes(api: Api): void {
  const known = new Map<string, KnownRoute>()
  api.addHook('onRoute', (route) => {
    const entry = known.get(route.url) ?? { segments: segmentsOf(route.url), methods: new Set<string>() }
    for (const method of [route.method].flat()) entry.methods.add(method)
    known.set(route.url, entry)
  })
  api.setNotFoundHandler((request, reply) => {
    const path = (request.url.split('?')[0] ?? '').split('/').slice(1)
    const others = [...known.values()].find((route) => matches(route.segments, path))
    if (others !== undefined) {
      const allowed = [...others.methods].sort().join(', ')
      void reply.header('allow', allowed)
      return sendProblem(request, reply, new DecorumError('DECORUM_METHOD_NOT_ALLOWED', 'this address does not take that method', { hint: `It takes ${allowed}.` }))
    }
    const meant = suggestion([...known.values()], path)
    return sendProblem(request, reply, new DecorumError('DECORUM_NOT_FOUND', 'there is no such address', {
      hint: meant === null ? 'Every address is listed at /docs.' : `Did you mean ${meant}? Every address is listed at /docs.`,
    }))
  })
}

/** `/v1/tasks/:id(^…)::complete` → `['v1', 'tasks', ':id…:complete']`; a doubled colon is a plain one. */
const segmentsOf = (url: string): string[] => url.split('/').slice(1)

const isParameter = (segment: string): boolean => /^:[^:]/.test(segment)
/** What follows a parameter in its segment, e.g. `:complete`. */
const verbOf = (segment: string): string => /::(\w+)$/.exec(segment)?.[1] ?? ''
const plain = (segment: string): string => segment.replaceAll('::', ':')

function matches(segments: readonly string[], path: readonly string[]): boolean {
  return segments.length === path.length && segments.every((segment, i) => {
    const given = path[i] as string
    if (!isParameter(segment)) return segment === '*' || plain(segment) === given
    const verb = verbOf(segment)
    return given !== '' && (verb === '' ? !/:\w+$/.test(given) : given.endsWith(`:${verb}`))
  })
}

/** Compared by shape: what stands where a parameter belongs is taken as it is, and shown as `{id}`. */
function suggestion(known: readonly KnownRoute[], path: readonly string[]): string | null {
  const shown = new Map<string, string>()
  for (const { segments } of known) {
    if (segments.length !== path.length) continue
    const filled = segments.map((segment, i) => (isParameter(segment) ? (path[i] as string) : plain(segment))).join('/')
    shown.set(filled, `/${segments.map((segment) => (isParameter(segment) ? `{id}${verbOf(segment) === '' ? '' : `:${verbOf(segment)}`}` : plain(segment))).join('/')}`)
  }
  const near = nearMiss(path.join('/'), [...shown.keys()])
  return near === null ? null : (shown.get(near) ?? null)
}
