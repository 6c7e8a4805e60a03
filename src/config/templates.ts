import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../model/errors.ts'
import { parseTemplate } from '../model/template-files.ts'
import type { Template, TemplateFile } from '../model/template.ts'
import type { ConfigProblem } from './config.ts'
import { readNames, readText } from './folder.ts'
import { readYaml } from './yaml-file.ts'

const FOLDER = 'templates'

/** The files of one template, parsed or not. */
export interface TemplateFolder {
  name: string
  files: TemplateFile[]
}

/** Every template under `templates/`, one folder each; `named` holds the malformed ones too. */
export function readTemplates(root: string): { templates: Template[]; named: string[]; problems: ConfigProblem[] } {
  const { folders, problems } = readTemplateFolders(root)
  const templates: Template[] = []
  for (const { name, files } of folders) {
    const parsed = parseTemplate(name, files)
    if (parsed.ok) templates.push(parsed.template)
    else problems.push(...parsed.faults.map((fault) => problemOf(fault, files, name)))
  }
  return { templates, named: folders.map((f) => f.name), problems }
}

/** What stands under `templates/`, whether or not it makes templates. */
export function readTemplateFolders(root: string): { folders: TemplateFolder[]; problems: ConfigProblem[] } {
  const listed = readNames(root, FOLDER)
  if ('problem' in listed) return { folders: [], problems: [listed.problem] }
  const problems: ConfigProblem[] = []
  const folders = listed.names.filter((n) => statSync(join(root, FOLDER, n)).isDirectory()).map((name): TemplateFolder => {
    const files: TemplateFile[] = []
    for (const path of filesBelow(join(root, FOLDER, name))) {
      const source = readText(root, `${FOLDER}/${name}/${path}`)
      if ('problem' in source) problems.push(source.problem)
      else files.push({ path, text: source.text })
    }
    return { name, files }
  })
  return { folders, problems }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort()
}

/** A fault's path is `<template>/<file>`, then `:line` or `.key` when it is inside the file. */
function problemOf(fault: Fault, files: readonly TemplateFile[], folder: string): ConfigProblem {
  const parts = /^(.*?\.(?:yaml|hbs))(?::(\d+))?\.?(.*)$/.exec(fault.path)
  const [file, line, path] = [parts?.[1] ?? fault.path, parts?.[2], parts?.[3] ?? '']
  return {
    code: fault.problem === 'is not a known key' ? 'unknown_key' : 'bad_template',
    file: `${FOLDER}/${file}`,
    line: line !== undefined ? Number(line) : lineIn(files.find((f) => `${folder}/${f.path}` === file), path),
    path,
    problem: fault.problem,
    cure: fault.cure ?? 'Run `decorum templates lint`; templates/README.md shows the files of a template.',
  }
}

const lineIn = (file: TemplateFile | undefined, path: string): number | null =>
  file === undefined || path === '' ? null : (readYaml(file.path, file.text, null).yaml?.lineAt(path) ?? null)
