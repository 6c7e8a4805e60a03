/**
 * Does this host name mean the machine itself, so that nothing of what is sent to it goes over a network?
 *
 * @param host  a name, an IPv4 address, an IPv6 address with or without brackets, or the path of a socket; no name is looked up
 */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  if (name === 'localhost' || name === '::1' || name.startsWith('/')) return true
  // As written, or as URLs write the IPv4 address that an IPv6 one holds.
  return /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name) || /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/.test(name)
}

/**
 * Which hosts does this address reach?
 *
 * @param url  also one that names several with commas between, or a socket in its query or its host, as PostgreSQL's and Redis' do
 * @returns    empty when it names none; in lower or upper case as written, without ports
 */
export function hostsOf(url: string): string[] {
  const [, authority = '', query = ''] = /^[^:]+:\/\/(?:[^/?#]*@)?([^/?#]*)[^?]*\??(.*)$/s.exec(url) ?? []
  const instead = new URLSearchParams(query).getAll('host').at(-1)
  return (instead ?? authority)
    .split(',')
    .map((host) => decoded(host.replace(/:\d*$/, '')))
    .filter((host) => host !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
