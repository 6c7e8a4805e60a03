import { parse } from 'tldts'

const END = '[^\\s<>"\'、。，,;()【】]*'
/** With a scheme: `https://…`, `javascript://…`. */
const WITH_SCHEME = new RegExp(`[a-z][a-z0-9+.-]*://${END}`, 'gi')
/** `evil.com`, `www.evil.com/pay`; not the host of a mailbox, and nothing before an @. */
const ASCII_HOST = new RegExp(`(?<![@\\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9](?::\\d{1,5})?(?:[/?#]${END})?(?![\\w.-]*@)`, 'gi')
/** The same in letters of any script: `пример.рф`, `例子.中国`. */
const ANY_HOST = new RegExp(`(?<![@\\p{L}\\p{N}.-])(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?\\.)+[\\p{L}][\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}](?::\\d{1,5})?(?:[/?#]${END})?(?![\\p{L}\\p{N}.-]*@)`, 'giu')
/** `192.0.2.7/pay`, `192.0.2.7:8080`; four numbers alone are more often something else. */
const IP_HOST = new RegExp(`(?<![\\w.-])(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d{1,5}|/)${END}`, 'g')
/** Full stops of other scripts, which address bars and phones read as points. */
const WIDE_STOPS = /(?<=[\p{L}\p{N}])[\u3002\uff0e\uff61](?=[\p{L}\p{N}])/gu

/** Titles and initials before a surname, as people type them without the space: `Dr.No`, `J.Me`. */
const TITLE = /^(?:\p{Lu}|Mr|Mrs|Ms|Mx|Dr|St|Ste|Jr|Sr|Prof|Mme|Mlle|Me|Fr|Rev|Hon|Hr|Sra|Srta|Dra|Ing|Dipl|Mag|Dott|Don|Sig|Lic|Capt|Col|Gen|Lt|Sgt)\.\p{Lu}\p{L}*$/u

/** How companies write what they are: `Shili Co.Ltd`. */
const COMPANY = /^(?:Co|Corp|Inc|Ltd|Pty|Pvt|Pte|Cia|Sdn)\.(?:Ltd|Inc|Co|Llc|Limited|Kg|Gmbh|Bhd)$/i

/**
 * Which parts of this text would a phone or a mail program make clickable?
 *
 * Links with a scheme, hosts under a top-level domain that exists, and whatever begins with `www.`.
 * A name with a point in it (`St. John`, `J.R. Smith`, `Dr.Müller`, `Inc.`) is none.
 */
export function clickableLinks(text: string): string[] {
  if (!/[.:\u3002\uff0e\uff61]/.test(text)) return []
  const full = (text.match(WITH_SCHEME) ?? []).map(trimmed)
  const rest = text.replace(WITH_SCHEME, ' ').normalize('NFKC').replace(WIDE_STOPS, '.')
  const hosts = [...rest.match(ASCII_HOST) ?? [], ...rest.match(ANY_HOST) ?? []].map(trimmed).filter(isWeb)
  return [...new Set([...full, ...hosts, ...(rest.match(IP_HOST) ?? []).map(trimmed)])]
}

function isWeb(link: string): boolean {
  if (TITLE.test(link) || COMPANY.test(link)) return false
  const host = link.replace(/[:/?#].*$/s, '')
  return /^www\d?\.[^.]/i.test(host) || parse(host, { allowPrivateDomains: false }).isIcann === true
}

const trimmed = (link: string): string => link.replace(/[.,;:!?)]+$/, '')
