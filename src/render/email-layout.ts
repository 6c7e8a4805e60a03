/** Counts up with every change below, and so changes the version of every email rendered with it. */
export const EMAIL_LAYOUT = 'layout-1'

const STYLE = {
  page: 'margin:0;padding:0;background:#ffffff;color:#1a1a1a;',
  column: 'max-width:36em;margin:0 auto;padding:24px 16px;font:16px/1.6 -apple-system,BlinkMacSystemFont,\'Segoe UI\',\'PingFang SC\',\'Microsoft YaHei\',sans-serif;',
  paragraph: 'margin:0 0 1em;',
  list: 'margin:0 0 1em;padding-left:1.4em;',
  link: 'color:#0b57d0;',
}

/**
 * The words of an email as an accessible page: one column, real text, no image, no colour that carries meaning.
 *
 * A block whose lines all begin with `- ` becomes a list. Everything is escaped; only `links` become
 * links, and each shows where it leads.
 *
 * @param text   paragraphs separated by an empty line
 * @param links  the web addresses that the facts supply
 */
export function emailPage(subject: string, text: string, locale: string, links: readonly string[]): string {
  const blocks = text.split(/\n{2,}/).map((block) => blockHtml(block, links)).join('\n')
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(locale)}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(subject)}</title></head>`,
    `<body style="${STYLE.page}"><div style="${STYLE.column}">`,
    blocks,
    '</div></body></html>',
  ].join('\n')
}

function blockHtml(block: string, links: readonly string[]): string {
  const lines = block.split('\n')
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul style="${STYLE.list}">${lines.map((line) => `<li>${inlineHtml(line.slice(2), links)}</li>`).join('')}</ul>`
  }
  return `<p style="${STYLE.paragraph}">${lines.map((line) => inlineHtml(line, links)).join('<br>')}</p>`
}

function inlineHtml(line: string, links: readonly string[]): string {
  const [link] = [...links].filter((l) => line.includes(l)).sort((a, b) => line.indexOf(a) - line.indexOf(b) || b.length - a.length)
  if (link === undefined) return escapeHtml(line)
  const at = line.indexOf(link)
  const url = escapeHtml(link)
  return `${escapeHtml(line.slice(0, at))}<a href="${url}" style="${STYLE.link}">${url}</a>${inlineHtml(line.slice(at + link.length), links)}`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] as string)
