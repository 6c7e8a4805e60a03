import { readdirSync, readFileSync } from 'node:fs'
import { parseTemplate, type Template, type TemplateFile } from '../../src/model/template.ts'

const ROOT = new URL('../../templates/', import.meta.url)

export const SHIPPED = readdirSync(ROOT, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name)

export function filesOf(id: string): TemplateFile[] {
  const folder = new URL(`${id}/`, ROOT)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(hbs|yaml)$/.test(path))
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }))
}

export function shippedTemplate(id: string): Template {
  const parsed = parseTemplate(id, filesOf(id))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.template
}

/** The shipped files with one of them changed. */
export const withFile = (id: string, path: string, change: (text: string) => string): TemplateFile[] =>
  filesOf(id).map((file) => (file.path === path ? { path, text: change(file.text) } : file))
