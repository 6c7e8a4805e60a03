import { barChart, shareBars } from './charts.ts'
import { html, type Html, PAGE_STYLE } from './html.ts'
import type { SimulationComparison, SimulationReport } from './report.ts'
import { byDay, byHour, byTone, costText, durationInWords, percentText, wholeText } from './text.ts'

/**
 * A simulation as one self-contained HTML page without script.
 *
 * @param comparison  the second version, shown beside the first; null: none
 */
export function simulationPage(report: SimulationReport, comparison: SimulationComparison | null): string {
  const other = comparison?.other ?? null
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>Simulation: ${wholeText(report.of.accounts)} accounts, ${report.of.days} days</title>
        ${PAGE_STYLE}
      </head>
      <body>
        <main>
          <h1>What would go out</h1>
          <p class="of">
            ${wholeText(report.of.accounts)} accounts of ${wholeText(report.of.people)} people, ${report.of.days} days
            from ${report.of.from}.
            ${report.of.payRate === 0 ? 'Nobody pays.' : `${percentText(report.of.payRate)} of unpaid accounts are paid each day.`}
            Luck drawn with seed ${report.of.seed}. Simulated: nobody was contacted.
          </p>
          ${tiles(report, other)} ${comparison === null ? html`` : differences(comparison)}
          ${charts('as', other === null ? '' : ', as it is', report)}
          ${comparison === null || other === null ? html`` : charts('with', `, with ${comparison.compared}`, other)}
          ${rules(report)} ${caps(report)} ${routes(report)} ${endings(report)}
          <section>
            <details>
              <summary>Under which packs and ladders</summary>
              <p>Packs: ${report.of.packs.map(({ id, version }) => `${id} ${version}`).join(', ')}.</p>
              <p>Ladders: ${report.of.ladders.map(({ id, version }) => `${id} ${version}`).join(', ')}.</p>
            </details>
          </section>
        </main>
      </body>
    </html> `.markup
}

const TILES: readonly [keyof SimulationReport['totals'], string][] = [
  ['sent', 'messages sent'],
  ['deferred', 'times put off'],
  ['refused', 'refused'],
  ['expired', 'expired unsent'],
  ['stepsForPeople', 'steps for people'],
  ['handOffProposals', 'hand-off proposals'],
  ['accountsPaid', 'accounts paid'],
  ['cost', 'cost'],
]

const tiles = ({ totals }: SimulationReport, other: SimulationReport | null): Html =>
  html`<ul class="tiles">
    ${TILES.flatMap(([name, label]) => {
      const value = totals[name]
      if (value === null) return []
      const change = other === null ? null : (other.totals[name] ?? 0) - value
      const text = name === 'cost' ? costText : wholeText
      return [
        html`<li>
          <b>${text(value)}</b
          ><span>${label}</span
          >${change === null ? html`` : html`<span class="change">${change > 0 ? '+' : ''}${text(change)} with the change</span>`}
        </li>`,
      ]
    })}
  </ul>`

const charts = (id: string, suffix: string, report: SimulationReport): Html =>
  html`${barChart(`${id}-day`, `Messages by day${suffix}`, byDay(report), 'day')}
  ${barChart(`${id}-hour`, `Messages by hour on the recipient’s clock${suffix}`, byHour(report), 'hour')}
  ${barChart(`${id}-tone`, `Messages by tone${suffix}`, byTone(report), 'tone')}`

function rules({ objections }: SimulationReport): Html {
  const most = Math.max(1, ...objections.map(({ count }) => count))
  return shareBars(
    'What was put off or refused, and by which rule',
    objections.map((o) => ({
      label: `${o.verdict === 'defer' ? 'put off' : 'refused'} · ${o.rule}`,
      note: `${o.citation}${o.verified ? '' : ' (not verified)'} · ${o.version}`,
      share: o.count / most,
      figure: `${wholeText(o.count)} · first ${wholeText(o.binding)}`,
      warns: o.verdict === 'refuse',
    })),
  )
}

const caps = ({ caps: found }: SimulationReport): Html =>
  shareBars(
    'How close people come to each cap',
    found.map((cap) => ({
      label: `${cap.rule}: at most ${cap.limit}`,
      note: cap.citation,
      share: cap.meanUse / cap.limit,
      figure: `${percentText(cap.atLimit / cap.people)} of ${wholeText(cap.people)} at the limit; mean ${wholeText(cap.meanUse)}`,
      warns: cap.atLimit > 0,
    })),
  )

const routes = ({ routes: loads }: SimulationReport): Html =>
  html`<section>
    <h2>What each route has to carry</h2>
    <table>
      <thead>
        <tr>
          ${['route', 'messages', 'units', 'lasting rate, units/s', 'busiest hour, units/s', 'due in one second', 'longest wait', 'too late', 'cost'].map((head, i) => html`<th scope="col" class="${i === 0 ? '' : 'number'}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${loads.map(
          (r) =>
            html`<tr>
              <th scope="row">${r.route}</th>
              <td class="number">${wholeText(r.messages)}</td>
              <td class="number">${wholeText(r.units)}</td>
              <td class="number">${wholeText(r.sustainedPerSecond)}</td>
              <td class="number ${r.busiestHourPerSecond > r.sustainedPerSecond ? 'warn' : ''}">
                ${wholeText(r.busiestHourPerSecond)}
              </td>
              <td class="number">${wholeText(r.peak?.units ?? 0)}</td>
              <td class="number">${durationInWords(r.longestWaitSeconds)}</td>
              <td class="number ${r.tooLate > 0 ? 'warn' : ''}">${wholeText(r.tooLate)}</td>
              <td class="number">${r.cost === null ? '' : costText(r.cost)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>
      <small
        >Units are SMS segments, otherwise messages. Too late: their turn would come after their hours had closed or
        their deadline had passed.</small
      >
    </p>
  </section>`

function endings({ ended, leftOut }: SimulationReport): Html {
  const rows = [
    ...ended.map((e) => ({ label: `${e.as} · ${e.channel}`, note: e.reason ?? '', count: e.count })),
    ...leftOut.map((l) => ({ label: 'step left out', note: l.reason, count: l.count })),
  ]
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return shareBars(
    'What did not come about',
    rows.map(({ label, note, count }) => ({
      label,
      note: note.replaceAll('_', ' '),
      share: count / most,
      figure: wholeText(count),
    })),
  )
}

const differences = ({ compared, differences: found }: SimulationComparison): Html =>
  html`<section>
    <h2>As it is, and with ${compared}</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">figure</th>
          <th scope="col" class="number">as it is</th>
          <th scope="col" class="number">with it</th>
          <th scope="col" class="number">change</th>
        </tr>
      </thead>
      <tbody>
        ${found.map(
          (d) =>
            html`<tr>
              <th scope="row">${d.figure}</th>
              <td class="number">${wholeText(d.base)}</td>
              <td class="number">${wholeText(d.other)}</td>
              <td class="number">${d.change > 0 ? '+' : ''}${wholeText(d.change)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
