const WITH_SCHEME = /[a-z][a-z0-9+.-]*:\/\/[^\s<>"'、。,;:()【】]+/gi
const BARE_HOST = /(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:\/[^\s<>"'、。,;:()【】]*)?(?![\w.-]*@)/gi

/** The links that are written as such, with their scheme; a name with dots in it is none. */
export const explicitLinks = (text: string): string[] => (text.match(WITH_SCHEME) ?? []).map(trimmed)

/** Every link in a text that a phone or mail program would make clickable, with or without `https://`. */
export function linksIn(text: string): string[] {
  const full = text.match(WITH_SCHEME) ?? []
  const bare = text.replace(WITH_SCHEME, ' ').match(BARE_HOST) ?? []
  return [...full, ...bare].map(trimmed)
}

const trimmed = (link: string): string => link.replace(/[.,;:!?)]+$/, '')

/** Where the link leads, in lower case; null when it is not an https (or scheme-less) web address. */
export function hostOf(link: string): string | null {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(link) ? link : `https://${link}`)
    return url.protocol === 'https:' ? url.hostname.toLowerCase() : null
  } catch {
    return null
  }
}

/** Does the link lead to one of these hosts or below one of them? */
export function leadsTo(link: string, hosts: readonly string[]): boolean {
  const host = hostOf(link)
  return host !== null && hosts.some((allowed) => host === allowed.toLowerCase() || host.endsWith(`.${allowed.toLowerCase()}`))
}
