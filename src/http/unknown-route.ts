import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/near-miss.ts'
import type { Api } from './api.ts'
import { sendProblem } from './failures.ts'
import { routeName } from './route-name.ts'

interface KnownRoute {
  /** As `routeName` writes it. */
  name: string
  methods: Set<string>
}

/** Answers 404 with the address that was probably meant, and 405 with the methods that there are. Register before any route. */
export function answerUnknownRoutes(api: Api): void {
  const known = new Map<string, KnownRoute>()
  api.addHook('onRoute', (route) => {
    const name = routeName(route.url)
    const entry = known.get(name) ?? { name, methods: new Set<string>() }
    for (const method of [route.method].flat()) entry.methods.add(method)
    known.set(name, entry)
  })
  api.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const others = [...known.values()].find((route) => patternOf(route.name).test(path))
    if (others !== undefined) {
      const allowed = [...others.methods].sort().join(', ')
      void reply.header('allow', allowed)
      return sendProblem(request, reply, new DecorumError('DECORUM_METHOD_NOT_ALLOWED', 'this address does not take that method', { hint: `It takes ${allowed}.` }))
    }
    const meant = suggestion([...known.keys()], path)
    return sendProblem(request, reply, new DecorumError('DECORUM_NOT_FOUND', 'there is no such address', {
      hint: meant === null ? 'Every address is listed at /docs.' : `Did you mean ${meant}? Every address is listed at /docs.`,
    }))
  })
}

const PARAMETER = /\{\w+\}/

const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.split(/\{\w+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^/]+')}$`)

/** Compared by shape: what stands where a parameter belongs is taken as it is. */
function suggestion(names: readonly string[], path: string): string | null {
  const given = path.split('/')
  const byFilled = new Map<string, string>()
  for (const name of names) {
    const segments = name.split('/')
    if (segments.length !== given.length) continue
    byFilled.set(segments.map((segment, i) => (PARAMETER.test(segment) ? (given[i] as string) : segment)).join('/'), name)
  }
  const near = nearMiss(path, [...byFilled.keys()])
  return near === null ? null : (byFilled.get(near) ?? null)
}
