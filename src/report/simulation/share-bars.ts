import { html, type Html } from './html.ts'

/** One line of a list of shares. */
export interface ShareRow {
  label: string
  /** 0 to 1 of the widest. */
  share: number
  figure: string
  /** Smaller, below the label. */
  note: string
  /** Stands out: at its limit, too late, refused. */
  warns?: boolean
}

/** A list with a bar beside each line; the figures stand in words, so the bars are only seen. */
export const shareBars = (title: string, rows: readonly ShareRow[]): Html => rows.length === 0 ? html`` : html`<section class="shares"><h2>${title}</h2>
<ul>${rows.map(({ label, share, figure, note, warns }) => html`<li><div class="label"><b>${label}</b><small>${note}</small></div>
<svg viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="200" height="14"/><rect class="${warns === true ? 'warn' : 'fill'}" width="${Math.round(Math.min(1, Math.max(0, share)) * 2000) / 10}" height="14"/></svg>
<span class="figure">${figure}</span></li>`)}</ul></section>`
