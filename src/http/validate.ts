import type { FastifySchemaCompiler } from 'fastify'
import { createSerializerCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parse } from '../intake/parse.ts'
import { DecorumError } from '../model/errors.ts'
import type { Api } from './api.ts'

/** What a fault's path begins with, for each part of a request but the body. */
const PARTS: Readonly<Record<string, string>> = { params: 'path.', querystring: 'query.', headers: 'headers.' }

const compileValidator: FastifySchemaCompiler<unknown> = ({ schema, httpPart }) => {
  // Plugins bring JSON schemas of their own, about their own few files.
  if (!(schema instanceof z.ZodType)) return (value) => ({ value })
  return (value) => {
    const parsed = parse(schema, value)
    if (parsed.ok) return { value: parsed.value }
    const prefix = PARTS[httpPart ?? ''] ?? ''
    const faults = parsed.faults.map((fault) => ({ ...fault, path: fault.path === '' ? (prefix === '' ? 'body' : prefix.slice(0, -1)) : prefix + fault.path }))
    const places = faults.map((fault) => fault.path)
    return { error: new DecorumError('DECORUM_BAD_INPUT', `${faults.length === 1 ? 'one fault' : `${faults.length} faults`}: ${places.slice(0, 5).join(', ')}`, { faults }) }
  }
}

/** Requests are parsed by their zod schemas with faults by path; answers are held to theirs. */
export function validateWithZod(api: Api): void {
  const compileZod = createSerializerCompiler()
  api.setValidatorCompiler(compileValidator)
  api.setSerializerCompiler((route) =>
    (route.schema as unknown) instanceof z.ZodType ? compileZod(route as Parameters<typeof compileZod>[0]) : (data) => JSON.stringify(data))
}
