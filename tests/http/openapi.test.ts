import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { apiDocument } from '../../src/http/write-openapi.ts'
import { ERRORS } from '../../src/model/errors.ts'

const loaded = loadConfig({ root: new URL('../../', import.meta.url).pathname, env: {} })
if (!loaded.ok) throw new TypeError(JSON.stringify(loaded.problems))
const document = await apiDocument(loaded.config)
const api = JSON.parse(document) as {
  openapi: string
  paths: Record<string, Record<string, { operationId?: string; responses: Record<string, unknown> }>>
  components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } }
}

describe('the OpenAPI document', () => {
  it('that is checked in is the one that the routes make; `npm run openapi` writes it', () => {
    expect(readFileSync(new URL('../../src/http/openapi.json', import.meta.url), 'utf8')).toBe(document)
  })

  it('is OpenAPI 3.1', () => {
    expect(api.openapi).toBe('3.1.0')
  })

  it('names every code that a client can meet', () => {
    expect([...api.components.schemas.Problem.properties.code.enum].sort()).toEqual(Object.keys(ERRORS).sort())
  })

  it('gives every operation a name of its own, and a problem document for what goes wrong', () => {
    const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation })),
    )
    const names = operations.map((operation) => operation.operationId)
    expect(new Set(names).size).toBe(operations.length)
    for (const { at, responses } of operations) {
      if (at.includes('/v1/')) expect(JSON.stringify(responses['4XX']), at).toContain('application/problem+json')
    }
  })
})
