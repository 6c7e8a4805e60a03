import type { Config } from '../config/config.ts'
import { readTemplateFolders } from '../config/folder.ts'
import type { Creditor } from '../model/creditor.ts'
import { DecorumError } from '../model/errors.ts'
import { nearMiss } from '../model/faults.ts'
import { localeChain } from '../model/locale.ts'
import type { Channel, Tone } from '../model/vocabulary.ts'
import { sampleFacts } from '../render/lint-samples.ts'
import { lint } from '../render/lint.ts'
import type { Finding, RenderResult } from '../render/render-result.ts'
import { render } from '../render/render.ts'

interface PreviewRequest {
  template: string
  locale: string
  tones: readonly Tone[]
  channels: readonly Channel[]
  /** Whose names and addresses to use; null: the first creditor's whose ladder uses the template, or an invented lender's. */
  creditor: string | null
}

export interface Preview {
  tone: Tone
  channel: Channel
  result: RenderResult
}

/**
 * How would this template read to an invented borrower?
 *
 * @returns  one preview for each tone and channel that the template has
 * @throws   DECORUM_BAD_INPUT when the template or the creditor does not exist, DECORUM_TEMPLATE when it has no such text
 */
export function previewTemplate(config: Config, request: PreviewRequest): Preview[] {
  const template = named('template', request.template, config.templates)
  const words =
    (request.creditor === null ? userOf(template.id, config) : named('creditor', request.creditor, config.creditors))
      ?.words ?? null
  const locales = localeChain([request.locale], config.locales)
  const { tones, channels } = template.manifest
  const previews = request.channels
    .filter((c) => channels.includes(c))
    .flatMap((channel) =>
      request.tones
        .filter((t) => tones.includes(t))
        .map((tone): Preview => {
          const facts = sampleFacts(request.locale, tone)
          return {
            tone,
            channel,
            result: render(template, { ...facts, creditor: words ?? facts.creditor }, { channel, tone, locales }),
          }
        }),
    )
  if (previews.length > 0) return previews
  throw new DecorumError('DECORUM_TEMPLATE', `the template "${template.id}" has no such words`, {
    hint: `It has ${tones.join(', ')} for ${channels.join(', ')}.`,
  })
}

function userOf(template: string, { creditors, ladders }: Config): Creditor | null {
  return (
    [...creditors.values()].find((c) =>
      ladders.get(c.defaults.ladder)?.ladder.rungs.some((rung) => rung.template === template),
    ) ?? null
  )
}

function named<T>(what: string, id: string, all: ReadonlyMap<string, T>): T {
  const found = all.get(id)
  if (found !== undefined) return found
  const meant = nearMiss(id, [...all.keys()])
  throw new DecorumError('DECORUM_BAD_INPUT', `there is no ${what} "${id}"`, {
    hint: meant === null ? `There are: ${[...all.keys()].join(', ')}.` : `Did you mean "${meant}"?`,
  })
}

export interface LintReport {
  templates: string[]
  findings: Finding[]
}

/**
 * What should authors change in their templates?
 *
 * @param root  directory that holds `templates/`
 * @param only  one template; null: all
 * @throws      DECORUM_BAD_INPUT when there is no such template; DECORUM_CONFIG when files cannot be read
 */
export function lintTemplates(root: string, only: string | null): LintReport {
  const { folders, problems } = readTemplateFolders(root)
  if (problems.length > 0) {
    throw new DecorumError('DECORUM_CONFIG', 'templates cannot be read', {
      faults: problems.map((p) => ({ path: p.file, problem: p.problem, cure: p.cure })),
    })
  }
  const chosen = folders.filter((f) => only === null || f.name === only)
  if (chosen.length === 0 && only !== null) {
    const meant = nearMiss(
      only,
      folders.map((f) => f.name),
    )
    throw new DecorumError('DECORUM_BAD_INPUT', `there is no template "${only}"`, {
      hint: meant === null ? `There are: ${folders.map((f) => f.name).join(', ')}.` : `Did you mean "${meant}"?`,
    })
  }
  return { templates: chosen.map((f) => f.name), findings: chosen.flatMap((f) => lint(f.name, f.files)) }
}
