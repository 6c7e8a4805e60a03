import type { Creditor } from '../model/creditor.ts'
import { nearMiss } from '../model/faults.ts'
import type { Ladder } from '../model/ladder.ts'
import { isLoopbackHost } from '../model/loopback.ts'
import { localeChain, type Locales } from '../model/locale.ts'
import type { Pack } from '../model/pack.ts'
import type { Route } from '../model/route.ts'
import type { Template } from '../model/template.ts'
import { CHANNELS } from '../model/vocabulary.ts'
import type { Webhook } from '../model/webhook.ts'
import type { Config, ConfigProblem, ConfigWarning } from './config.ts'
import { problemAt } from './problems.ts'
import type { YamlFile } from './yaml-file.ts'

/** The contents of the files that are valid by themselves, with their sources. */
interface Parts {
  settings: YamlFile
  house: readonly string[]
  without: readonly string[]
  locales: Locales
  routes: readonly Route[]
  webhooks: readonly Webhook[]
  creditors: readonly { value: Creditor; yaml: YamlFile }[]
  ladders: readonly { value: Ladder; yaml: YamlFile }[]
  packs: readonly { value: Pack; yaml: YamlFile }[]
  templates: ReadonlyMap<string, Template>
  /** The names of all files, valid or not: a ladder with a mistake is not reported as missing too. */
  named: { ladders: readonly string[]; packs: readonly string[]; templates: readonly string[] }
}

/** Which names in one file refer to something that no other file defines? */
export function brokenReferences(parts: Parts): ConfigProblem[] {
  return [
    ...housePacks(parts),
    ...leftOutPacks(parts),
    ...routeCreditors(parts),
    ...webhookProblems(parts),
    ...extendedPacks(parts),
    ...parts.creditors.flatMap((c) => creditorLadder(c, parts)),
    ...parts.ladders.flatMap((l) => ladderWords(l, parts)),
  ]
}

function cureFor(name: string, known: readonly string[], otherwise: string): string {
  const meant = nearMiss(name, known)
  return meant === null ? otherwise : `Did you mean "${meant}"?`
}

function housePacks({ settings, house, packs, named }: Parts): ConfigProblem[] {
  const optIn = packs.filter((p) => p.value.optIn).map((p) => p.value.id)
  return house.flatMap((id, i): ConfigProblem[] => {
    if (optIn.includes(id)) return []
    const path = `policies.house[${i}]`
    if (named.packs.includes(id) && !packs.some((p) => p.value.id === id)) return []
    if (packs.some((p) => p.value.id === id)) {
      return [
        problemAt(
          settings,
          'missing_pack',
          path,
          `the pack "${id}" is not an opt-in pack`,
          'Remove it here; it applies by itself wherever it is the law.',
        ),
      ]
    }
    return [
      problemAt(
        settings,
        'missing_pack',
        path,
        `there is no pack "${id}"`,
        cureFor(id, optIn, `Add config/policies/${id}.yaml, or name one of: ${optIn.join(', ') || 'none'}.`),
      ),
    ]
  })
}

/** Only the house's own packs can be left out; law applies wherever it is the law. */
function leftOutPacks({ settings, without, packs, named }: Parts): ConfigProblem[] {
  const byThemselves = [
    ...new Set(packs.filter(({ value }) => value.kind === 'house' && !value.optIn).map(({ value }) => value.id)),
  ]
  return without.flatMap((id, i): ConfigProblem[] => {
    if (byThemselves.includes(id)) return []
    const path = `policies.without[${i}]`
    const pack = packs.find(({ value }) => value.id === id)?.value
    if (pack === undefined)
      return named.packs.includes(id)
        ? []
        : [
            problemAt(
              settings,
              'missing_pack',
              path,
              `there is no pack "${id}"`,
              cureFor(id, byThemselves, `One of: ${byThemselves.join(', ') || 'none'}.`),
            ),
          ]
    return [
      problemAt(
        settings,
        'wrong_value',
        path,
        pack.optIn
          ? `the pack "${id}" applies only where policies.house names it`
          : `the pack "${id}" is law and cannot be left out`,
        'Remove it here.',
      ),
    ]
  })
}

function extendedPacks({ packs, named }: Parts): ConfigProblem[] {
  const ids = named.packs
  return packs.flatMap(({ value, yaml }) =>
    value.extends === undefined || ids.includes(value.extends)
      ? []
      : [
          problemAt(
            yaml,
            'missing_pack',
            'extends',
            `there is no pack "${value.extends}" to extend`,
            cureFor(value.extends, ids, `One of: ${ids.join(', ')}.`),
          ),
        ],
  )
}

function routeCreditors({ settings, routes, creditors }: Parts): ConfigProblem[] {
  const ids = creditors.map((c) => c.value.id)
  return routes.flatMap((route, i) =>
    (route.serves.creditors ?? [])
      .filter((id) => !ids.includes(id))
      .map((id) =>
        problemAt(
          settings,
          'wrong_value',
          `routes[${i}].serves.creditors`,
          `route ${route.id} serves a creditor "${id}" that does not exist`,
          cureFor(id, ids, `One of: ${ids.join(', ')}.`),
        ),
      ),
  )
}

function webhookProblems({ settings, webhooks, creditors }: Parts): ConfigProblem[] {
  const ids = creditors.map((c) => c.value.id)
  return webhooks.flatMap((webhook, i) => [
    ...(webhooks.findIndex((other) => other.id === webhook.id) === i
      ? []
      : [
          problemAt(
            settings,
            'duplicate_id',
            `webhooks[${i}].id`,
            `two webhooks are named "${webhook.id}"`,
            'Give each an id of its own; what it is still to hear hangs on it.',
          ),
        ]),
    ...(webhook.creditors ?? [])
      .filter((id) => !ids.includes(id))
      .map((id) =>
        problemAt(
          settings,
          'wrong_value',
          `webhooks[${i}].creditors`,
          `webhook ${webhook.id} listens to a creditor "${id}" that does not exist`,
          cureFor(id, ids, `One of: ${ids.join(', ')}.`),
        ),
      ),
  ])
}

function creditorLadder({ value: creditor, yaml }: Parts['creditors'][number], parts: Parts): ConfigProblem[] {
  const ids = parts.ladders.map((l) => l.value.id)
  const ladder = parts.ladders.find((l) => l.value.id === creditor.defaults.ladder)?.value
  if (ladder === undefined) {
    return parts.named.ladders.includes(creditor.defaults.ladder)
      ? []
      : [
          problemAt(
            yaml,
            'missing_ladder',
            'defaults.ladder',
            `there is no ladder "${creditor.defaults.ladder}"`,
            cureFor(
              creditor.defaults.ladder,
              ids,
              `Add config/ladders/${creditor.defaults.ladder}.yaml, or name one of: ${ids.join(', ')}.`,
            ),
          ),
        ]
  }
  const chain = localeChain([creditor.defaults.locale], parts.locales)
  const wordless = [...new Set(spoken(ladder).map((r) => r.template))].filter((id) => {
    const template = parts.templates.get(id)
    return template !== undefined && !template.manifest.locales.some((l) => chain.includes(l))
  })
  return wordless.map((id) =>
    problemAt(
      yaml,
      'missing_words',
      'defaults.locale',
      `the template "${id}" of ladder "${ladder.id}" has no words in ${chain.join(', ')}`,
      `Write templates/${id}/${creditor.defaults.locale}/, or declare a fallback under locales in config/decorum.yaml.`,
    ),
  )
}

function ladderWords({ value: ladder, yaml }: Parts['ladders'][number], { templates, named }: Parts): ConfigProblem[] {
  const ids = [...templates.keys()]
  const unknown = new Set<string>()
  return ladder.rungs.flatMap((rung, i): ConfigProblem[] => {
    if (rung.who !== 'machine') return []
    const template = templates.get(rung.template)
    if (template === undefined) {
      // One missing folder is one mistake, however many rungs rely on it.
      if (unknown.has(rung.template) || named.templates.includes(rung.template)) return []
      unknown.add(rung.template)
      return [
        problemAt(
          yaml,
          'missing_template',
          `rungs[${i}].template`,
          `rung "${rung.id}" uses the template "${rung.template}", which does not exist`,
          cureFor(rung.template, ids, `Add templates/${rung.template}/, or name one of: ${ids.join(', ')}.`),
        ),
      ]
    }
    const { channels, tones } = template.manifest
    const wrong: ConfigProblem[] = rung.channels
      .filter((c) => !channels.includes(c))
      .map((channel) =>
        problemAt(
          yaml,
          'missing_words',
          `rungs[${i}].channels`,
          `rung "${rung.id}" goes out by ${channel}, and the template "${template.id}" has no ${channel} words`,
          `Add ${channel} to templates/${template.id}/template.yaml and write its files, or choose among ${channels.join(', ')}.`,
        ),
      )
    if (!tones.includes(rung.tone)) {
      wrong.push(
        problemAt(
          yaml,
          'missing_words',
          `rungs[${i}].tone`,
          `rung "${rung.id}" is ${rung.tone}, and the template "${template.id}" has no ${rung.tone} words`,
          `Add ${rung.tone} to templates/${template.id}/template.yaml and write its files, or choose among ${tones.join(', ')}.`,
        ),
      )
    }
    return wrong
  })
}

const spoken = (ladder: Ladder): Ladder['rungs'] => ladder.rungs.filter((rung) => rung.who === 'machine')

/** What of this valid configuration is worth checking before anything is sent? */
export function warningsOf(config: Config): ConfigWarning[] {
  const warnings: ConfigWarning[] = []
  const real = config.routes.filter(reachesRecipients)
  if (real.length > 0 && !config.production && config.delivery.onlyTo.length === 0) {
    warnings.push({
      code: 'live_without_only_to',
      message:
        `REAL MESSAGES: this is not production (DECORUM_ENV), yet ${real.map((r) => r.id).join(', ')} can reach anybody; ` +
        'list your own addresses in delivery.onlyTo (or DECORUM_ONLY_TO), or set DECORUM_ENV=production',
    })
  }
  if (config.databaseUrl !== null && config.keys === null) {
    warnings.push({
      code: 'keys_missing',
      message: `DECORUM_KEYS is not set: the key for personal data is kept in ${config.dataDir}; every process must see that directory`,
    })
  }
  if (config.publicUrl === null && real.some((r) => r.provider === 'twilio')) {
    warnings.push({
      code: 'public_url_missing',
      message:
        'PUBLIC_URL is not set: Twilio cannot send receipts or fetch a call’s script; receipts are asked for instead, and a call speaks only the voicemail text, which reveals nothing',
    })
  }
  const china = [...config.creditors.values()].find((c) => c.defaults.jurisdiction?.startsWith('CN'))
  const unbounded = real.find(
    (r) =>
      r.channel === 'sms' &&
      r.provider === 'twilio' &&
      r.serves.jurisdictions === undefined &&
      r.serves.creditors === undefined,
  )
  if (china !== undefined && unbounded !== undefined) {
    warnings.push({
      code: 'unregistered_china',
      message: `route ${unbounded.id} would carry SMS of ${china.id} to mainland China, where only registered signatures and templates are delivered; give it serves.jurisdictions, and a registered route for CN`,
    })
  }
  for (const channel of CHANNELS) {
    if (!config.routes.some((r) => r.channel === channel))
      warnings.push({ code: 'no_route', message: `no route carries ${channel}; reminders for it will be refused` })
  }
  return warnings
}

/** Can a message on this route reach a recipient? Not when it is captured, or sent to this machine itself. */
function reachesRecipients(route: Route): boolean {
  if (route.provider === 'capture') return false
  const address = route.provider === 'twilio' ? route.settings.baseUrl : route.settings.url
  return !isLoopbackHost(new URL(address).hostname)
}
