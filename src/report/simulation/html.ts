/** Markup that may stand in the page as it is. */
export interface Html {
  readonly markup: string
}

type Part = string | number | Html | readonly Html[]

/** Markup with every text in it escaped: `html\`<b>${name}</b>\``. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html => ({
  markup: strings.reduce((all, text, i) => all + text + (i < parts.length ? markupOf(parts[i] as Part) : ''), ''),
})

function markupOf(part: Part): string {
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

/** The page's own style: no font, script or picture from elsewhere; follows the reader's light or dark setting, and prints. */
export const PAGE_STYLE = html`<style>
  :root {
    color-scheme: light dark;
    --ink: #1c2430;
    --soft: #5b6675;
    --paper: #fbfaf7;
    --card: #ffffff;
    --line: #d9dde3;
    --phone: #b4532a;
    --sms: #2563a8;
    --email: #2f7d5b;
    --fill: #2563a8;
    --warn: #b3261e;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e8eaed;
      --soft: #a7b0bc;
      --paper: #14181d;
      --card: #1c2229;
      --line: #36404b;
      --phone: #e58a5f;
      --sms: #74aee8;
      --email: #6cc59b;
      --fill: #74aee8;
      --warn: #ff8a80;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0 auto;
    padding: 24px;
    max-width: 1120px;
    background: var(--paper);
    color: var(--ink);
    font:
      15px/1.5 system-ui,
      'PingFang SC',
      'Microsoft YaHei',
      sans-serif;
  }
  h1 {
    margin: 0 0 4px;
    font-size: 26px;
  }
  h2 {
    margin: 0 0 12px;
    font-size: 18px;
  }
  p.of {
    margin: 0 0 20px;
    color: var(--soft);
  }
  section,
  figure {
    margin: 0 0 20px;
    padding: 18px 20px;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 8px;
    overflow-x: auto;
  }
  figcaption {
    margin-bottom: 10px;
    font-size: 18px;
    font-weight: 600;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: 12px;
    margin: 0 0 20px;
    padding: 0;
    list-style: none;
  }
  .tiles li {
    padding: 14px 16px;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  .tiles b {
    display: block;
    font-size: 26px;
    font-variant-numeric: tabular-nums;
  }
  .tiles span {
    color: var(--soft);
  }
  .tiles .change {
    display: block;
    font-size: 13px;
  }
  svg {
    display: block;
    width: 100%;
    height: auto;
  }
  .grid {
    stroke: var(--line);
  }
  .axis {
    fill: var(--soft);
    font-size: 12px;
  }
  rect.phone {
    fill: var(--phone);
  }
  rect.sms {
    fill: var(--sms);
  }
  rect.email {
    fill: var(--email);
  }
  rect.track {
    fill: var(--line);
  }
  rect.fill {
    fill: var(--fill);
  }
  rect.warn {
    fill: var(--warn);
  }
  .legend {
    margin: 8px 0 0;
  }
  .legend span {
    margin-right: 18px;
  }
  .legend i {
    display: inline-block;
    width: 12px;
    height: 12px;
    margin-right: 6px;
    border-radius: 2px;
  }
  i.phone {
    background: var(--phone);
  }
  i.sms {
    background: var(--sms);
  }
  i.email {
    background: var(--email);
  }
  .shares ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .shares li {
    display: grid;
    grid-template-columns: minmax(260px, 5fr) 3fr minmax(130px, 2fr);
    gap: 14px;
    align-items: center;
    padding: 7px 0;
    border-top: 1px solid var(--line);
  }
  .shares li:first-child {
    border-top: 0;
  }
  .shares svg {
    height: 14px;
  }
  .label b {
    display: block;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  small {
    color: var(--soft);
  }
  .figure {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th,
  td {
    padding: 5px 10px;
    border-bottom: 1px solid var(--line);
    text-align: left;
    font-weight: 400;
    vertical-align: top;
  }
  thead th {
    color: var(--soft);
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  td.warn {
    color: var(--warn);
    font-weight: 600;
  }
  details {
    margin-top: 10px;
  }
  summary {
    cursor: pointer;
    color: var(--soft);
  }
  summary:focus-visible {
    outline: 2px solid var(--fill);
  }
  @media print {
    body {
      background: #fff;
    }
    section,
    figure {
      break-inside: avoid;
    }
  }
</style>`
