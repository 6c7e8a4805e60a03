import { readTemplateFolders } from '../config/templates.ts'
import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/near-miss.ts'
import type { Finding } from '../render/finding.ts'
import { lint } from '../render/lint.ts'

export interface LintReport {
  templates: string[]
  findings: Finding[]
}

/**
 * What should authors change in their words?
 *
 * @param root  directory that holds `templates/`
 * @param only  one template; null: all
 * @throws      DECORUM_BAD_INPUT when there is no such template; DECORUM_CONFIG when files cannot be read
 */
export function lintTemplates(root: string, only: string | null): LintReport {
  const { folders, problems } = readTemplateFolders(root)
  if (problems.length > 0) {
    throw new DecorumError('DECORUM_CONFIG', 'templates cannot be read', { faults: problems.map((p) => ({ path: p.file, problem: p.problem, cure: p.cure })) })
  }
  const chosen = folders.filter((f) => only === null || f.name === only)
  if (chosen.length === 0 && only !== null) {
    const meant = nearMiss(only, folders.map((f) => f.name))
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no template "${only}"`, {
      hint: meant === null ? `There are: ${folders.map((f) => f.name).join(', ')}.` : `Did you mean "${meant}"?`,
    })
  }
  return { templates: chosen.map((f) => f.name), findings: chosen.flatMap((f) => lint(f.name, f.files)) }
}
