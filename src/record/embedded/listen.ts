const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g
const LISTEN = /(?:^|;)\s*(UN)?LISTEN\s+("(?:[^"]|"")+"|\w+|\*)/gi

/** A change of what one connection listens to. */
export interface Listening {
  /** The channel's name as notifications carry it; `*` for all, of UNLISTEN only. */
  channel: string
  on: boolean
}

/** Does this SQL start or end listening? Comments before it (BullMQ writes them) do not hide it. */
export function listeningIn(sql: string): Listening[] {
  if (!/listen/i.test(sql)) return []
  return [...sql.replace(COMMENTS, '').matchAll(LISTEN)].map(([, un, name = '']) => ({
    channel: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase(),
    on: un === undefined,
  }))
}
