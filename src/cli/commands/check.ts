import { Command } from 'commander'
import { EXIT } from '../../app/errors.ts'
import { check, type CheckReport } from '../../authoring/check.ts'
import { problemLocation } from '../../config/problems.ts'
import { rootDirectory } from '../../config/root-directory.ts'
import { findingLine, printAnswer } from '../output.ts'

/** `decorum check`: exit 1 when the deployment's files have a mistake. */
export function command(): Command {
  return new Command('check')
    .description(
      'Reports every mistake in the environment, config/ and templates/ at once, and whether each policy pack decides its own examples as it says.',
    )
    .option('--json', 'answer as one JSON document')
    .action((options: { json?: true }) => {
      const report = check(rootDirectory(), process.env, Date.now())
      printAnswer(options.json, report, () => inWords(report))
      if (!report.ok) process.exitCode = EXIT.failed
    })
}

function inWords(report: CheckReport): string {
  const { problems, warnings, findings, packs, zoneData } = report
  const failures = packs.flatMap((p) =>
    p.failures.map((f) => `✗ config/policies/${p.id}.yaml, example "${f.name}": ${f.problem}`),
  )
  return [
    ...problems.map((p) => `✗ ${problemLocation(p)}: ${p.problem}\n    → ${p.cure}`),
    ...failures,
    ...zoneData.faults.map((fault) => `✗ ${fault}`),
    ...findings.map((f) => `${f.severity === 'error' ? '✗' : '!'} ${findingLine(f)}`),
    ...warnings.map((w) => `! ${w.message}`),
    ...(problems.length === 0 ? summary(report) : []),
    report.ok
      ? 'All is well.'
      : `${count(problems.length + failures.length + zoneData.faults.length + findings.filter((f) => f.severity === 'error').length, 'mistake')} to correct.`,
  ].join('\n')
}

const summary = ({ routes, creditors, ladders, templates, imports, packs, zoneData }: CheckReport): string[] => [
  `✓ ${count(routes.length, 'route')}: ${routes.map((r) => `${r.id} (${r.provider})`).join(', ')}`,
  `✓ ${count(creditors.length, 'creditor')}: ${creditors.join(', ')}`,
  `✓ ${count(ladders.length, 'ladder')}: ${ladders.map((l) => `${l.id} (${count(l.rungs, 'rung')}, version ${l.version})`).join(', ')}`,
  `✓ ${count(templates.length, 'template')}: ${templates.map((t) => `${t.id} (${t.locales.join(', ')})`).join(', ')}`,
  ...(imports.length === 0 ? [] : [`✓ ${count(imports.length, 'import mapping')}: ${imports.join(', ')}`]),
  `✓ ${count(packs.length, 'policy pack')}: ${packs.map((p) => `${p.id} ${p.version} (${count(p.rules, 'rule')}, ${count(p.vectors, 'example')})`).join(', ')}`,
  ...(zoneData.faults.length > 0 ? [] : [`✓ time zone data ${zoneData.version}, published ${zoneData.published}`]),
]

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
