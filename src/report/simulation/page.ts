import { html, type Html, PAGE_STYLE } from './html.ts'
import type { SimulationComparison, SimulationReport } from './report.ts'
import { byDay, byHour, byTone, costText, durationInWords, percentText, wholeText, type ByChannel } from './text.ts'

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

const CHANNELS = ['phone', 'sms', 'email'] as const
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [880, 240, 56, 34, 10]

/**
 * Stacked bars by channel as one inline SVG with its legend, and the same figures as a table behind it.
 *
 * @param id  unique on the page
 */
function barChart(id: string, title: string, rows: readonly ByChannel[], heading: string): Html {
  const most = niceAbove(Math.max(1, ...rows.map(({ all }) => all)))
  const step = (WIDTH - LEFT) / Math.max(1, rows.length)
  const height = (count: number): number => (count / most) * (HEIGHT - BOTTOM - TOP)
  // At most about fifteen labels fit beside each other.
  const every = Math.max(1, Math.ceil(rows.length / 15))
  return html`<figure>
    <figcaption id="${id}-title">${title}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
      <desc id="${id}-desc">${describe(rows)}</desc>
      ${[0, 0.25, 0.5, 0.75, 1].map((part) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${round(HEIGHT - BOTTOM - height(most * part))}" y2="${round(HEIGHT - BOTTOM - height(most * part))}" /><text class="axis" x="${LEFT - 8}" y="${round(HEIGHT - BOTTOM - height(most * part) + 4)}" text-anchor="end">${wholeText(most * part)}</text>`)}
      ${rows.map((row, i) => {
        let base = HEIGHT - BOTTOM
        const bars = CHANNELS.map((channel) => {
          const tall = height(row[channel])
          base -= tall
          return tall === 0
            ? html``
            : html`<rect
                class="${channel}"
                x="${round(LEFT + i * step + step * 0.12)}"
                y="${round(base)}"
                width="${round(step * 0.76)}"
                height="${round(tall)}"
              />`
        })
        const label =
          i % every === 0
            ? html`<text
                class="axis"
                x="${round(LEFT + (i + 0.5) * step)}"
                y="${HEIGHT - BOTTOM + 18}"
                text-anchor="middle"
                >${row.key.replace(/^\d{4}-/, '')}</text
              >`
            : html``
        return html`<g
          ><title>
            ${row.key}: phone ${wholeText(row.phone)}, sms ${wholeText(row.sms)}, email ${wholeText(row.email)}</title
          >${bars}${label}</g
        >`
      })}
    </svg>
    <p class="legend">${CHANNELS.map((channel) => html`<span><i class="${channel}"></i>${channel}</span>`)}</p>
    <details>
      <summary>The figures</summary>
      ${dataTable(heading, rows)}
    </details>
  </figure>`
}

const dataTable = (heading: string, rows: readonly ByChannel[]): Html =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">${heading}</th>
        ${CHANNELS.map((c) => html`<th scope="col" class="number">${c}</th>`)}
        <th scope="col" class="number">all</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row">${row.key}</th>
            ${CHANNELS.map((c) => html`<td class="number">${wholeText(row[c])}</td>`)}
            <td class="number">${wholeText(row.all)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`

function describe(rows: readonly ByChannel[]): string {
  const top = rows.reduce<ByChannel | null>((most, row) => (most === null || row.all > most.all ? row : most), null)
  return top === null
    ? 'Nothing was sent.'
    : `${wholeText(rows.reduce((sum, { all }) => sum + all, 0))} messages; most at ${top.key}: ${wholeText(top.all)}.`
}

const round = (value: number): number => Math.round(value * 10) / 10

/** A round number, at least this and at least 4, whose quarters are whole numbers, as counts of messages are. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const nice = [1, 2, 4, 6, 8, 10].map((times) => times * power).find((top) => top >= value && top % 4 === 0)
  return nice ?? Math.ceil(value / 4) * 4
}

/** One line of a list of shares. */
interface ShareRow {
  label: string
  /** 0 to 1 of the widest. */
  share: number
  figure: string
  /** Smaller, below the label. */
  note: string
  /** Stands out: at its limit, too late, refused. */
  warns?: boolean
}

/** A list with a bar beside each line; the bars are hidden from screen readers, which read the figures. */
const shareBars = (title: string, rows: readonly ShareRow[]): Html =>
  rows.length === 0
    ? html``
    : html`<section class="shares">
        <h2>${title}</h2>
        <ul>
          ${rows.map(
            ({ label, share, figure, note, warns }) =>
              html`<li>
                <div class="label"><b>${label}</b><small>${note}</small></div>
                <svg viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="track" width="200" height="14" />
                  <rect
                    class="${warns === true ? 'warn' : 'fill'}"
                    width="${Math.round(Math.min(1, Math.max(0, share)) * 2000) / 10}"
                    height="14"
                  />
                </svg>
                <span class="figure">${figure}</span>
              </li>`,
          )}
        </ul>
      </section>`
