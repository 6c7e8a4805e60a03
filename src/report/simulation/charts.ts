import { html, type Html } from './html.ts'
import { type ByChannel, wholeText } from './text.ts'

const CHANNELS = ['phone', 'sms', 'email'] as const
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [880, 240, 56, 34, 10]

/**
 * Stacked bars by channel as one inline SVG with its legend, and the same figures as a table behind it.
 *
 * @param id  unique on the page
 */
export function barChart(id: string, title: string, rows: readonly ByChannel[], heading: string): Html {
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
export const shareBars = (title: string, rows: readonly ShareRow[]): Html =>
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
