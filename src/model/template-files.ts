import { parse as parseYaml, YAMLParseError } from 'yaml'
import type { Fault } from './errors.ts'
import { plainText } from './plain-text.ts'
import { nearMiss } from './near-miss.ts'
import { frameKey, manifestSchema, sourceKey, type Template, type TemplateFile, type TemplateManifest, type TemplateSource } from './template.ts'
import { zodFaults } from './zod-faults.ts'

export type ParsedTemplate = { ok: true; template: Template } | { ok: false; faults: Fault[] }

const MANIFEST = 'template.yaml'

/**
 * Do these files make one template?
 *
 * Every file must be expected and every (locale, tone, channel) that `template.yaml` promises must
 * be there. Says nothing about the words themselves: `lint` does.
 *
 * @param folder  the template's folder name, which must equal its id
 * @param files   the folder's files, paths relative to it, with `/`
 */
export function parseTemplate(folder: string, files: readonly TemplateFile[]): ParsedTemplate {
  const yaml = files.find((f) => f.path === MANIFEST)
  if (yaml === undefined) {
    return { ok: false, faults: [{ path: `${folder}/${MANIFEST}`, problem: 'is missing', cure: 'Add it; `templates/default/template.yaml` is an example.' }] }
  }
  const manifest = parseManifest(folder, yaml.text)
  if (!manifest.ok) return manifest
  return collectSources(folder, manifest.manifest, files)
}

function parseManifest(folder: string, text: string): { ok: true; manifest: TemplateManifest } | { ok: false; faults: Fault[] } {
  const path = `${folder}/${MANIFEST}`
  let raw: unknown
  try {
    raw = parseYaml(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    return { ok: false, faults: [{ path: `${path}:${error.linePos?.[0].line ?? 1}`, problem: `is not YAML (${error.code})` }] }
  }
  const parsed = manifestSchema.safeParse(raw)
  if (!parsed.success) return { ok: false, faults: zodFaults(parsed.error, manifestSchema, path) }
  if (parsed.data.id !== folder) {
    return { ok: false, faults: [{ path: `${path}.id`, problem: `is "${parsed.data.id}" in the folder "${folder}"`, cure: 'Give folder and id one name.' }] }
  }
  return { ok: true, manifest: parsed.data }
}

function collectSources(folder: string, manifest: TemplateManifest, files: readonly TemplateFile[]): ParsedTemplate {
  const wanted = new Set<string>()
  const frameNames = new Set<string>()
  for (const locale of manifest.locales) {
    for (const channel of manifest.channels) {
      frameNames.add(frameKey(locale, channel))
      for (const tone of manifest.tones) wanted.add(sourceKey(locale, tone, channel))
    }
  }
  const sources: Record<string, TemplateSource> = {}
  const frames: Record<string, TemplateSource> = {}
  const faults: Fault[] = []
  for (const file of files) {
    if (file.path === MANIFEST) continue
    const source = { path: `${folder}/${file.path}`, text: plainText(file.text).replace(/\r\n?/g, '\n') }
    if (wanted.has(file.path)) sources[file.path] = source
    else if (frameNames.has(file.path)) frames[file.path] = source
    else {
      const meant = nearMiss(file.path, [...wanted, ...frameNames])
      faults.push({
        path: source.path,
        problem: 'is not a file that template.yaml promises',
        cure: meant === null ? 'Name its locale, tone and channel in template.yaml, or remove it.' : `Did you mean "${meant}"?`,
      })
    }
  }
  for (const path of wanted) {
    if (sources[path] === undefined) faults.push({ path: `${folder}/${path}`, problem: 'is missing', cure: 'Write it, or take its locale, tone or channel out of template.yaml.' })
  }
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, template: { id: manifest.id, manifest, sources, frames } }
}
