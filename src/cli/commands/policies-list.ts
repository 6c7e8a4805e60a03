import Table from 'cli-table3'
import { Command } from 'commander'
import { configuration } from '../../config/load.ts'
import type { Pack } from '../../model/pack.ts'
import { printAnswer } from '../output.ts'

/** `decorum policies list`: the packs, and whether this deployment applies them. */
export function command(): Command {
  return new Command('list')
    .description('Lists the policy packs, since when each is in force, and whether it applies here.')
    .option('--json', 'answer as one JSON document')
    .action((options: { json?: true }) => {
      const { config } = configuration()
      const answer = config.packs.map((pack) => ({
        id: pack.id,
        version: pack.version,
        title: pack.title,
        kind: pack.kind,
        validFrom: pack.validFrom,
        validUntil: pack.validUntil,
        rules: pack.rules.length,
        applies: appliesHere(pack, config.policies),
        reviewer: pack.reviewer,
        readBy: pack.readBy,
        readOn: pack.readOn,
      }))
      printAnswer(options.json, answer, () => {
        const table = new Table({
          head: ['pack', 'version', 'from', 'rules', 'applies', 'title'],
          style: { head: [], border: [] },
        })
        for (const p of answer) table.push([p.id, p.version, p.validFrom, p.rules, p.applies, p.title])
        return table.toString()
      })
    })
}

function appliesHere(
  { id, optIn, fallback, kind }: Pack,
  { house, without = [] }: { house: readonly string[]; without?: readonly string[] },
): string {
  if (optIn) return house.includes(id) ? 'named in config' : 'only when named'
  if (kind === 'house' && without.includes(id)) return 'left out in config'
  return fallback ? 'in what no law settles' : 'by itself'
}
